"""The canonical form of ``canonical``, compiled; same results bit for bit.

    arrays = canonical_arrays(program)
    canonical_into(slots, out, arrays.tables, arrays.keys, arrays.numbers, arrays.hashes)

Everything is in four flat arrays, so that other compiled code can pass them on. ``numbers`` and
``hashes`` are scratch space: one pair for each thread that runs the kernel. A change here is not seen
by the disk cache of numba for the functions of other files that call the kernel: their files must be
touched, too.
"""

from __future__ import annotations

__all__ = ["CanonicalArrays", "canonical_arrays", "canonical_into"]

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from lastput.engine import canonical
from lastput.engine.canonical_tables import tables
from lastput.engine.program import LIFE_UNUSED, Program

_Function = TypeVar("_Function", bound=Callable[..., object])
_Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

# The header of ``tables``: sizes, then where each table begins.
_SLOTS, _ADDRESSES, _CLASSES, _ENTITIES, _STATICS = 0, 1, 2, 3, 4
_AT_CLASS, _AT_ENTITY, _AT_BLOCK, _AT_STATIC, _AT_ADDRESS = 5, 6, 7, 8, 9
_KEY_POSITION, _KEY_STATIC = 10, 11  # where these keys begin; the keys of classes begin at 0
_POINTERS = 12  # how many slots may hold addresses at most
_HEADER = 13

# A row for each class: see ``EntityClass``.
_FIRST, _SIZE, _LENGTH, _SCALARS, _POOLED, _KEY = 0, 1, 2, 3, 4, 5
_CLASS_ROW = 6

# A row for each entity: class, address, where its slots begin in the table of blocks.
_CLASS, _BASE, _BLOCK = 0, 1, 2
_ENTITY_ROW = 3

_UNUSED = LIFE_UNUSED
_VALUE = np.uint64(canonical.MULTIPLY_VALUE)
_OFFSET = np.uint64(canonical.MULTIPLY_OFFSET)
_MIX = np.uint64(canonical.MULTIPLY_MIX)
_SELF = np.uint64(canonical.SELF_KEY)
_IN = np.uint64(canonical.IN_KEY)
_SINGLE = np.uint64(canonical.SINGLE_KEY)
_SHIFT1 = np.uint64(32)
_SHIFT2 = np.uint64(29)


class CanonicalArrays(NamedTuple):
    """The tables of a program, and scratch space."""

    tables: _Numbers
    keys: _Hashes
    numbers: _Numbers
    hashes: _Hashes

    def another(self) -> CanonicalArrays:
        """The same tables with scratch space of its own."""
        return self._replace(numbers=self.numbers.copy(), hashes=self.hashes.copy())


def canonical_arrays(program: Program) -> CanonicalArrays:
    """The arrays for a program; if it has no symmetry, the kernel copies states."""
    t = tables(program)
    header = [0] * _HEADER
    header[:5] = [t.slots, len(t.address_entity), len(t.classes), len(t.entity_class), len(t.static_pointers)]
    flat = header
    header[_AT_CLASS] = len(flat)
    for cls in t.classes:
        flat += [cls.first, cls.size, cls.length, cls.scalars, int(cls.pooled), cls.key]
    header[_AT_ENTITY] = len(flat)
    for row in zip(t.entity_class, t.entity_base, t.entity_block, strict=True):
        flat += row
    header[_AT_BLOCK] = len(flat)
    flat += t.block_slots
    header[_AT_STATIC] = len(flat)
    flat += t.static_pointers
    header[_AT_ADDRESS] = len(flat)
    flat += t.address_entity
    keys = t.class_keys + t.position_keys + t.static_keys
    header[_KEY_POSITION] = len(t.class_keys)
    header[_KEY_STATIC] = len(t.class_keys) + len(t.position_keys)
    pointers = len(t.static_pointers) + sum(cls.size * (cls.length - cls.scalars) for cls in t.classes)
    header[_POINTERS] = pointers
    entities = len(t.entity_class)
    return CanonicalArrays(
        np.array(flat, dtype=np.int64),
        np.array(keys, dtype=np.uint64),
        np.zeros(4 * entities + len(t.classes) + 5 * pointers + 1, dtype=np.int64),
        np.zeros(2 * entities + pointers + 1, dtype=np.uint64),
    )


def _compiled(function: _Function) -> _Function:
    """``numba.njit`` with a type that a checker understands; compiled at the first call."""
    return cast(_Function, njit(cache=True, nogil=True)(function))


