"""Sleeping, or a blocking lock, where a task may not sleep."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="sleep-in-atomic",
    source="kernel/sched/core.c: __might_resched, __schedule_bug; kernel/locking/lockdep.c",
    needles=(
        b"BUG: ",
        b"oluntary context switch",
    ),
    heads=(
        Lazy(
            r"BUG: (?P<what>sleeping function called) from invalid context at"
            r" (?P<place>[\w./()+-]{1,200}(?::\d{1,6})?)"
        ),
        Lazy(
            r"BUG: (?P<what>scheduling while atomic):"
            r" (?P<comm>.{1,24})/(?P<pid>\d{1,10})/(?P<preempt>0x[0-9a-f]{1,8})"
        ),
        Lazy(r"BUG: (?P<what>[Ii]nvalid wait context)"),
        Lazy(r"(?P<what>Voluntary context switch within RCU) read-side critical section!"),
        Lazy(r"BUG: (?P<what>assuming atomic context) at (?P<place>[\w./()+-]{1,200}(?::\d{1,6})?)"),
        Lazy(
            r"BUG: (?P<what>workqueue leaked) (?:atomic|lock)[\w, ]{0,40}"
            r"(?:: (?P<comm>.{1,24}?)[/\[](?P<_rest>\S{1,20}))?"
        ),
    ),
    details=(
        Lazy(
            r"in_atomic\(\): (?P<in_atomic>\d), irqs_disabled\(\): (?P<irqs_disabled>\d{1,3})"
            r"(?:, non_block: \d{1,4})?, pid: (?P<pid>\d{1,10}), name: (?P<comm>.{1,24})"
        ),
        Lazy(r"preempt_count: (?P<preempt>[0-9a-f]{1,8}), expected: "),
        Lazy(r"RCU nest depth: (?P<rcu_depth>\d{1,6}), expected: "),
        Lazy(r"(?P<comm>.{1,24})/(?P<pid>\d{1,10}) is trying to lock:"),
        Lazy(r"preempt=0x[0-9a-f]{8} lock=.{1,20}RCU=.{1,20}workfn=(?P<workfn>[\w.$]{1,200})"),
        Lazy(r" *last function: (?P<workfn>[\w.$]{1,200})"),
        Lazy(r"other info that might help|context-\{"),
    ),
    absorbs=frozenset({"warning"}),
)
