"""RCU-protected data that is read outside of a reader; a sleep inside one."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="rcu-usage",
    source="kernel/locking/lockdep.c: lockdep_rcu_suspicious",
    needles=(
        b"WARNING: ",
        b"INFO: ",
    ),
    heads=(
        Lazy(r"(?:WARNING|INFO): suspicious RCU usage"),
        Lazy(r"INFO: (?P<what>suspicious rcu_dereference\w*\(?\)? usage)"),
    ),
    details=(
        Lazy(r"(?P<place>[\w./+-]{1,200}:\d{1,6}) (?P<what>.{1,200}?)!{1,2}$"),
        Lazy(
            r"\[ INFO: suspicious RCU usage|other info that|rcu_scheduler_active|RCU used illegally|[-=]{20,}"
        ),
    ),
)
