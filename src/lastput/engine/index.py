"""The set of states, compiled: an array of packed states and a hash index into it.

The index is open-addressed. An entry is 0 (free) or the number of a state plus one, in its low ``bits``
bits; the bits above hold a piece of the hash, so that most entries of other states are passed over
without a look at the state. Numbers take 32 bits, so there are at most 2**32 - 2 states.
"""

from __future__ import annotations

__all__ = ["find_or_add", "rebuild"]

import numpy as np

from lastput.engine.jit import I1, I8, U4, njit

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
def find_or_add(states, n, count, table, bits, words, add):  # type: ignore[no-untyped-def]
    """The number of ``words``; if they are new, ``count``, and they are stored if ``add`` is not 0. There
    must be room in both arrays."""
    h = digest(words, 0, n)
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
                states[base + k] = words[k]
            return count
        if (entry & ~low) == print_:
            number = (entry & low) - 1
            base = number * n
            same = True
            for k in range(n):
                if states[base + k] != words[k]:
                    same = False
                    break
            if same:
                return number
        slot += one
        if slot == end:
            slot = np.int64(0)


@njit(I8(I1, I8, I8, U4, I8))
def rebuild(states, n, count, table, bits):  # type: ignore[no-untyped-def]
    """Enters all states in a table of zeros."""
    size = np.uint64(len(table))
    low = (np.int64(1) << bits) - 1
    end = len(table)
    for number in range(count):
        h = digest(states, number * n, n)
        one = np.int64(1)
        slot = np.int64(((h >> _32) * size) >> _32)
        while table[slot] != 0:
            slot += one
            if slot == end:
                slot = np.int64(0)
        table[slot] = np.uint32((np.int64(h & np.uint64(0xFFFFFFFF)) & ~low) | (number + 1))
    return count
