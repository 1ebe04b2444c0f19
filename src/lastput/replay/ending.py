"""Whether somebody has seen enough: threads with long work ask, since Ctrl-C comes to the first one alone."""

from __future__ import annotations

__all__ = ["begin", "check", "over"]

import threading

_ENDING = threading.Event()


def begin() -> None:
    """From now on ``check`` ends whoever asks."""
    _ENDING.set()


def over() -> None:
    """All have ended."""
    _ENDING.clear()


def check() -> None:
    """Raise KeyboardInterrupt if the work is of no use any more."""
    if _ENDING.is_set():
        raise KeyboardInterrupt
