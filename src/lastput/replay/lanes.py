"""Several guests at a time, each in a thread of its own: none is left behind when one fails or when the
user has seen enough."""

from __future__ import annotations

__all__ = ["run"]

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from typing import TypeVar

from lastput.replay import ending, qemu

T = TypeVar("T")
_POLL = 0.02  # seconds


def run(jobs: Sequence[Callable[[], T]], lanes: int) -> list[T]:
    """The results of ``jobs`` in their order, ``lanes`` of them at a time.

    The first exception ends the jobs that run (their guests are killed) and drops the others.
    """
    if lanes < 2 or len(jobs) < 2:
        return [job() for job in jobs]
    with ThreadPoolExecutor(min(lanes, len(jobs)), "guest") as pool:
        futures = [pool.submit(job) for job in jobs]
        try:
            for future in wait(futures, return_when=FIRST_EXCEPTION).done:
                future.result()
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            ending.begin()
            try:
                # A job may be about to start a guest: look again until all have ended.
                while wait(futures, _POLL).not_done:
                    qemu.end_all()
            finally:
                ending.over()
            raise
