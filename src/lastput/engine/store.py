"""The states of a search, compiled: parts with numbers, and roots made of these (see ``parts``)."""

from __future__ import annotations

__all__ = ["add_batch", "find", "load", "number_of", "root_of"]

import numpy as np

from lastput.engine.image import FIELDS, MOVABLE, ROOT, W_LOCAL, W_SHARED
from lastput.engine.index import digest, find_or_add, resolve, share
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
from lastput.engine.translator.arrays import Ints


def number_of(image: Ints, roots: Ints, at: int, part: int) -> int:
    """A part number of the root whose words begin at ``at``; part 0 is the shared one."""
    field = image[FIELDS] + part * 3
    return (roots[at + image[field]] >> image[field + 1]) & image[field + 2]


def load(image: Ints, roots: Ints, at: int, shared: Ints, local: Ints, words: Ints) -> None:
    """Puts together the packed state of a root."""
    ws = image[W_SHARED]
    wl = image[W_LOCAL]
    base = number_of(image, roots, at, 0) * ws
    for k in range(ws):
        words[k] = shared[base + k]
    to = ws
    for place in range(image[MOVABLE]):
        base = number_of(image, roots, at, place + 1) * wl
        for k in range(wl):
            words[to + k] = local[base + k]
        to += wl


def _shared_number(image: Ints, ctl: Ints, shared: Ints, s_table: Ints, words: Ints, add: int) -> int:
    ws = image[W_SHARED]
    count = ctl[C_SHARED]
    if add and count >= ctl[C_SHARED_FULL]:
        return -1
    found = find_or_add(shared, ws, count, s_table, ctl[C_SHARED_BITS], words, 0, add)
    if found == count and add:
        ctl[C_SHARED] += 1
    return found


def _local_number(image: Ints, ctl: Ints, local: Ints, l_table: Ints, words: Ints, at: int, add: int) -> int:
    count = ctl[C_LOCAL]
    if add and count >= ctl[C_LOCAL_FULL]:
        return -1
    found = find_or_add(local, image[W_LOCAL], count, l_table, ctl[C_LOCAL_BITS], words, at, add)
    if found == count and add:
        ctl[C_LOCAL] += 1
    return found


def _same(one: Ints, two: Ints, first: int, last: int) -> bool:
    for k in range(first, last):  # noqa: SIM110
        if one[k] != two[k]:
            return False
    return True


def root_of(
    image: Ints,
    ctl: Ints,
    roots: Ints,
    parent: int,
    here: Ints,
    shared: Ints,
    s_table: Ints,
    local: Ints,
    l_table: Ints,
    words: Ints,
    root: Ints,
    to: int,
    add: int,
) -> int:
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


def find(image: Ints, ctl: Ints, roots: Ints, table: Ints, root: Ints) -> int:
    """The number of the state with this root; C_COUNT if there is none."""
    return find_or_add(roots, image[ROOT], ctl[C_COUNT], table, ctl[C_BITS], root, 0, 0)


def add_batch(image: Ints, ctl: Ints, roots: Ints, table: Ints, batch: Ints, count: int, hashes: Ints) -> int:
    """Adds roots; there must be room for them. What all look-ups need from memory is asked for first, so
    that they wait for it together."""
    n = image[ROOT]
    low = (1 << ctl[C_BITS]) - 1
    touched = 0
    for k in range(count):
        h = digest(batch, k * n, n)
        hashes[k] = int(h)
        touched += table[share(h, len(table))]
    for k in range(count):
        h = np.uint64(hashes[k])
        entry = table[share(h, len(table))]
        if entry:
            touched += roots[((entry & low) - 1) * n]
    for k in range(count):
        h = np.uint64(hashes[k])
        found = resolve(roots, n, ctl[C_COUNT], table, ctl[C_BITS], batch, k * n, 1, h)
        if found == ctl[C_COUNT]:
            ctl[C_COUNT] += 1
    return touched
