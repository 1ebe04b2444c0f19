"""Changes of the packed layout, compiled: moving all states to another one, and the values they have."""

from __future__ import annotations

__all__ = ["observe", "transfer"]


from lastput.engine.image import (
    FIELDS,
    LAYOUT,
    MOVABLE,
    MOVERS,
    ROOT,
    SLOTS,
    THREADS,
    W_LOCAL,
    W_SHARED,
    WORDS,
)
from lastput.engine.machine import get, put
from lastput.engine.signals import OK
from lastput.engine.store import load, number_of, root_of
from lastput.engine.translator.arrays import Ints


def _move_slot(old: Ints, new: Ints, here: Ints, words: Ints, slot: int, out: Ints) -> int:
    return put(new, words, slot, get(old, here, slot), out)


def _move_part(old: Ints, new: Ints, here: Ints, words: Ints, part: int, out: Ints) -> int:
    """Packs the slots of a part anew; 1 if that does not fit."""
    if part:
        thread = new[THREADS] + new[new[MOVERS] + part - 1] * 7
        if _move_slot(old, new, here, words, new[thread], out):
            return 1
        for slot in range(new[thread + 1], new[thread + 1] + new[thread + 2]):
            if _move_slot(old, new, here, words, slot, out):
                return 1
        return 0
    for slot in range(new[SLOTS]):
        if new[new[LAYOUT] + slot * 4] < new[W_SHARED] and _move_slot(old, new, here, words, slot, out):
            return 1
    return 0


def transfer(
    old: Ints,
    new: Ints,
    count: int,
    roots: Ints,
    old_shared: Ints,
    old_local: Ints,
    ctl: Ints,
    shared: Ints,
    s_table: Ints,
    local: Ints,
    l_table: Ints,
    known: Ints,
    scratch: Ints,
    out: Ints,
) -> int:
    """Rewrites ``count`` roots of image ``old`` in place, as those of ``new``, with new tables of parts.
    Roots may grow but not shrink. ``known`` has a place for each part of a state and each old number, zero
    at first. OK, or what was in the way."""
    n = old[WORDS]
    m = new[WORDS]
    narrow = old[ROOT]
    wide = new[ROOT]
    parts = new[MOVABLE] + 1
    each = len(known) // parts
    none = -1
    here = scratch[:n]
    words = scratch[n : n + m]
    root = scratch[n + m :]
    for number in range(count - 1, -1, -1):
        at = number * narrow
        fresh = False
        for part in range(parts):
            if known[part * each + number_of(old, roots, at, part)] == 0:
                fresh = True
        if fresh:
            load(old, roots, at, old_shared, old_local, here)
            for k in range(m):
                words[k] = 0
            for part in range(parts):
                if _move_part(old, new, here, words, part, out):
                    return -1
            status = root_of(
                new,
                ctl,
                roots,
                none,
                words,
                shared,
                s_table,
                local,
                l_table,
                words,
                root,
                0,
                1,
            )
            if status != OK:
                return status
            for part in range(parts):
                known[part * each + number_of(old, roots, at, part)] = number_of(new, root, 0, part) + 1
        else:
            for k in range(wide):
                root[k] = 0
            for part in range(parts):
                field = new[FIELDS] + part * 3
                moved = known[part * each + number_of(old, roots, at, part)] - 1
                root[new[field]] |= moved << new[field + 1]
        for k in range(wide):
            roots[number * wide + k] = root[k]
    return OK


def _spread(image: Ints, words: Ints, slot: int, low: Ints, high: Ints) -> None:
    value = get(image, words, slot)
    low[slot] = min(low[slot], value)
    high[slot] = max(high[slot], value)


def observe(
    image: Ints,
    roots: Ints,
    count: int,
    shared: Ints,
    shared_count: int,
    local: Ints,
    seen: Ints,
    words: Ints,
    low: Ints,
    high: Ints,
) -> int:
    """Lowers ``low`` and raises ``high`` of each slot to the values in the states. ``seen`` has a place for
    each thread and part number, zero at first."""
    movable = image[MOVABLE]
    parts = len(seen) // max(movable, 1)
    for number in range(count):
        for k in range(movable):
            seen[k * parts + number_of(image, roots, number * image[ROOT], k + 1)] = 1
    ws = image[W_SHARED]
    wl = image[W_LOCAL]
    for number in range(shared_count):
        for k in range(ws):
            words[k] = shared[number * ws + k]
        for slot in range(image[SLOTS]):
            if image[image[LAYOUT] + slot * 4] < ws:
                _spread(image, words, slot, low, high)
    for k in range(movable):
        thread = image[THREADS] + image[image[MOVERS] + k] * 7
        for number in range(parts):
            if not seen[k * parts + number]:
                continue
            for i in range(wl):
                words[ws + k * wl + i] = local[number * wl + i]
            _spread(image, words, image[thread], low, high)
            for slot in range(image[thread + 1], image[thread + 1] + image[thread + 2]):
                _spread(image, words, slot, low, high)
    return count
