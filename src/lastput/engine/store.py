"""The states of a search, compiled: parts with numbers, and roots made of these (see ``parts``)."""

from __future__ import annotations

__all__ = ["add_batch", "find", "load", "number_of", "root_of"]

import numpy as np

from lastput.engine.image import FIELDS, MOVABLE, ROOT, W_LOCAL, W_SHARED
from lastput.engine.index import digest, find_or_add, resolve
from lastput.engine.jit import njit
from lastput.engine.signals import (
    C_BITS,
    C_COUNT,
    C_LOCAL,
    C_LOCAL_BITS,
    C_LOCAL_FULL,
    C_SHARED,
    C_SHARED_BITS,
    C_SHARED_FULL,
    FULL,
    NARROW,
    OK,
)


@njit()
def number_of(image, roots, at, part):  # type: ignore[no-untyped-def]
    """A part number of the root whose words begin at ``at``; part 0 is the shared one."""
    field = image[FIELDS] + part * 3
    return (roots[at + image[field]] >> image[field + 1]) & image[field + 2]


@njit()
def load(image, roots, at, shared, local, words):  # type: ignore[no-untyped-def]
    """Puts together the packed state of a root."""
    ws = image[W_SHARED]
    wl = image[W_LOCAL]
    base = number_of(image, roots, at, np.int64(0)) * ws
    for k in range(ws):
        words[k] = shared[base + k]
    to = ws
    for place in range(image[MOVABLE]):
        base = number_of(image, roots, at, place + 1) * wl
        for k in range(wl):
            words[to + k] = local[base + k]
        to += wl


@njit()
def _shared_number(image, ctl, shared, s_table, words, add):  # type: ignore[no-untyped-def]
    ws = image[W_SHARED]
    count = ctl[C_SHARED]
    if add and count >= ctl[C_SHARED_FULL]:
        return np.int64(-1)
    found = find_or_add(shared, ws, count, s_table, ctl[C_SHARED_BITS], words, np.int64(0), add)
    if found == count and add:
        ctl[C_SHARED] += 1
    return found


@njit()
def _local_number(image, ctl, local, l_table, words, at, add):  # type: ignore[no-untyped-def]
    count = ctl[C_LOCAL]
    if add and count >= ctl[C_LOCAL_FULL]:
        return np.int64(-1)
    found = find_or_add(local, image[W_LOCAL], count, l_table, ctl[C_LOCAL_BITS], words, at, add)
    if found == count and add:
        ctl[C_LOCAL] += 1
    return found


@njit()
def _same(one, two, first, last):  # type: ignore[no-untyped-def]
    for k in range(first, last):  # noqa: SIM110
        if one[k] != two[k]:
            return False
    return True


@njit()
def root_of(  # type: ignore[no-untyped-def]
    image, ctl, roots, parent, here, shared, s_table, local, l_table, words, root, to, add
):
    """Writes the root of ``words`` to ``root`` from ``to`` on. ``here`` is the packed state of the root at
    ``parent`` (-1: there is none): parts that it has as well need no look-up. FULL or NARROW if that
    cannot be; if ``add`` is 0 and a part was never met, 1."""
    ws = image[W_SHARED]
    wl = image[W_LOCAL]
    for k in range(image[ROOT]):
        root[to + k] = 0
    for part in range(image[MOVABLE] + 1):
        first = 0 if part == 0 else ws + (part - 1) * wl
        last = ws if part == 0 else first + wl
        if parent >= 0 and _same(here, words, first, last):
            number = number_of(image, roots, parent, part)
        else:
            if part == 0:
                number = _shared_number(image, ctl, shared, s_table, words, add)
                known = number < ctl[C_SHARED]
            else:
                number = _local_number(image, ctl, local, l_table, words, first, add)
                known = number < ctl[C_LOCAL]
            if number < 0:
                return FULL
            if not known:
                return 1
        field = image[FIELDS] + part * 3
        if number > image[field + 2]:
            return NARROW
        root[to + image[field]] |= number << image[field + 1]
    return OK


@njit()
def find(image, ctl, roots, table, root):  # type: ignore[no-untyped-def]
    """The number of the state with this root; C_COUNT if there is none."""
    return find_or_add(roots, image[ROOT], ctl[C_COUNT], table, ctl[C_BITS], root, np.int64(0), np.int64(0))


@njit()
def add_batch(image, ctl, roots, table, batch, count, hashes):  # type: ignore[no-untyped-def]
    """Adds roots; there must be room for them. What all look-ups need from memory is asked for first, so
    that they wait for it together."""
    n = image[ROOT]
    size = np.uint64(len(table))
    low = (np.int64(1) << ctl[C_BITS]) - 1
    touched = np.int64(0)
    for k in range(count):
        h = digest(batch, k * n, n)
        hashes[k] = np.int64(h)
        touched += table[np.int64(((h >> np.uint64(32)) * size) >> np.uint64(32))]
    for k in range(count):
        h = np.uint64(hashes[k])
        entry = np.int64(table[np.int64(((h >> np.uint64(32)) * size) >> np.uint64(32))])
        if entry:
            touched += roots[((entry & low) - 1) * n]
    for k in range(count):
        h = np.uint64(hashes[k])
        found = resolve(roots, n, ctl[C_COUNT], table, ctl[C_BITS], batch, k * n, np.int64(1), h)
        if found == ctl[C_COUNT]:
            ctl[C_COUNT] += 1
    return touched
