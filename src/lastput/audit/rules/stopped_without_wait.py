"""A timer or work item is stopped by a call that does not wait for its callback.

What it finds
    An item that a module arms, and only ever takes off its queue: del_timer(), cancel_work(),
    cancel_delayed_work(), hrtimer_try_to_cancel(). Nothing in the module waits for the callback to end.

Why it breaks
    A callback that has begun goes on while the object is freed, or the module's text is unmapped; one that
    arms its item again undoes the stop.

Example
    static void __exit foo_exit(void)
    {
            del_timer(&foo_timer);          /* foo_tick() may be in the middle, and calls mod_timer() */
            release_region(foo_port, 1);
    }

Instead
    timer_shutdown_sync() or timer_delete_sync(), cancel_work_sync(): outside of locks that the callback
    takes.

How lastput knows
    As deferred-never-waited, with the difference that there is a call which stops without waiting.

Known limits
    An item whose arming takes a reference that its callback puts needs no wait; where the reference is
    not seen, the finding is wrong.

History
    573601521277 (cpu5wdt, CVE-2024-38630) and 9cc02ede6962 (rose, CVE-2022-2318).
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.unwaited_finding import told
from lastput.facts.base import Facts
from lastput.schema.finding import Finding

CODE = "WRK002"
NAME = "stopped-without-wait"


def run(facts: Facts) -> Iterator[Finding]:
    yield from told(facts, CODE, __file__, stopped=True)
