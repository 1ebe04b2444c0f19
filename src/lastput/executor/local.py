"""Processes of this machine. A process that is killed takes nothing with it but what it was doing."""

from __future__ import annotations

__all__ = ["LocalExecutor"]

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from lastput.executor.protocol import Lost

_TRIES = 2  # of one item in processes of its own, before they are taken to die of it


class LocalExecutor:
    """``jobs`` processes; one runs everything in this process."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs

    def run(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """As the protocol says. After a process has died, what was running is done anew, one by one."""
        jobs = min(self.jobs, len(items))
        if jobs <= 1:
            yield from ((position, work(item)) for position, item in enumerate(items))
            return
        waiting = deque(range(len(items)))
        while waiting:
            suspects: list[int] = []
            for position, outcome in _in_pool(work, items, waiting, jobs):
                if isinstance(outcome, _Died):
                    suspects.append(position)
                else:
                    yield position, outcome
            for position in suspects:
                yield position, _alone(work, items, position)


class _Died:
    """The process died, perhaps of another item that ran beside this one."""


def _alone(work: Callable[[Any], Any], items: Sequence[Any], position: int) -> Any:
    """What comes of one item in processes of its own."""
    for _ in range(_TRIES):
        ((_, outcome),) = _in_pool(work, items, deque([position]), 1)
        if not isinstance(outcome, _Died):
            return outcome
    return Lost("its process was killed (out of memory?)")


def _in_pool(
    work: Callable[[Any], Any], items: Sequence[Any], waiting: deque[int], jobs: int
) -> Iterator[tuple[int, Any]]:
    """Takes positions from ``waiting`` until there are none, or a process dies: then the rest is left
    there."""
    context = multiprocessing.get_context("forkserver" if os.name == "posix" else None)
    with ProcessPoolExecutor(jobs, context, _leave_signals_to_parent) as pool:
        running: dict[Future[Any], int] = {}
        broken = False
        try:
            while running or (waiting and not broken):
                while waiting and not broken and len(running) < 2 * jobs:
                    try:
                        future = pool.submit(work, items[waiting[0]])
                        running[future] = waiting.popleft()
                    except BrokenProcessPool:
                        broken = True
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in sorted(done, key=running.__getitem__):
                    position = running.pop(future)
                    try:
                        yield position, future.result()
                    except BrokenProcessPool:
                        broken = True
                        yield position, _Died()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _leave_signals_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
