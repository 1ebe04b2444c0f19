"""The search loop, compiled. It expands states until something needs Python: more room, a report, a
wider field, a limit of the model, or a conflict; ``walk_fast`` deals with that and calls again."""

from __future__ import annotations

__all__ = ["canonicalise", "explore", "final", "unpack"]

import numpy as np

from lastput.engine.blocks_fast import block, lock_out, touch_waiting
from lastput.engine.canonical_fast import canonical_into
from lastput.engine.futures_arrays import BROKEN_AT, MODE, PLACES, REDUCE, TOUCHED, WIDE
from lastput.engine.futures_fast import assume, meets_others, stand
from lastput.engine.image import (
    COUNTING,
    COUNTS,
    FIELDS,
    LEAKING,
    LEAKS,
    LOCATIONS,
    MERGE,
    MOVABLE,
    MOVERS,
    REMEMBER,
    ROOT,
    SLOTS,
    SYMMETRIC,
    THREADS,
    VARIES,
    VARYING,
    WORDS,
)
from lastput.engine.index import digest, share
from lastput.engine.machine import get, put
from lastput.engine.program import LIFE_ALIVE, ErrorClass, Kind
from lastput.engine.signals import (
    BATCH,
    BLOCKED,
    BROKEN,
    C_COUNT,
    C_DEPTH,
    C_DFS,
    C_FAILURES,
    C_FIRST_NEW,
    C_HEAD,
    C_LEVEL_END,
    C_LIMIT,
    C_MOST,
    C_SEEN,
    C_SERIAL,
    C_SIGHTED,
    C_STACK,
    C_STATE,
    C_TABLE_FULL,
    C_TRANSITIONS,
    C_UNTIL_FOUND,
    CONFLICT,
    DONE,
    ERROR,
    FULL,
    NARROW,
    O_CHOICE,
    O_CHOICES,
    O_CLASS,
    O_CONFLICT,
    O_FOREIGN,
    O_SLOT,
    O_SOFT,
    O_VALUE,
    O_WARNED,
    OK,
    PAUSE,
    RANGE,
)
from lastput.engine.store import add_batch, find, load, number_of, root_of
from lastput.engine.translator.arrays import Hashes, Ints

_END = int(Kind.END)
_ALIVE = LIFE_ALIVE
_DEADLOCK, _LEAK = int(ErrorClass.DEADLOCK), int(ErrorClass.LEAK)


def final(image: Ints, words: Ints) -> int:
    """The error class of a state in which no thread has a step, 0 if it is fine."""
    for k in range(image[MOVABLE]):
        thread = image[image[MOVERS] + k]
        here = image[LOCATIONS] + get(image, words, image[image[THREADS] + thread * 7]) * 5
        if image[here + 3] == 0 and image[here + 1] != _END:
            return _DEADLOCK
    for k in range(image[LEAKS]):
        if get(image, words, image[image[LEAKING] + k]) == _ALIVE:
            return _LEAK
    for k in range(image[COUNTS]):
        row = image[COUNTING] + k * 3
        alive = image[row] < 0 or get(image, words, image[row]) == _ALIVE
        if alive and get(image, words, image[row + 1]) > get(image, words, image[row + 2]):
            return _LEAK
    return 0


def _see(ctl: Ints, error: int, number: int) -> None:
    if not (ctl[C_SEEN] >> error) & 1:
        ctl[C_SEEN] |= 1 << error
        ctl[C_SIGHTED + error] = number


def unpack(image: Ints, words: Ints, slots: Ints) -> None:
    for slot in range(image[SLOTS]):
        slots[slot] = get(image, words, slot)


def canonicalise(
    image: Ints,
    words: Ints,
    slots: Ints,
    c_tables: Ints,
    c_keys: Hashes,
    c_numbers: Ints,
    c_hashes: Hashes,
    out: Ints,
) -> int:
    """Puts a state into its canonical form, in place; RANGE if that does not fit. ``slots`` must hold the
    values of slots that do not vary (``unpack``)."""
    count = image[SLOTS]
    canonical = slots[count:]
    varying = image[VARYING]
    for k in range(varying, varying + image[VARIES]):
        slot = image[k]
        slots[slot] = get(image, words, slot)
    if canonical_into(slots, canonical, c_tables, c_keys, c_numbers, c_hashes):
        for slot in range(count):
            if canonical[slot] != slots[slot] and put(image, words, slot, canonical[slot], out):
                return RANGE
    return OK


