"""RCU-protected data that is read outside of a reader."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="rcu-usage",
    source="kernel/locking/lockdep.c: lockdep_rcu_suspicious",
    needles=(b"suspicious RCU usage",),
    heads=(re.compile(r"WARNING: suspicious RCU usage"),),
    details=(
        re.compile(r"(?P<place>[\w./+-]{1,200}:\d{1,6}) (?P<what>.{1,200})!$"),
        re.compile(r"other info that|rcu_scheduler_active|RCU used illegally|[-=]{20,}"),
    ),
)
