"""States as tuples of part numbers.

``pack`` cuts a state into parts. Each part that occurs is stored once and has a number; a state is then
a *root*: the number of its shared part and those of its threads' parts, as bit fields of few words.
Threads share one table of parts: a part is a row of words, whatever thread it belongs to.
"""

from __future__ import annotations

__all__ = ["Field", "Packed", "read_roots", "root_fields", "root_words", "write_roots"]

from array import array
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec

from lastput.engine.interpret import State
from lastput.engine.pack import Layout


class Field(NamedTuple):
    """Where a part number stands in a root; ``mask`` is not shifted."""

    word: int
    shift: int
    mask: int


def root_fields(threads: int, bits: tuple[int, int]) -> tuple[Field, ...]:
    """The shared part's field, then one for each thread. ``bits`` are those of a shared part's number and
    of a thread's."""
    fields = [Field(0, 0, (1 << bits[0]) - 1)]
    word, used = 0, bits[0]
    for _ in range(threads):
        if used + bits[1] > 64:
            word, used = word + 1, 0
        fields.append(Field(word, used, (1 << bits[1]) - 1))
        used += bits[1]
    return tuple(fields)


def root_words(fields: Sequence[Field]) -> int:
    return fields[-1].word + 1


class Packed(msgspec.Struct, frozen=True):
    """States in order, as buffers of 64-bit words: ``roots`` of ``root_words`` each, with part numbers of
    ``bits``; the parts, ``layout.shared`` and ``layout.local`` words each."""

    bits: tuple[int, int]
    roots: Any
    shared: Any
    local: Any


def write_roots(layout: Layout, states: Iterable[State], least: tuple[int, int] = (1, 1)) -> Packed:
    """Part numbers take ``least`` bits or more."""
    shared: dict[tuple[int, ...], int] = {}
    local: dict[tuple[int, ...], int] = {}
    numbers = []
    for state in states:
        first, *others = layout.cut(layout.pack(state))
        row = [shared.setdefault(first, len(shared))]
        row += [local.setdefault(part, len(local)) for part in others]
        numbers.append(row)
    bits = (max((len(shared) - 1).bit_length(), least[0]), max((len(local) - 1).bit_length(), least[1]))
    fields = root_fields(layout.threads, bits)
    roots = array("Q", bytes(8 * len(numbers) * root_words(fields)))
    for at, row in enumerate(numbers):
        for number, field in zip(row, fields, strict=True):
            roots[at * root_words(fields) + field.word] |= number << field.shift
    return Packed(
        bits, roots, array("Q", (w for p in shared for w in p)), array("Q", (w for p in local for w in p))
    )


def read_roots(layout: Layout, packed: Packed) -> Iterable[State]:
    fields = root_fields(layout.threads, packed.bits)
    count = root_words(fields)
    roots, shared, local = (
        memoryview(x).cast("B").cast("Q") for x in (packed.roots, packed.shared, packed.local)
    )
    for at in range(0, len(roots), count):
        numbers = [(roots[at + f.word] >> f.shift) & f.mask for f in fields]
        words = list(shared[numbers[0] * layout.shared : (numbers[0] + 1) * layout.shared])
        for number in numbers[1:]:
            words += local[number * layout.local : (number + 1) * layout.local]
        yield layout.unpack(words)
