"""A set of rows of words, compiled: an array of rows, numbered as added, and a hash index into it.

The index is open-addressed. An entry is 0 (free) or the number of a row plus one, in its low ``bits``
bits; the bits above hold a piece of the hash, so that most entries of other rows are passed over
without a look at the row. Numbers take 32 bits, so there are at most 2**32 - 2 rows.
"""

from __future__ import annotations

__all__ = ["digest", "find_or_add", "rebuild", "resolve"]

import numpy as np

from lastput.engine.jit import njit

_SEED = np.uint64(0x9E3779B97F4A7C15)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_32 = np.uint64(32)
_29 = np.uint64(29)


@njit()
def digest(words, at, n):  # type: ignore[no-untyped-def]
    h = _SEED
    for k in range(n):
        h ^= np.uint64(words[at + k])
        h *= _MIX
        h ^= h >> _32
    h *= _MIX
    return h ^ (h >> _29)


@njit()
def find_or_add(rows, n, count, table, bits, words, at, add):  # type: ignore[no-untyped-def]
    """The number of the row ``words[at:at + n]``; if it is new, ``count``, and it is stored if ``add`` is
    not 0. There must be room in both arrays."""
    return resolve(rows, n, count, table, bits, words, at, add, digest(words, at, n))


@njit()
def resolve(rows, n, count, table, bits, words, at, add, h):  # type: ignore[no-untyped-def]
    """The same, given the digest."""
    size = np.uint64(len(table))
    slot = np.int64(((h >> _32) * size) >> _32)
    one = np.int64(1)
    low = (np.int64(1) << bits) - 1
    print_ = np.int64(h & np.uint64(0xFFFFFFFF)) & ~low
    end = len(table)
    while True:
        entry = np.int64(table[slot])
        if entry == 0:
            if add == 0:
                return count
            table[slot] = np.uint32(print_ | (count + 1))
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
        slot += one
        if slot == end:
            slot = np.int64(0)


@njit()
def rebuild(rows, n, count, table, bits):  # type: ignore[no-untyped-def]
    """Enters all rows in a table of zeros."""
    size = np.uint64(len(table))
    low = (np.int64(1) << bits) - 1
    end = len(table)
    for number in range(count):
        h = digest(rows, number * n, n)
        one = np.int64(1)
        slot = np.int64(((h >> _32) * size) >> _32)
        while table[slot] != 0:
            slot += one
            if slot == end:
                slot = np.int64(0)
        table[slot] = np.uint32((np.int64(h & np.uint64(0xFFFFFFFF)) & ~low) | (number + 1))
    return count
