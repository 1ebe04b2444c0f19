"""The lines of a log that are worth reading, found by their bytes.

A log is mostly of no interest. Blocks are searched for the words that open a report; from there lines are
given out one by one, for as long as the reader has a report open.
"""

from __future__ import annotations

__all__ = ["Sifter"]

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

_BLOCK = 1 << 20
_SOME = 1 << 12  # bytes that are given out at a time
_LONGEST = 1 << 16  # bytes of a line; what is longer is cut into several


class Sifter:
    """Lines of ``stream`` as (number, bytes), numbered from 1; ``lines`` counts all of them.

    Lines are given out while ``awake()`` says so, and from each that contains one of ``needles`` on, some
    more than that. Memory is a few blocks, time is linear in the length of the stream.
    """

    def __init__(self, stream: BinaryIO, needles: Sequence[bytes], awake: Callable[[], bool]) -> None:
        self.lines = 0
        self._stream = stream
        self._needles = needles
        self._awake = awake

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for block in _blocks(self._stream):
            yield from self._block(block)

    def _block(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        finder = _Finder(block, self._needles)
        position, end = 0, len(block)
        number = self.lines
        while position < end:
            if not self._awake():
                hit = finder.next(position)
                if hit < 0:
                    self.lines = number + block.count(b"\n", position, end)
                    return
                start = block.rfind(b"\n", position, hit) + 1 or position
                number += block.count(b"\n", position, start)
                position = start
            # More lines than one, for they are seldom alone; those that are of no interest do no harm.
            stop = block.find(b"\n", min(position + _SOME, end - 1))
            for raw in block[position:stop].split(b"\n"):
                number += 1
                yield number, raw
            position = stop + 1
        self.lines = number


class _Finder:
    """Where the next of several words is. Each word is searched once through the block."""

    def __init__(self, block: bytes, needles: Sequence[bytes]) -> None:
        self._block = block
        self._next = dict.fromkeys(needles, -1)  # where it was found last, at or behind the search
        self._best = -2

    def next(self, position: int) -> int:
        """The least place of any word at or behind ``position``, or -1."""
        if self._best == -1 or self._best >= position:
            return self._best
        best = -1
        for needle, found in list(self._next.items()):
            if found < position:
                found = self._block.find(needle, position)
                if found < 0:
                    del self._next[needle]
                    continue
                self._next[needle] = found
            if best < 0 or found < best:
                best = found
        self._best = best
        return best


def _blocks(stream: BinaryIO) -> Iterator[bytes]:
    """The stream in pieces that end with a newline; a line without end is cut."""
    rest: list[bytes] = []
    held = 0
    while data := stream.read(_BLOCK):
        cut = data.rfind(b"\n") + 1
        if not cut:
            rest.append(data)
            held += len(data)
            if held > _LONGEST:
                yield _short(b"".join(rest)) + b"\n"
                rest, held = [], 0
            continue
        yield b"".join((*rest, data[:cut]))
        rest, held = [data[cut:]], len(data) - cut
    last = b"".join(rest)
    if last:
        yield last + b"\n"


def _short(data: bytes) -> bytes:
    """A giant line, broken so that its pieces stay readable."""
    return b"\n".join(data[at : at + _LONGEST] for at in range(0, len(data), _LONGEST))