@_compiled
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> _SHIFT1)) * _MIX
    return x ^ (x >> _SHIFT2)


@_compiled
def _entity_of(value: int, t: _Numbers) -> int:
    """The entity that a pointer points into, or -1."""
    if 0 < value < t[_ADDRESSES]:
        return int(t[t[_AT_ADDRESS] + value])
    return -1


# Scratch. numbers: order[E], state[E] (0 unused, 1 used, 2 used and its order open), linked[E],
# image[E], used[C], references (source entity or -1, position or slot, target), edges (source, target).
# hashes: signature[E], fresh[E], one for each edge.


@_compiled
def _begin(slots: _Numbers, t: _Numbers, keys: _Hashes, n: _Numbers, h: _Hashes) -> int:
    """Puts used entities first; gives 1 if an order is open, 2 if some are moved already, or their sum."""
    entities = t[_ENTITIES]
    result = 0
    for c in range(t[_CLASSES]):
        row = t[_AT_CLASS] + c * _CLASS_ROW
        first = t[row + _FIRST]
        size = t[row + _SIZE]
        used = size
        if t[row + _POOLED]:
            used = 0
            for e in range(first, first + size):
                block = t[t[_AT_ENTITY] + e * _ENTITY_ROW + _BLOCK]
                alive = slots[t[t[_AT_BLOCK] + block]] != _UNUSED
                n[entities + e] = alive
                if alive:
                    if first + used != e:
                        result |= 2
                    n[first + used] = e
                    used += 1
            rank = first + used
            for e in range(first, first + size):
                if n[entities + e] == 0:
                    n[rank] = e
                    rank += 1
        else:
            for e in range(first, first + size):
                n[e] = e
                n[entities + e] = 1
        n[4 * entities + c] = used
        if used > 1:
            result |= 1
            for rank in range(first, first + used):
                e = n[rank]
                n[entities + e] = 2
                n[2 * entities + e] = 0
                h[e] = keys[c]
    return result


@_compiled
def _gather(slots: _Numbers, t: _Numbers, keys: _Hashes, n: _Numbers, h: _Hashes) -> tuple[int, int]:
    """First signatures; gives the number of references and of edges."""
    entities = t[_ENTITIES]
    at_entity = t[_AT_ENTITY]
    at_block = t[_AT_BLOCK]
    at_ref = 4 * entities + t[_CLASSES]
    at_edge = at_ref + 3 * t[_POINTERS]
    refs = 0
    edges = 0
    for i in range(t[_STATICS]):
        slot = t[t[_AT_STATIC] + i]
        value = slots[slot]
        target = _entity_of(value, t)
        if target < 0:
            continue
        n[at_ref] = -1
        n[at_ref + 1] = slot
        n[at_ref + 2] = target
        at_ref += 3
        refs += 1
        if n[entities + target] == 2:
            offset = np.uint64(value - t[at_entity + target * _ENTITY_ROW + _BASE])
            h[target] += _mix(keys[t[_KEY_STATIC] + i] + offset * _OFFSET)
    for e in range(entities):
        if n[entities + e] == 0:
            continue
        is_open = n[entities + e] == 2
        c = t[at_entity + e * _ENTITY_ROW + _CLASS]
        block = at_block + t[at_entity + e * _ENTITY_ROW + _BLOCK]
        row = t[_AT_CLASS] + c * _CLASS_ROW
        scalars = t[row + _SCALARS]
        at_key = t[_KEY_POSITION] + t[row + _KEY]
        total = h[e]
        if is_open:
            for j in range(scalars):
                value = slots[t[block + j]]
                if value != 0:
                    total += _mix(np.uint64(value) * _VALUE + keys[at_key + j])
        for j in range(scalars, t[row + _LENGTH]):
            value = slots[t[block + j]]
            if value == 0:
                continue
            key = keys[at_key + j]
            target = _entity_of(value, t)
            if target < 0:
                total += _mix(np.uint64(value) * _VALUE + key)
                continue
            n[at_ref] = e
            n[at_ref + 1] = j
            n[at_ref + 2] = target
            at_ref += 3
            refs += 1
            target_row = at_entity + target * _ENTITY_ROW
            key += np.uint64(value - t[target_row + _BASE]) * _OFFSET
            if target == e:
                total += _mix(key + _SELF)
                continue
            total += _mix(key + keys[t[target_row + _CLASS]])
            if n[entities + target] == 2:
                h[target] += _mix(key + _IN + keys[c])
                if is_open:
                    n[at_edge] = e
                    n[at_edge + 1] = target
                    at_edge += 2
                    h[2 * entities + edges] = key
                    edges += 1
                    n[2 * entities + e] = 1
                    n[2 * entities + target] = 1
        if is_open:
            h[e] = total
    return refs, edges


