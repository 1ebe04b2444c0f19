"""Ctrl-C at a time that suits: between two steps that belong together."""

from __future__ import annotations

__all__ = ["Interrupt", "deferred"]

import contextlib
import signal
import threading
from collections.abc import Iterator

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Whether somebody wants this to end."""

    def __init__(self) -> None:
        self.asked = False

    def check(self) -> None:
        """Raises KeyboardInterrupt if somebody does."""
        if self.asked:
            raise KeyboardInterrupt


@contextlib.contextmanager
def deferred() -> Iterator[Interrupt]:
    """Within it, SIGINT and SIGTERM only set what is given; a second one counts at once. In another thread
    than the main one nothing changes: signals do not come there."""
    stop = Interrupt()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def ask(number: int, frame: object) -> None:
        if stop.asked:
            raise KeyboardInterrupt
        stop.asked = True

    before = {one: signal.getsignal(one) for one in _SIGNALS}
    changed = [one for one in _SIGNALS if before[one] is signal.default_int_handler]
    for one in changed:
        signal.signal(one, ask)
    try:
        yield stop
    finally:
        for one in changed:
            signal.signal(one, before[one])
