"""Ctrl-C as a wish that is looked at where a search can stop, not as an exception anywhere."""

from __future__ import annotations

__all__ = ["Interrupt"]

import signal
import threading
from types import FrameType, TracebackType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupt:
    """Within the ``with`` block the first Ctrl-C sets ``wanted``; the second raises KeyboardInterrupt.
    SIGTERM is the same where it raises KeyboardInterrupt too.

    Only the main thread can see to that; in others nothing changes.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._taken: list[signal.Signals] = []

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            # Whoever has a handler of his own, or ignores a signal, keeps it.
            self._taken = [one for one in _SIGNALS if signal.getsignal(one) is signal.default_int_handler]
            for one in self._taken:
                signal.signal(one, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for one in self._taken:
            signal.signal(one, signal.default_int_handler)
        self._taken = []

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