@_compiled
def _sort(t: _Numbers, n: _Numbers, h: _Hashes) -> tuple[int, int]:
    """As ``Canonicalizer._sort``: a stable insertion sort, since classes are small."""
    entities = t[_ENTITIES]
    different = 0
    tied = -1
    for c in range(t[_CLASSES]):
        used = n[4 * entities + c]
        if used < 2:
            continue
        first = t[t[_AT_CLASS] + c * _CLASS_ROW + _FIRST]
        for i in range(first + 1, first + used):
            e = n[i]
            signature = h[e]
            j = i
            while j > first and h[n[j - 1]] > signature:
                n[j] = n[j - 1]
                j -= 1
            n[j] = e
        different += 1
        for i in range(first + 1, first + used):
            if h[n[i - 1]] != h[n[i]]:
                different += 1
            elif tied < 0 and n[2 * entities + n[i - 1]]:
                tied = n[i - 1]
    return different, tied


@_compiled
def _refine(edges: int, t: _Numbers, n: _Numbers, h: _Hashes) -> None:
    """As ``Canonicalizer._refine``."""
    entities = t[_ENTITIES]
    at_edge = 4 * entities + t[_CLASSES] + 3 * t[_POINTERS]
    different, tied = _sort(t, n, h)
    for _ in range(4 * entities):
        if tied < 0:
            return
        for e in range(entities):
            h[entities + e] = _mix(h[e])
        for i in range(edges):
            source = n[at_edge + 2 * i]
            target = n[at_edge + 2 * i + 1]
            key = h[2 * entities + i]
            h[entities + source] += _mix(key + h[target])
            h[entities + target] += _mix(key + _IN + h[source])
        for e in range(entities):
            h[e] = h[entities + e]
        before = different
        different, tied = _sort(t, n, h)
        if tied >= 0 and different <= before:
            h[tied] = _mix(h[tied] + _SINGLE)
            different += 1


@_compiled
def _rewrite(refs: int, slots: _Numbers, out: _Numbers, t: _Numbers, n: _Numbers) -> int:
    """Moves entities to their ranks; gives 0 if all stay."""
    entities = t[_ENTITIES]
    at_entity = t[_AT_ENTITY]
    at_block = t[_AT_BLOCK]
    moved = 0
    for rank in range(entities):
        e = n[rank]
        n[3 * entities + e] = rank
        if e == rank:
            continue
        moved = 1
        source = at_block + t[at_entity + e * _ENTITY_ROW + _BLOCK]
        sink = at_block + t[at_entity + rank * _ENTITY_ROW + _BLOCK]
        row = t[_AT_CLASS] + t[at_entity + e * _ENTITY_ROW + _CLASS] * _CLASS_ROW
        for j in range(t[row + _LENGTH]):
            out[t[sink + j]] = slots[t[source + j]]
    if not moved:
        return 0
    at_ref = 4 * entities + t[_CLASSES]
    for i in range(at_ref, at_ref + 3 * refs, 3):
        source = n[i]
        slot = n[i + 1]
        target = n[i + 2]
        image = n[3 * entities + target]
        if image == target:
            continue
        if source >= 0:
            sink = t[at_entity + n[3 * entities + source] * _ENTITY_ROW + _BLOCK]
            slot = t[at_block + sink + slot]
        out[slot] += t[at_entity + image * _ENTITY_ROW + _BASE] - t[at_entity + target * _ENTITY_ROW + _BASE]
    return 1


@_compiled
def canonical_into(
    slots: _Numbers, out: _Numbers, t: _Numbers, keys: _Hashes, numbers: _Numbers, hashes: _Hashes
) -> int:
    """Writes the canonical form of ``slots`` to ``out``, another array of that length.

    Gives 0 if no entity moved (then they are equal), else 1. ``numbers[3 * E + e]`` (E entities, see
    ``canonical_tables``) is then the number that entity ``e`` goes to.
    """
    for i in range(t[_SLOTS]):
        out[i] = slots[i]
    work = _begin(slots, t, keys, numbers, hashes)
    if work == 0:
        return 0
    refs, edges = _gather(slots, t, keys, numbers, hashes)
    if work & 1:
        _refine(edges, t, numbers, hashes)
    return _rewrite(refs, slots, out, t, numbers)
