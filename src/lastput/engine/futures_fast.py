"""Futures, compiled: the twin of ``futures`` for the compiled machine.

``futures`` is one array (``futures_arrays`` makes it): a header, then tables. A mask is ``2 * WIDE`` words,
first those of reads.
"""

from __future__ import annotations

__all__ = ["assume", "meets_others", "note", "stand"]

from lastput.engine.futures_arrays import (
    ALWAYS,
    ASSUMED,
    BEFORE,
    BROKEN_AT,
    CLASS_OF,
    FUTURE,
    LATEST,
    PLACES,
    STEP,
    TODO,
    TOUCHED,
    WIDE,
)
from lastput.engine.image import ADDRESSES, CELLS, LOCATIONS, MOVABLE, MOVERS, THREADS
from lastput.engine.machine import get
from lastput.engine.program import Kind
from lastput.engine.signals import O_LOGGED
from lastput.engine.translator.arrays import Ints

_END = int(Kind.END)


def _meet(futures: Ints, one: int, two: int) -> bool:
    """Whether one of two masks writes what the other touches."""
    wide = futures[WIDE]
    for k in range(wide):
        writes = futures[two + wide + k]
        if (futures[one + k] & writes) | (futures[one + wide + k] & (futures[two + k] | writes)):
            return True
    return False


def _add(futures: Ints, to: int, mask: int) -> bool:
    """Adds a mask to another; tells whether that one has grown."""
    grown = False
    for k in range(2 * futures[WIDE]):
        if futures[mask + k] & ~futures[to + k]:
            futures[to + k] |= futures[mask + k]
            grown = True
    return grown


def _set(futures: Ints, mask: int, slot: int) -> None:
    number = futures[futures[CLASS_OF] + slot]
    futures[mask + (number >> 6)] |= 1 << (number & 63)


def note(image: Ints, futures: Ints, location: int, done: int, log: Ints, out: Ints) -> None:
    """Takes in what a step from a location has touched, or if it is not ``done`` has looked at."""
    wide = futures[WIDE]
    cells = image[CELLS]
    addresses = image[ADDRESSES]
    latest = futures[LATEST]
    always = futures[ALWAYS] + location * 2 * wide
    for k in range(2 * wide):
        futures[latest + k] = futures[always + k]
    for k in range(out[O_LOGGED]):
        address = log[k] >> 1
        half = latest + wide * (log[k] & 1 & done)
        if address >= addresses:
            if done:
                _set(futures, half, address - addresses)
            continue
        _set(futures, half, image[cells + address * 4])
        life = image[cells + address * 4 + 1]
        if life >= 0:
            _set(futures, latest, life)
    _add(futures, futures[TOUCHED], latest)
    if _add(futures, futures[STEP] + location * 2 * wide, latest):
        _learn(futures, location)


def _learn(futures: Ints, location: int) -> None:
    """Adds the latest mask to the future of a location and of all that come before it."""
    size = 2 * futures[WIDE]
    todo = futures[TODO]
    futures[todo] = location
    count = 1
    while count:
        count -= 1
        here = futures[todo + count]
        future = futures[FUTURE] + here * size
        if not _add(futures, future, futures[LATEST]):
            continue
        if _meet(futures, future, futures[ASSUMED] + here * size):
            futures[BROKEN_AT] = 1
        row = futures[BEFORE] + here
        for k in range(futures[row], futures[row + 1]):
            futures[todo + count] = futures[k]
            count += 1


def stand(image: Ints, futures: Ints, words: Ints) -> None:
    """Notes where the threads stand in a state; -1 for one that has no step."""
    for k in range(image[MOVABLE]):
        thread = image[image[MOVERS] + k]
        place = get(image, words, image[image[THREADS] + thread * 7])
        if image[image[LOCATIONS] + place * 5 + 1] == _END:
            place = -1
        futures[futures[PLACES] + k] = place


def meets_others(image: Ints, futures: Ints, me: int, own: int) -> bool:
    """Whether the step of the thread at place ``me`` (if ``own``) or what it has touched meets what
    another may touch from where that stands."""
    size = 2 * futures[WIDE]
    places = futures[PLACES]
    mask = futures[TOUCHED]
    if own:
        mask = futures[STEP] + futures[places + me] * size
    for k in range(image[MOVABLE]):
        if k == me or futures[places + k] < 0:
            continue
        if _meet(futures, mask, futures[FUTURE] + futures[places + k] * size):
            return True
    return False


def assume(image: Ints, futures: Ints, me: int) -> None:
    """Notes that the search counts on it that no other thread will meet what ``me`` has touched."""
    size = 2 * futures[WIDE]
    places = futures[PLACES]
    for k in range(image[MOVABLE]):
        if k != me and futures[places + k] >= 0:
            _add(futures, futures[ASSUMED] + futures[places + k] * size, futures[TOUCHED])
