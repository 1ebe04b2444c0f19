"""Futures as one array of integers, which is what the compiled search reads and writes.

First a header, then tables: the class of each slot, masks of what steps always touch, the locations
before each (numbers of their rows, then the rows), the learned tables (``Futures.dump``), and room to work.
"""

from __future__ import annotations

__all__ = ["Array", "futures_array", "learned"]

from typing import Any

import numpy as np

from lastput.engine.futures import LEARNED, Futures, pack_masks

Array = Any  # np.ndarray of int64

HEADER = 16
(
    MODE,  # OFF, LEARN or REDUCE
    WIDE,  # words of half a mask
    BROKEN_AT,  # 1: what was concluded does not hold
    CLASS_OF,
    ALWAYS,  # by location, a mask
    BEFORE,  # by location, where its row begins; one more at the end
    STEP,  # by location, a mask; likewise the next two
    FUTURE,
    ASSUMED,
    TOUCHED,  # a mask: what was touched since it was last cleared
    LATEST,  # a mask: what the latest step has touched
    PLACES,  # by place of a thread, where it stands
    TODO,
) = range(13)

OFF, LEARN, REDUCE = range(3)


def futures_array(futures: Futures | None, mode: int) -> Array:
    """None: OFF, whatever ``mode`` says."""
    array: list[int] = [0] * HEADER
    if futures is None:
        return np.array(array, dtype=np.int64)
    plan = futures.plan
    array[MODE] = mode
    array[WIDE] = wide = futures.wide
    array[CLASS_OF] = len(array)
    array += plan.class_of
    array[ALWAYS] = len(array)
    array += np.frombuffer(pack_masks(plan.always, wide), dtype=np.int64).tolist()
    array[BEFORE] = len(array)
    at = len(array) + len(plan.before) + 1
    for row in plan.before:
        array.append(at)
        at += len(row)
    array.append(at)
    array += [location for row in plan.before for location in row]
    table = 2 * wide * len(plan.before)
    array[STEP] = len(array)
    array[FUTURE] = array[STEP] + table
    array[ASSUMED] = array[FUTURE] + table
    array += np.frombuffer(futures.dump(), dtype=np.int64).tolist()
    array[TOUCHED] = len(array)
    array[LATEST] = array[TOUCHED] + 2 * wide
    array[PLACES] = array[LATEST] + 2 * wide
    array[TODO] = array[PLACES] + len(futures.machine.movable)
    room = array[TODO] + sum(map(len, plan.before)) + 1
    return np.array(array + [0] * (room - len(array)), dtype=np.int64)


def learned(array: Array) -> Array:
    """The part that ``Futures.dump`` gives; it shares memory."""
    size = (int(array[ASSUMED]) - int(array[FUTURE])) * LEARNED
    return array[int(array[STEP]) : int(array[STEP]) + size]
