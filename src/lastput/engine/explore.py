"""The search loop, compiled. It expands states until something needs Python: more room, a report, a
wider field, a limit of the model, or a conflict; ``walk_fast`` deals with that and calls again."""

from __future__ import annotations

__all__ = [
    "CONFLICT",
    "CTL",
    "C_BITS",
    "C_COUNT",
    "C_DEPTH",
    "C_DFS",
    "C_FAILURES",
    "C_FIRST_NEW",
    "C_HEAD",
    "C_LEVEL_END",
    "C_LIMIT",
    "C_MOST",
    "C_SEEN",
    "C_SERIAL",
    "C_SIGHTED",
    "C_STACK",
    "C_STATE",
    "C_TABLE_FULL",
    "C_TRANSITIONS",
    "DONE",
    "FULL",
    "PAUSE",
    "explore",
]

import numpy as np

from lastput.engine.blocks_fast import O_CONFLICT, O_SOFT, block, lock_out, touch_waiting
from lastput.engine.canonical_numba import canonical_into
from lastput.engine.image import (
    LEAKING,
    LEAKS,
    LOCATIONS,
    MERGE,
    MOVABLE,
    MOVERS,
    SLOTS,
    SYMMETRIC,
    THREADS,
    WORDS,
)
from lastput.engine.index import find_or_add
from lastput.engine.jit import I1, I8, U1, U4, U8, njit
from lastput.engine.machine import (
    BLOCKED,
    ERROR,
    O_CHOICE,
    O_CHOICES,
    O_CLASS,
    O_SLOT,
    O_VALUE,
    O_WARNED,
    OK,
    RANGE,
    get,
    put,
)
from lastput.engine.program import LIFE_ALIVE, ErrorClass, Kind

#: Why ``explore`` comes back (besides RANGE and TOOL of the machine).
DONE, PAUSE, FULL, CONFLICT = 10, 11, 12, 13

#: Counters: next state to expand (bfs) or number expanded (dfs); states stored; bits of a state number
#: in the table; entries that the table may hold; transitions; failures; depth; first state of the next
#: level; expansions before a pause; bit set of classes seen; the expansion's serial number; 1 for
#: depth first; entries on the stack; the state that was being expanded; the first state that an
#: interrupted expansion added, else -1; states to store at most (0: no limit); from C_SIGHTED on, for
#: each error class, the number of the state where it was first met.
(
    C_HEAD,
    C_COUNT,
    C_BITS,
    C_TABLE_FULL,
    C_TRANSITIONS,
    C_FAILURES,
    C_DEPTH,
    C_LEVEL_END,
    C_LIMIT,
    C_SEEN,
    C_SERIAL,
    C_DFS,
    C_STACK,
    C_STATE,
    C_FIRST_NEW,
    C_MOST,
) = range(16)
C_SIGHTED = 16
CTL = 48

_END = int(Kind.END)
_ALIVE = LIFE_ALIVE
_DEADLOCK, _LEAK = int(ErrorClass.DEADLOCK), int(ErrorClass.LEAK)


@njit()
def final(image, words):  # type: ignore[no-untyped-def]
    """The error class of a state in which no thread has a step, 0 if it is fine."""
    for k in range(image[MOVABLE]):
        thread = image[image[MOVERS] + k]
        here = image[LOCATIONS] + get(image, words, image[image[THREADS] + thread * 7]) * 5
        if image[here + 3] == 0 and image[here + 1] != _END:
            return _DEADLOCK
    for k in range(image[LEAKS]):
        if get(image, words, image[image[LEAKING] + k]) == _ALIVE:
            return _LEAK
    return 0


@njit()
def _see(ctl, error, number):  # type: ignore[no-untyped-def]
    if not (ctl[C_SEEN] >> error) & 1:
        ctl[C_SEEN] |= 1 << error
        ctl[C_SIGHTED + error] = number


@njit()
def canonicalise(image, words, slots, c_tables, c_keys, c_numbers, c_hashes, out):  # type: ignore[no-untyped-def]
    """Puts a state into its canonical form, in place; RANGE if that does not fit."""
    count = image[SLOTS]
    canonical = slots[count:]
    for slot in range(count):
        slots[slot] = get(image, words, slot)
    if canonical_into(slots, canonical, c_tables, c_keys, c_numbers, c_hashes):
        for slot in range(count):
            if canonical[slot] != slots[slot] and put(image, words, slot, canonical[slot], out):
                return RANGE
    return OK


