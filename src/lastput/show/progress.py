"""One status line on stderr while a search runs: states, depth, frontier, states a second."""

from __future__ import annotations

__all__ = ["Status"]

import time
from types import TracebackType
from typing import TextIO

_TTY_SECONDS = 0.2
_LOG_SECONDS = 10.0
_QUIET_SECONDS = 1.0  # short searches say nothing


class Status:
    """Writes to ``stream``: in place on a terminal, a line now and then elsewhere."""

    def __init__(self, stream: TextIO, name: str, wanted: bool = True) -> None:
        self._stream = stream
        self._name = name
        self._tty = stream.isatty()
        self._wanted = wanted
        self._began = self._last = time.monotonic()
        self._drawn = False

    def __enter__(self) -> Status:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def tell(self, phase: str, states: int, depth: int, frontier: int) -> None:
        """Show where the search stands, unless it did so a moment ago."""
        now = time.monotonic()
        pause = _TTY_SECONDS if self._tty else _LOG_SECONDS
        if not self._wanted or now - self._last < pause or now - self._began < _QUIET_SECONDS:
            return
        self._last = now
        rate = states / (now - self._began)
        where = f"{states:,} states, depth {depth}, frontier {frontier:,}, {rate:,.0f} states/s"
        self._write(f"{self._name}: {phase}: {where}")

    def say(self, text: str) -> None:
        """One line that stays out of the way of a result: it is overwritten on a terminal."""
        if self._wanted:
            self._write(f"{self._name}: {text}")

    def _write(self, text: str) -> None:
        if self._tty:
            self._stream.write(f"\r\x1b[K{text[:119]}")
            self._drawn = True
        else:
            self._stream.write(f"{text}\n")
        self._stream.flush()

    def clear(self) -> None:
        """Wipe the line."""
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False
