"""Patterns that are compiled when they are first used: most logs meet few of the kinds of reports."""

from __future__ import annotations

__all__ = ["Lazy"]

import re
from collections.abc import Callable
from typing import Any

_ASKED = ("match", "search", "findall")


class Lazy:
    """A regular expression: ``match``, ``search`` and ``findall`` are those of ``re.Pattern``."""

    match: Callable[[str], re.Match[str] | None]
    search: Callable[[str], re.Match[str] | None]
    findall: Callable[[str], list[Any]]

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        """Asked once: from then on each is an attribute of its own."""
        if name not in _ASKED:
            raise AttributeError(name)
        compiled = re.compile(self.pattern, self._flags)
        for one in _ASKED:
            setattr(self, one, getattr(compiled, one))
        return getattr(compiled, name)
