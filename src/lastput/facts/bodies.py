"""Bodies of single functions, without the rest of their files: their text, and their flow graphs.

``Facts.graph`` scans the whole file of a function. A rule that asks for some functions of each of thousands
of files reads only the lines of those here, which costs a tenth. Lines are true; the caller gives columns up.
"""

from __future__ import annotations

__all__ = ["Bodies", "spoken"]

import re
from functools import lru_cache

from lastput.c.flow.build import build_graph
from lastput.c.flow.graph import Graph
from lastput.c.raw.source import Source
from lastput.facts.api import API
from lastput.facts.base import Facts

_NORETURN = frozenset(API.noreturn.names)
_SILENT = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)


class Bodies:
    """Reads bodies of the functions of ``facts``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._content = lru_cache(maxsize=32)(self._read)
        self._extents: dict[int, tuple[int, int, int]] = {}
        self.text = lru_cache(maxsize=20_000)(self._text)
        self.whole = lru_cache(maxsize=64)(self._whole)
        self.graph = lru_cache(maxsize=500)(self._graph)

    def _read(self, path: str) -> bytes:
        try:
            return self.facts.content(path)
        except OSError:
            return b""

    def _whole(self, path: str) -> str:
        """A file without its comments and what stands in its strings; "" if it cannot be read."""
        return spoken(self._content(path).decode("latin-1"))

    def _extent(self, function: int) -> tuple[int, int, int]:
        """Offsets of head, brace and end."""
        found = self._extents.get(function)
        if found is None:
            rows = self.facts.sql("SELECT start, body, end FROM functions WHERE id = ?", function)
            found = self._extents[function] = rows[0]
        return found

    def _slice(self, function: int) -> bytes:
        start, _, end = self._extent(function)
        return self._content(self.facts.function(function).path)[start:end]

    def _text(self, function: int) -> str:
        """The body with its braces; comments and strings are out. "" if the file cannot be read."""
        start, body, _ = self._extent(function)
        return spoken(self._slice(function)[body - start :].decode("latin-1"))

    def _graph(self, function: int) -> Graph | None:
        """The flow graph; None if the file has changed since it was read."""
        fact = self.facts.function(function)
        source = Source(fact.path, b"\n" * (fact.line - 1) + self._slice(function) + b"\n")
        for one in source.functions:
            if one.head.name == fact.name:
                return build_graph(source, one, _NORETURN)
        return None


def spoken(text: str) -> str:
    """C without its comments, and with empty strings."""
    return _SILENT.sub(lambda match: '""' if match[0][0] == '"' else " ", text)
