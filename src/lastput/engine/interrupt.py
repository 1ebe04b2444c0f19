"""Ctrl-C as a wish that is looked at where a search can stop, not as an exception anywhere."""

from __future__ import annotations

__all__ = ["Interrupt"]

import signal
import threading
from types import FrameType, TracebackType


class Interrupt:
    """Within the ``with`` block the first Ctrl-C sets ``wanted``; the second raises KeyboardInterrupt.

    Only the main thread can see to that; in others nothing changes.
    """

    def __init__(self) -> None:
        self.wanted = False
        self._before: object = None
        self._active = False

    def __enter__(self) -> Interrupt:
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            # Whoever has a handler of his own, or ignores the signal, keeps it.
            if self._before is signal.default_int_handler:
                signal.signal(signal.SIGINT, self._handle)
                self._active = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._active:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            self._active = False

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.wanted:
            raise KeyboardInterrupt
        self.wanted = True
