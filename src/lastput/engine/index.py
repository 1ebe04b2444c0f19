"""A set of rows of words, compiled: an array of rows, numbered as added, and a hash index into it.

The index is open-addressed. An entry is 0 (free) or the number of a row plus one, in its low ``bits``
bits; the bits above hold a piece of the hash, so that most entries of other rows are passed over
without a look at the row. Numbers take 32 bits, so there are at most 2**32 - 2 rows.
"""

from __future__ import annotations

__all__ = ["digest", "find_or_add", "rebuild", "resolve", "share"]

import numpy as np

from lastput.engine.translator.arrays import Ints

_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_32 = np.uint64(32)
_29 = np.uint64(29)


def digest(words: Ints, at: int, n: int) -> np.uint64:
    h = _SEED
    for k in range(n):
        h ^= np.uint64(words[at + k])
        h *= _MIX
        h ^= h >> _32
    h *= _MIX
    return h ^ (h >> _29)


def share(h: np.uint64, size: int) -> int:
    """A number from 0 up to ``size`` (at most 2**32), without it, by the upper half of a digest."""
    return int(((h >> _32) * np.uint64(size)) >> _32)


def find_or_add(
    rows: Ints, n: int, count: int, table: Ints, bits: int, words: Ints, at: int, add: int
) -> int:
    """The number of the row ``words[at:at + n]``; if it is new, ``count``, and it is stored if ``add`` is
    not 0. There must be room in both arrays."""
    return resolve(rows, n, count, table, bits, words, at, add, digest(words, at, n))


def resolve(
    rows: Ints, n: int, count: int, table: Ints, bits: int, words: Ints, at: int, add: int, h: np.uint64
) -> int:
    """The same, given the digest."""
    slot = share(h, len(table))
    low = (1 << bits) - 1
    print_ = int(h & np.uint64(0xFFFFFFFF)) & ~low
    end = len(table)
    while True:
        entry = table[slot]
        if entry == 0:
            if add == 0:
                return count
            table[slot] = print_ | (count + 1)
            base = count * n
            for k in range(n):
                rows[base + k] = words[at + k]
            return count
        if (entry & ~low) == print_:
            number = (entry & low) - 1
            base = number * n
            same = True
            for k in range(n):
                if rows[base + k] != words[at + k]:
                    same = False
                    break
            if same:
                return number
        slot += 1
        if slot == end:
            slot = 0


def rebuild(rows: Ints, n: int, count: int, table: Ints, bits: int) -> int:
    """Enters all rows in a table of zeros."""
    low = (1 << bits) - 1
    end = len(table)
    for number in range(count):
        h = digest(rows, number * n, n)
        slot = share(h, len(table))
        while table[slot] != 0:
            slot += 1
            if slot == end:
                slot = 0
        table[slot] = (int(h & np.uint64(0xFFFFFFFF)) & ~low) | (number + 1)
    return count
