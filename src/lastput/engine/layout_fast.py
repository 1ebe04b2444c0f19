"""Changes of the packed layout, compiled: repacking all states, and what values slots have taken."""

from __future__ import annotations

__all__ = ["observe", "repack"]

from lastput.engine.jit import I1, I2, I8, njit


@njit(I8(I1, I8, I2, I8, I2, I8, I1))
def repack(states, count, old, old_words, new, new_words, values):  # type: ignore[no-untyped-def]
    """From layout rows ``old`` to ``new``, in place; a state may grow but not shrink."""
    for number in range(count - 1, -1, -1):
        base = number * old_words
        for slot in range(len(old)):
            word = states[base + old[slot, 0]]
            values[slot] = ((word >> old[slot, 1]) & old[slot, 2]) + old[slot, 3]
        base = number * new_words
        for k in range(new_words):
            states[base + k] = 0
        for slot in range(len(new)):
            states[base + new[slot, 0]] |= (values[slot] - new[slot, 3]) << new[slot, 1]
    return count


@njit(I8(I1, I8, I2, I8, I1, I1))
def observe(states, count, layout, words, low, high):  # type: ignore[no-untyped-def]
    """Lowers ``low`` and raises ``high`` of each slot to the values in the states."""
    for number in range(count):
        base = number * words
        for slot in range(len(layout)):
            word = states[base + layout[slot, 0]]
            value = ((word >> layout[slot, 1]) & layout[slot, 2]) + layout[slot, 3]
            if value < low[slot]:
                low[slot] = value
            if value > high[slot]:
                high[slot] = value
    return count
