"""The search for short ways, compiled: the twin of ``shortest`` over the states of a finished search.

Nodes are numbered state * lasts + last, where ``last`` is 0 at the start, else one more than the place
of the thread that ran last; with ``lasts`` = 1 it is always 0, and switches are not counted. A node has
its least number of steps, the least number of switches for that, and the node before it. Nodes that
wait to be settled stand in lists, one for each number of steps, modulo the longest block. Numbers of
steps are kept plus one, so that zeros mean that nothing is known.
"""

from __future__ import annotations

__all__ = ["route"]

from lastput.engine.blocks_fast import block
from lastput.engine.explore import canonicalise, final, unpack
from lastput.engine.image import LOCATIONS, MOVABLE, MOVERS, ROOT, SLOTS, SYMMETRIC, THREADS, WORDS
from lastput.engine.machine import get
from lastput.engine.program import Kind
from lastput.engine.signals import (
    BLOCKED,
    BUCKETS,
    C_COUNT,
    C_LIMIT,
    C_SERIAL,
    DONE,
    ERROR,
    FULL,
    G_CHOICE,
    G_LAST,
    G_NODE,
    G_SET,
    G_STEPS,
    G_SWITCHES,
    G_THREAD,
    GOAL,
    MARGIN,
    O_CHOICE,
    O_CHOICES,
    O_CLASS,
    O_STEPS,
    O_WARNED,
    O_WARNED_AT,
    OK,
    PAUSE,
    R_ENTRIES,
    R_FOUND,
    R_LASTS,
    R_LEVEL,
    R_WAITING,
    R_WANTED,
)
from lastput.engine.store import find, load, root_of
from lastput.engine.translator.arrays import Hashes, Ints

_END = int(Kind.END)


def _aim(
    r: Ints, error: int, steps: int, switches: int, node: int, thread: int, choice: int, last: int
) -> None:
    if not ((r[R_WANTED] & ~r[R_FOUND]) >> error) & 1:
        return
    at = GOAL + error * 8
    if r[at + G_SET] and (
        steps > r[at + G_STEPS] or (steps == r[at + G_STEPS] and switches >= r[at + G_SWITCHES])
    ):
        return
    r[at + G_SET] = 1
    r[at + G_STEPS] = steps
    r[at + G_SWITCHES] = switches
    r[at + G_NODE] = node
    r[at + G_THREAD] = thread
    r[at + G_CHOICE] = choice
    r[at + G_LAST] = last


def route(
    image: Ints,
    roots: Ints,
    table: Ints,
    shared: Ints,
    s_table: Ints,
    local: Ints,
    l_table: Ints,
    ctl: Ints,
    r: Ints,
    steps_to: Ints,
    switches_to: Ints,
    before: Ints,
    settled: Ints,
    first: Ints,
    tail: Ints,
    entries: Ints,
    executed: Ints,
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
    """Goes on until all wanted classes have certain goals or nothing is left (DONE), ``entries`` is full
    (FULL), or for a while (PAUSE). ``steps_to`` and the like are by node, ``before`` with two columns:
    state and last; ``first`` and ``tail`` are the lists, ``entries`` has two columns: node and next."""
    n = image[WORDS]
    symmetric = image[SYMMETRIC]
    lasts = r[R_LASTS]
    here = scratch[:n]
    words = scratch[n : 2 * n]
    backup = scratch[2 * n : 3 * n]
    slots = scratch[3 * n : 3 * n + 2 * image[SLOTS]]
    root = scratch[3 * n + 2 * image[SLOTS] :]
    wide = image[ROOT]
    movable = image[MOVABLE]
    count = ctl[C_COUNT]
    load(image, roots, 0, shared, local, here)
    unpack(image, here, slots)
    expanded = 0
    while True:
        level = r[R_LEVEL]
        bucket = level % BUCKETS
        entry = first[bucket]
        if entry < 0:
            # The next level; goals of no more steps than that are certain.
            r[R_LEVEL] += 1
            for error in range(16):
                at = GOAL + error * 8
                if r[at + G_SET] and r[at + G_STEPS] <= r[R_LEVEL]:
                    r[R_FOUND] |= 1 << error
            if r[R_FOUND] == r[R_WANTED] or r[R_WAITING] == 0:
                return DONE
            continue
        if expanded >= ctl[C_LIMIT]:
            return PAUSE
        if r[R_ENTRIES] + MARGIN > len(entries) // 2:
            return FULL
        expanded += 1
        first[bucket] = entries[2 * entry + 1]
        if first[bucket] < 0:
            tail[bucket] = -1
        r[R_WAITING] -= 1
        node = entries[2 * entry]
        if settled[node] or steps_to[node] != level + 1:
            continue
        settled[node] = 1
        number = node // lasts
        last = node % lasts - 1
        switches = switches_to[node]
        load(image, roots, number * wide, shared, local, here)
        moved = False
        for k in range(-1, movable):
            # The thread that ran last comes first.
            place = last if k < 0 else k
            if place < 0 or (k >= 0 and k == last):
                continue
            thread = image[image[MOVERS] + place]
            location = image[LOCATIONS] + get(image, here, image[image[THREADS] + thread * 7]) * 5
            if image[location + 1] == _END:
                continue
            more = switches + (1 if last >= 0 and place != last else 0)
            choice = 0
            choices = 1
            while choice < choices:
                for i in range(n):
                    words[i] = here[i]
                out[O_CHOICE] = choice
                ctl[C_SERIAL] += 1
                status = block(
                    image, words, backup, thread, 0, t, log, out, marks, ctl[C_SERIAL], executed, futures
                )
                choices = max(choices, out[O_CHOICES])
                choice += 1
                if status == BLOCKED:
                    continue
                if status != OK and status != ERROR:
                    return status
                moved = True
                if out[O_WARNED]:
                    for error in range(1, 16):
                        if (out[O_WARNED] >> error) & 1:
                            at = out[O_WARNED_AT + error]
                            _aim(r, error, level + at, more, node, place, choice - 1, at)
                steps = out[O_STEPS]
                if status == ERROR:
                    _aim(r, out[O_CLASS], level + steps, more, node, place, choice - 1, steps)
                    continue
                if symmetric and canonicalise(
                    image, words, slots, c_tables, c_keys, c_numbers, c_hashes, out
                ):
                    continue
                parent = number * wide
                if root_of(
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
                    root,
                    0,
                    0,
                ):
                    continue
                target = find(image, ctl, roots, table, root)
                if target == count or level + steps >= 0xFFFE or more > 0xFFFF:
                    continue
                there = target * lasts + (place + 1 if lasts > 1 else 0)
                if settled[there]:
                    continue
                known = steps_to[there] - 1
                if known >= 0:
                    if known < level + steps:
                        continue
                    if known == level + steps and switches_to[there] <= more:
                        continue
                switches_to[there] = more
                before[2 * there] = number
                before[2 * there + 1] = last + 1
                if known == level + steps:
                    continue
                steps_to[there] = level + steps + 1
                new = r[R_ENTRIES]
                r[R_ENTRIES] += 1
                r[R_WAITING] += 1
                entries[2 * new] = there
                entries[2 * new + 1] = -1
                bucket = (level + steps) % BUCKETS
                if tail[bucket] < 0:
                    first[bucket] = new
                else:
                    entries[2 * tail[bucket] + 1] = new
                tail[bucket] = new
        if not moved:
            error = final(image, here)
            if error:
                _aim(r, error, level, switches, node, -1, 0, 0)
