"""RCU-protected data that is read outside of a reader; a sleep inside one."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="rcu-usage",
    source="kernel/locking/lockdep.c: lockdep_rcu_suspicious",
    needles=(b"suspicious RCU usage", b"suspicious rcu_dereference"),
    heads=(
        re.compile(r"(?:WARNING|INFO): suspicious RCU usage"),
        re.compile(r"INFO: (?P<what>suspicious rcu_dereference\w*\(?\)? usage)"),
    ),
    details=(
        re.compile(r"(?P<place>[\w./+-]{1,200}:\d{1,6}) (?P<what>.{1,200}?)!{1,2}$"),
        re.compile(
            r"\[ INFO: suspicious RCU usage|other info that|rcu_scheduler_active|RCU used illegally|[-=]{20,}"
        ),
    ),
)
