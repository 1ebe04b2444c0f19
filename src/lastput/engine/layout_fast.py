"""Changes of the packed layout, compiled: moving all states to another one, and the values they have."""

from __future__ import annotations

__all__ = ["observe", "transfer"]

import numpy as np

from lastput.engine.image import LAYOUT, MOVABLE, MOVERS, ROOT, SLOTS, THREADS, W_LOCAL, W_SHARED, WORDS
from lastput.engine.jit import njit
from lastput.engine.machine import get, put
from lastput.engine.signals import OK
from lastput.engine.store import load, number_of, root_of


@njit()
def transfer(  # type: ignore[no-untyped-def]
    old, new, count, roots, old_shared, old_local, ctl, shared, s_table, local, l_table, scratch, out
):
    """Rewrites ``count`` roots of image ``old`` in place, as those of ``new``, with new tables of parts.
    Roots may grow but not shrink. OK, or what was in the way."""
    n = old[WORDS]
    m = new[WORDS]
    wide = new[ROOT]
    none = np.int64(-1)
    here = scratch[:n]
    words = scratch[n : n + m]
    root = scratch[n + m :]
    for number in range(count - 1, -1, -1):
        load(old, roots, number * old[ROOT], old_shared, old_local, here)
        for k in range(m):
            words[k] = 0
        for slot in range(old[SLOTS]):
            if put(new, words, slot, get(old, here, slot), out):
                return -1
        status = root_of(
            new, ctl, roots, none, words, shared, s_table, local, l_table, words, root, np.int64(0), np.int64(1)
        )
        if status != OK:
            return status
        for k in range(wide):
            roots[number * wide + k] = root[k]
    return OK


@njit()
def _spread(image, words, slot, low, high):  # type: ignore[no-untyped-def]
    value = get(image, words, slot)
    low[slot] = min(low[slot], value)
    high[slot] = max(high[slot], value)


@njit()
def observe(image, roots, count, shared, shared_count, local, seen, words, low, high):  # type: ignore[no-untyped-def]
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