@njit(I8(I1, I1, U4, I1, I1, U1, U1, I1, I1, I1, U8, I1, U8, I1, I1, I1))
def explore(  # type: ignore[no-untyped-def]
    image,
    states,
    table,
    stack,
    ctl,
    executed,
    blocked,
    marks,
    scratch,
    c_tables,
    c_keys,
    c_numbers,
    c_hashes,
    t,
    log,
    out,
):
    n = image[WORDS]
    merge = image[MERGE]
    symmetric = image[SYMMETRIC]
    depth_first = ctl[C_DFS]
    bits = ctl[C_BITS]
    room = min(len(states) // n, ctl[C_TABLE_FULL])
    # The state, its successor, and a copy of the latter to step back to.
    here = scratch[:n]
    words = scratch[n : 2 * n]
    backup = scratch[2 * n : 3 * n]
    slots = scratch[3 * n :]
    trial = out[len(out) // 2 :]
    expanded = 0
    while True:
        if depth_first:
            if ctl[C_STACK] == 0:
                return DONE
            top = stack[ctl[C_STACK] - 1]
            number = top & 0xFFFFFFFF
            depth = top >> 32
        else:
            number = ctl[C_HEAD]
            if number >= ctl[C_COUNT]:
                return DONE
            depth = ctl[C_DEPTH]
            if number == ctl[C_LEVEL_END]:
                depth += 1
                ctl[C_DEPTH] = depth
                ctl[C_LEVEL_END] = ctl[C_COUNT]
        if expanded >= ctl[C_LIMIT] or (ctl[C_MOST] > 0 and ctl[C_COUNT] >= ctl[C_MOST]):
            return PAUSE
        expanded += 1
        ctl[C_STATE] = number
        ctl[C_SERIAL] += 1
        serial = ctl[C_SERIAL]
        if ctl[C_FIRST_NEW] < 0:
            ctl[C_FIRST_NEW] = ctl[C_COUNT]
        transitions = 0
        failures = 0
        moved = False
        for k in range(n):
            here[k] = states[number * n + k]
        for k in range(image[MOVABLE]):
            thread = image[image[MOVERS] + k]
            place = get(image, here, image[image[THREADS] + thread * 7])
            location = image[LOCATIONS] + place * 5
            if image[location + 1] == _END:
                continue
            me = np.int64(1) << k
            choice = 0
            choices = 1
            while choice < choices:
                for i in range(n):
                    words[i] = here[i]
                out[O_CHOICE] = choice
                status = block(image, words, backup, thread, me, t, log, out, marks, serial, executed)
                choices = max(choices, out[O_CHOICES])
                choice += 1
                if status == BLOCKED:
                    blocked[place] = 1
                    if merge:
                        touch_waiting(image, marks, serial, me, location, log, out)
                elif status != OK and status != ERROR:
                    return status
                if merge:
                    soft = out[O_SOFT]
                    if out[O_CONFLICT]:
                        return CONFLICT
                    if soft:
                        locks = lock_out(image, here, backup, soft, k, t, log, trial)
                        if locks == RANGE:
                            out[O_SLOT] = trial[O_SLOT]
                            out[O_VALUE] = trial[O_VALUE]
                        if locks != OK:
                            return CONFLICT if locks == ERROR else locks
                if status == BLOCKED:
                    continue
                moved = True
                if out[O_WARNED]:
                    for error in range(1, 16):
                        if (out[O_WARNED] >> error) & 1:
                            _see(ctl, error, number)
                if status == ERROR:
                    failures += 1
                    _see(ctl, out[O_CLASS], number)
                    continue
                if ctl[C_COUNT] >= room:
                    return FULL
                if symmetric and canonicalise(
                    image, words, slots, c_tables, c_keys, c_numbers, c_hashes, out
                ):
                    return RANGE
                found = find_or_add(states, n, ctl[C_COUNT], table, bits, words, merge | 1)
                if found == ctl[C_COUNT]:
                    ctl[C_COUNT] += 1
                transitions += 1
        if not moved:
            error = final(image, here)
            if error:
                _see(ctl, error, number)
        ctl[C_TRANSITIONS] += transitions
        ctl[C_FAILURES] += failures
        ctl[C_HEAD] += 1
        if depth_first:
            ctl[C_STACK] -= 1
            for new in range(ctl[C_FIRST_NEW], ctl[C_COUNT]):
                stack[ctl[C_STACK]] = ((depth + 1) << 32) | new
                ctl[C_STACK] += 1
            if ctl[C_COUNT] > ctl[C_FIRST_NEW] and depth + 1 > ctl[C_DEPTH]:
                ctl[C_DEPTH] = depth + 1
        ctl[C_FIRST_NEW] = -1