def _recall(image: Ints, roots: Ints, parent: int, place: int, memo: Ints, batch: Ints, to: int) -> int:
    """What is remembered of the step of a thread: OK and the root of its successor at ``to``, BLOCKED,
    NARROW, or -1: nothing."""
    sid = number_of(image, roots, parent, 0)
    tid = number_of(image, roots, parent, place + 1)
    key = (sid << 32) | (tid << 8) | place
    at = _memo_place(memo, key)
    if memo[at] != key + 1:
        return -1
    value = memo[at + 1]
    if value < 0:
        return BLOCKED
    for k in range(image[ROOT]):
        batch[to + k] = roots[parent + k]
    for turn in range(2):
        field = image[FIELDS] + (place + 1) * 3 * turn
        number = value & 0xFFFFFFFF if turn else value >> 32
        mask = image[field + 2]
        if number > mask:
            return NARROW
        word = to + image[field]
        batch[word] = (batch[word] & ~(mask << image[field + 1])) | (number << image[field + 1])
    return OK


def _memo_place(memo: Ints, key: int) -> int:
    h = np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)
    h ^= h >> np.uint64(32)
    h *= np.uint64(0xD6E8FEB86659FD93)
    return share(h, len(memo) // 2) * 2


def _remember(
    image: Ints, roots: Ints, parent: int, place: int, memo: Ints, blocked: int, batch: Ints, to: int
) -> None:
    sid = number_of(image, roots, parent, 0)
    tid = number_of(image, roots, parent, place + 1)
    if tid >= 1 << 24 or place >= 1 << 8:
        return
    key = (sid << 32) | (tid << 8) | place
    at = _memo_place(memo, key)
    memo[at] = key + 1
    if blocked:
        memo[at + 1] = -1
    else:
        sid = number_of(image, batch, to, 0)
        memo[at + 1] = (sid << 32) | number_of(image, batch, to, place + 1)


def _met_before(memo: Ints, words: Ints, n: int, since: int, serial: int) -> bool:
    """Whether this packed state was a successor after expansion ``since``, as far as is remembered: then
    its canonical form is stored, or waits to be. If not, it is remembered as one of expansion ``serial``."""
    at = share(digest(words, 0, n), len(memo) // (n + 1)) * (n + 1)
    known = memo[at] > since
    for k in range(n):
        if memo[at + 1 + k] != words[k]:
            known = False
            memo[at + 1 + k] = words[k]
    if not known:
        memo[at] = serial
    return known


def explore(
    image: Ints,
    roots: Ints,
    table: Ints,
    shared: Ints,
    s_table: Ints,
    local: Ints,
    l_table: Ints,
    memo: Ints,
    stack: Ints,
    ctl: Ints,
    executed: Ints,
    blocked: Ints,
    marks: Ints,
    scratch: Ints,
    c_tables: Ints,
    c_keys: Hashes,
    c_numbers: Ints,
    c_hashes: Hashes,
    t: Ints,
    log: Ints,
    out: Ints,
    futures: Ints,
) -> int:
    n = image[WORDS]
    wide = image[ROOT]
    merge = image[MERGE]
    symmetric = image[SYMMETRIC]
    remember = image[REMEMBER]
    reduce = futures[MODE] == REDUCE
    movable = image[MOVABLE]
    depth_first = ctl[C_DFS]
    # A batch that was not added is lost at a return, so nothing is remembered from one call to the next.
    since = ctl[C_SERIAL]
    room = min(len(roots) // wide, ctl[C_TABLE_FULL])
    # The state, its successor, and a copy of the latter to step back to; roots of successors.
    here = scratch[:n]
    words = scratch[n : 2 * n]
    backup = scratch[2 * n : 3 * n]
    slots = scratch[3 * n : 3 * n + 2 * image[SLOTS]]
    batch = scratch[3 * n + 2 * image[SLOTS] :]
    hashes = batch[BATCH * wide :]
    trial = out[len(out) // 2 :]
    load(image, roots, 0, shared, local, here)
    unpack(image, here, slots)
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
        waiting = 0
        moved = False
        loaded = False
        flushed = False
        tried = 0
        parent = number * wide
        if reduce:
            load(image, roots, parent, shared, local, here)
            loaded = True
            stand(image, futures, here)
        # To reduce, threads are first tried alone, then those that were not tried are run.
        for turn in range(2 * movable if reduce else movable):
            k = turn % movable
            alone = reduce and turn < movable
            first = waiting
            if alone:
                if futures[futures[PLACES] + k] < 0 or meets_others(image, futures, k, 1):
                    continue
                tried |= 1 << k
                for i in range(2 * futures[WIDE]):
                    futures[futures[TOUCHED] + i] = 0
            elif (tried >> k) & 1:
                continue
            if remember:
                known = _recall(image, roots, parent, k, memo, batch, waiting * wide)
                if known == NARROW:
                    return NARROW
                if known == OK:
                    moved = True
                    transitions += 1
                    waiting += 1
                    if waiting == BATCH:
                        if ctl[C_COUNT] + BATCH > room:
                            return FULL
                        add_batch(image, ctl, roots, table, batch, waiting, hashes)
                        waiting = 0
                if known >= 0:
                    continue
            if not loaded:
                load(image, roots, parent, shared, local, here)
                loaded = True
            thread = image[image[MOVERS] + k]
            place = get(image, here, image[image[THREADS] + thread * 7])
            location = image[LOCATIONS] + place * 5
            if image[location + 1] == _END:
                if remember:
                    _remember(image, roots, parent, k, memo, 1, batch, 0)
                continue
            me = 1 << k
            choice = 0
            choices = 1
            while choice < choices:
                for i in range(n):
                    words[i] = here[i]
                out[O_CHOICE] = choice
                status = block(
                    image, words, backup, thread, me, t, log, out, marks, serial, executed, futures
                )
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
                plain = remember and choices == 1 and out[O_WARNED] == 0 and out[O_FOREIGN] == 0
                if status == BLOCKED:
                    if plain:
                        _remember(image, roots, parent, k, memo, 1, batch, 0)
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
                if symmetric:
                    if not alone and _met_before(memo, words, n, since, serial):
                        transitions += 1
                        continue
                    if canonicalise(image, words, slots, c_tables, c_keys, c_numbers, c_hashes, out):
                        return RANGE
                to = waiting * wide
                stored = root_of(
                    image,
                    ctl,
                    roots,
                    parent,
                    here,
                    shared,
                    s_table,
                    local,
                    l_table,
                    words,
                    batch,
                    to,
                    1,
                )
                if stored != OK:
                    return stored
                if plain:
                    _remember(image, roots, parent, k, memo, 0, batch, to)
                transitions += 1
                waiting += 1
                if waiting == BATCH:
                    if ctl[C_COUNT] + BATCH > room:
                        return FULL
                    add_batch(image, ctl, roots, table, batch, waiting, hashes)
                    waiting = 0
                    flushed = True
            if alone and not flushed and not meets_others(image, futures, k, 0):
                later = False
                for i in range(first, waiting):
                    known = find(image, ctl, roots, table, batch[i * wide :])
                    later = later or known == ctl[C_COUNT] or (not depth_first and known > number)
                if later:
                    assume(image, futures, k)
                    waiting -= first
                    transitions = waiting
                    for i in range(waiting * wide):
                        batch[i] = batch[i + first * wide]
                    break
        if ctl[C_COUNT] + waiting > room:
            return FULL
        add_batch(image, ctl, roots, table, batch, waiting, hashes)
        if not moved:
            if not loaded:
                load(image, roots, parent, shared, local, here)
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
        if futures[BROKEN_AT]:
            return BROKEN
        if ctl[C_UNTIL_FOUND] and ctl[C_SEEN]:
            return PAUSE
