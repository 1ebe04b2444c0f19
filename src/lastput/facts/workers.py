"""Worker processes that do not outlive who started them."""

from __future__ import annotations

__all__ = ["end_all", "with_parent"]

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait


def with_parent() -> None:
    """To be called in a worker as it starts: leave a Ctrl-C to the parent, and end when that ends.

    A worker that was forked by a server of processes has no other sign of it: the pipe that it waits at is
    held open by its siblings.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def end_all() -> None:
    """End all workers of this process at once: nobody wants their answers any more."""
    for one in multiprocessing.active_children():
        one.kill()
