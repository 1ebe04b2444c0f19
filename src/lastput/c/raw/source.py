"""One source file, scanned; lines of offsets, functions and their bodies."""

from __future__ import annotations

__all__ = ["Function", "Source"]

from bisect import bisect_right
from functools import cached_property

import msgspec
import numpy as np

from lastput.c.raw.heads import FunctionHead, read_head
from lastput.c.raw.scan import FUNCTION, Scan, scan


class Function(msgspec.Struct, frozen=True):
    """A function; ``start``, ``body``, ``end`` are byte offsets: of the head, the ``{``, past the ``}``."""

    head: FunctionHead
    start: int
    body: int
    end: int


class Source:
    """A file as bytes and as text of the same length (Latin-1, so that offsets agree)."""

    def __init__(self, path: str, content: bytes) -> None:
        self.path = path
        self.content = content
        self.scan: Scan = scan(content)
        self.code = self.scan.code.decode("latin-1")

    @cached_property
    def text(self) -> str:
        """The content as Latin-1."""
        return self.content.decode("latin-1")

    @cached_property
    def lines(self) -> list[int]:
        """Byte offset of the begin of each line."""
        ends = np.flatnonzero(np.frombuffer(self.content, dtype=np.uint8) == 10) + 1
        return [0, *ends.tolist()]

    def line(self, offset: int) -> int:
        """The line of a byte offset, from 1."""
        return bisect_right(self.lines, offset)

    def column(self, offset: int) -> int:
        """The column of a byte offset, from 1."""
        return offset - self.lines[self.line(offset) - 1] + 1

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions of the file, both arms of ``#if``."""
        found = []
        for kind, start, body, end, _ in self.scan.items.tolist():
            if kind == FUNCTION:
                head = read_head(self.code[start:body])
                if head is not None:
                    found.append(Function(head, start + head.start, body, end))
        return tuple(found)
