"""The lines of a log that are worth reading, found by their bytes.

A log is mostly of no interest. Blocks are searched for the words that open a report; from there lines are
given out, some at a time, for as long as the reader has a report open.
"""

from __future__ import annotations

__all__ = ["Sifter"]

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from ahocorasick_rs import BytesAhoCorasick

_BLOCK = 1 << 20
_SOME = 1 << 12  # bytes that are given out at a time
_LONGEST = 1 << 16  # bytes of a line; what is longer is cut into several


class Sifter:
    """Lines of ``stream``: the number of the first, from 1, and the bytes of a few; ``lines`` counts all.

    Lines are given out while ``awake()`` says so, and from each that contains one of ``needles`` on, some
    more than that. No needle holds a newline. Memory is a few blocks, time is linear in the length of the
    stream: all needles are searched in one pass (Aho and Corasick, CACM 18(6), 1975).
    """

    def __init__(self, stream: BinaryIO, needles: Sequence[bytes], awake: Callable[[], bool]) -> None:
        self.lines = 0
        self._stream = stream
        self._find = BytesAhoCorasick(list(needles)).find_matches_as_indexes
        self._awake = awake

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        for block in _blocks(self._stream):
            yield from self._block(block)

    def _block(self, block: bytes) -> Iterator[tuple[int, bytes]]:
        position, end = 0, len(block)
        number = self.lines
        hits: list[int] | None = None  # where any needle is, once that is asked
        while position < end:
            if not self._awake():
                if hits is None:
                    hits = [start for _, start, _ in self._find(block)]
                at = bisect_left(hits, position)
                if at == len(hits):
                    self.lines = number + block.count(b"\n", position, end)
                    return
                start = block.rfind(b"\n", position, hits[at]) + 1 or position
                number += block.count(b"\n", position, start)
                position = start
            # More lines than one, for they are seldom alone; those that are of no interest do no harm.
            stop = block.find(b"\n", min(position + _SOME, end - 1))
            some = block[position:stop]
            yield number + 1, some
            number += 1 + some.count(b"\n")
            position = stop + 1
        self.lines = number


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
