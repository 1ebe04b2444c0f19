"""A flush across WQ_MEM_RECLAIM, or a pool that makes no progress."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="workqueue",
    source="kernel/workqueue.c: check_flush_dependency, wq_watchdog_timer_fn",
    needles=(
        b"BUG: ",
        b"is flushing !WQ_MEM_RECLAIM",
    ),
    heads=(
        Lazy(
            r"workqueue: (?:WQ_MEM_RECLAIM|PF_MEMALLOC task) (?P<who>\S{1,100}(?: \[[\w-]+\])?) is flushing"
            r" !WQ_MEM_RECLAIM"
            r" (?P<target>\S{1,100})"
        ),
        Lazy(r"BUG: (?P<what>workqueue lockup) - pool .{0,120}?stuck for (?P<seconds>\d{1,10})s!"),
    ),
    details=(
        Lazy(r" *in-flight: (?P<in_flight>.{1,300})"),
        Lazy(
            r"Showing (?:busy|backtraces)|workqueue \S+: flags=| *pwq \d+: cpus=| *(?:pending|in-flight"
            r"|delayed|inactive|inflight):"
            r" |pool \d+: cpus="
        ),
    ),
    absorbs=frozenset({"warning"}),
)
