"""What every executor does, and what comes of work that cannot be done."""

from __future__ import annotations

__all__ = ["Executor", "Lost"]

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import msgspec


class Lost(msgspec.Struct, frozen=True):
    """What comes of a piece of work whose workers died again and again; ``why`` in words."""

    why: str


class Executor(Protocol):
    """Runs a function on many arguments."""

    def run(self, work: Callable[[Any], Any], items: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        """The position of each item with what ``work`` made of it (or ``Lost``), as they end. An exception
        that ``work`` raises is raised here. Closing the iterator gives up what has not begun."""
        ...
