"""The lines of a log that are worth reading, found by their bytes.

A log is mostly of no interest. Blocks are searched for the words that open a report; from there lines are
given out, some at a time, for as long as the reader has a report open.
"""

from __future__ import annotations

__all__ = ["Sifter"]

from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

_BLOCK = 1 << 20
_SOME = 1 << 12  # bytes that are given out at a time
_WINDOW = 1 << 16  # bytes that are searched at a time
_LONGEST = 1 << 16  # bytes of a line; what is longer is cut into several


class Sifter:
    """Lines of ``stream``: the number of the first, from 1, and the bytes of a few; ``lines`` counts all.

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
        position, end = 0, len(block)
        number = self.lines
        while position < end:
            if not self._awake():
                hit = _first(block, self._needles, position)
                if hit < 0:
                    self.lines = number + block.count(b"\n", position, end)
                    return
                start = block.rfind(b"\n", position, hit) + 1 or position
                number += block.count(b"\n", position, start)
                position = start
            # More lines than one, for they are seldom alone; those that are of no interest do no harm.
            stop = block.find(b"\n", min(position + _SOME, end - 1))
            some = block[position:stop]
            yield number + 1, some
            number += 1 + some.count(b"\n")
            position = stop + 1
        self.lines = number


def _first(block: bytes, needles: Sequence[bytes], position: int) -> int:
    """The least place of any needle at or behind ``position``, or -1. Where one was found, the others are
    searched no further than that."""
    size = len(block)
    while position < size:
        limit = min(position + _WINDOW, size)
        best = -1
        for needle in needles:
            found = block.find(needle, position, limit + len(needle) - 1)
            if found >= 0:
                best = limit = found
        if best >= 0:
            return best
        position = limit
    return -1


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
