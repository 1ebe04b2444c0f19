"""The canonical form of ``canonical``, compiled; same results bit for bit.

    arrays = canonical_arrays(program)
    canonical_into(slots, out, arrays.tables, arrays.keys, arrays.numbers, arrays.hashes)

Everything is in four flat arrays, so that other compiled code can pass them on. ``numbers`` and
``hashes`` are scratch space: one pair for each thread that runs the kernel.

Indices are made unsigned in inner loops: a signed one costs a test for less than 0 at each access.
"""

from __future__ import annotations

__all__ = ["CanonicalArrays", "canonical_arrays", "canonical_into"]

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from lastput.engine import canonical
from lastput.engine.canonical_tables import tables
from lastput.engine.jit import njit
from lastput.engine.program import LIFE_UNUSED, Program

_Function = TypeVar("_Function", bound=Callable[..., object])
_Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

# The header of ``tables``: sizes, then where each table begins.
_SLOTS, _ADDRESSES, _CLASSES, _ENTITIES, _STATICS = 0, 1, 2, 3, 4
_AT_CLASS, _AT_ENTITY, _AT_STATIC, _AT_ADDRESS, _AT_OFFSET = 5, 6, 7, 8, 9
_KEY_STATIC = 10  # where the keys of static pointers begin; those of classes begin at 0
_POINTERS = 11  # how many slots may hold addresses at most
_HEADER = 12

# A row for each class: its entities.
_FIRST, _SIZE, _POOLED = 0, 1, 2
_CLASS_ROW = 3

# A row for each entity: class, address, where in ``tables`` its slots begin, how many of them are
# scalars, how many there are, and where in ``keys`` the keys of its positions begin.
_CLASS, _BASE, _BLOCK, _SCALARS, _LENGTH, _KEY = 0, 1, 2, 3, 4, 5
_ENTITY_ROW = 6

_UNUSED = LIFE_UNUSED
_MULTIPLY = np.uint64(canonical.MULTIPLY_MIX)
_SELF = np.uint64(canonical.SELF_KEY)
_IN = np.uint64(canonical.IN_KEY)
_STATIC = np.uint64(canonical.STATIC_KEY)
_SINGLE = np.uint64(canonical.SINGLE_KEY)
_SHIFT1 = np.uint64(32)
_SHIFT2 = np.uint64(29)
_u = np.uint64


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
    flat = [0] * _HEADER
    flat[:5] = [t.slots, len(t.address_entity), len(t.classes), len(t.entity_class), len(t.static_pointers)]
    flat[_AT_CLASS] = len(flat)
    for cls in t.classes:
        flat += [cls.first, cls.size, int(cls.pooled)]
    flat[_AT_ENTITY] = len(flat)
    blocks = len(flat) + _ENTITY_ROW * len(t.entity_class)
    for number, base, block in zip(t.entity_class, t.entity_base, t.entity_block, strict=True):
        cls = t.classes[number]
        key = len(t.class_keys) + cls.key
        flat += [number, base, blocks + block, cls.scalars, cls.length, key]
    flat += t.block_slots
    flat[_AT_STATIC] = len(flat)
    flat += t.static_pointers
    flat[_AT_ADDRESS] = len(flat)
    flat += t.address_entity
    flat[_AT_OFFSET] = len(flat)
    flat += [a - t.entity_base[e] if e >= 0 else 0 for a, e in enumerate(t.address_entity)]
    keys = t.class_keys + t.position_keys + t.static_keys
    flat[_KEY_STATIC] = len(t.class_keys) + len(t.position_keys)
    pointers = len(t.static_pointers) + sum(cls.size * (cls.length - cls.scalars) for cls in t.classes)
    flat[_POINTERS] = pointers
    entities = len(t.entity_class)
    return CanonicalArrays(
        np.array(flat, dtype=np.int64),
        np.array(keys, dtype=np.uint64),
        np.zeros(4 * entities + len(t.classes) + 5 * pointers + 1, dtype=np.int64),
        np.zeros(2 * entities + pointers + 1, dtype=np.uint64),
    )


def _compiled(function: _Function) -> _Function:
    """Compiled as part of what calls it (or at the first call); with a type that a checker knows."""
    return cast(_Function, njit()(function))


@_compiled
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> _SHIFT1)) * _MULTIPLY
    return x ^ (x >> _SHIFT2)


# Scratch. numbers: order[E], status[E] (0 unused, 1 used, 2 used and its order open), linked[E],
# image[E], used[C], references (source entity or -1, position or slot, target), edges (source, target).
# hashes: signature[E], fresh[E], one for each edge.


@_compiled
def _begin(slots: _Numbers, t: _Numbers, keys: _Hashes, n: _Numbers, h: _Hashes) -> int:
    """Puts used entities first; gives 1 if an order is open, 2 if some are moved already, or their sum."""
    entities = t[_ENTITIES]
    at_block = t[_AT_ENTITY] + _BLOCK
    result = 0
    for c in range(t[_CLASSES]):
        row = t[_AT_CLASS] + c * _CLASS_ROW
        first = t[_u(row + _FIRST)]
        last = first + t[_u(row + _SIZE)]
        rank = first
        for e in range(first, last):
            used = 1
            if t[_u(row + _POOLED)]:
                life = t[_u(t[_u(at_block + e * _ENTITY_ROW)])]
                used = int(slots[_u(life)] != _UNUSED)
            n[_u(entities + e)] = used
            if used:
                if rank != e:
                    result |= 2
                n[_u(rank)] = e
                rank += 1
        n[_u(4 * entities + c)] = rank - first
        if rank > first + 1:
            result |= 1
            for i in range(first, rank):
                e = n[_u(i)]
                n[_u(entities + e)] = 2
                n[_u(2 * entities + e)] = 0
                h[_u(e)] = keys[_u(c)]
        if rank < last:
            for e in range(first, last):
                if n[_u(entities + e)] == 0:
                    n[_u(rank)] = e
                    rank += 1
    return result


@_compiled
def _gather(slots: _Numbers, t: _Numbers, keys: _Hashes, n: _Numbers, h: _Hashes) -> tuple[int, int]:
    """First signatures; gives the number of references and of edges."""
    entities = t[_ENTITIES]
    addresses = t[_ADDRESSES]
    at_entity = t[_AT_ENTITY]
    at_static = t[_AT_STATIC]
    at_address = t[_AT_ADDRESS]
    at_offset = t[_AT_OFFSET]
    static_key = t[_KEY_STATIC]
    at_status = entities
    at_linked = 2 * entities
    at_hash = 2 * entities
    at_ref = 4 * entities + t[_CLASSES]
    at_edge = at_ref + 3 * t[_POINTERS]
    refs = 0
    edges = 0
    for i in range(t[_STATICS]):
        slot = t[_u(at_static + i)]
        value = slots[_u(slot)]
        if value <= 0 or value >= addresses:
            continue
        target = t[_u(at_address + value)]
        if target < 0:
            continue
        n[_u(at_ref)] = -1
        n[_u(at_ref + 1)] = slot
        n[_u(at_ref + 2)] = target
        at_ref += 3
        refs += 1
        if n[_u(at_status + target)] == 2:
            offset = _u(t[_u(at_offset + value)])
            h[_u(target)] += keys[_u(static_key + i)] * (offset + _STATIC)
    for e in range(entities):
        status = n[_u(at_status + e)]
        if status == 0:
            continue
        row = at_entity + e * _ENTITY_ROW
        block = t[_u(row + _BLOCK)]
        scalars = t[_u(row + _SCALARS)]
        at_key = t[_u(row + _KEY)]
        total = h[_u(e)]
        if status == 2:
            for j in range(scalars):
                total += _u(slots[_u(t[_u(block + j)])]) * keys[_u(at_key + j)]
        for j in range(scalars, t[_u(row + _LENGTH)]):
            value = slots[_u(t[_u(block + j)])]
            if value == 0:
                continue
            key = keys[_u(at_key + j)]
            target = np.int64(-1)
            if 0 < value < addresses:
                target = t[_u(at_address + value)]
            if target < 0:
                total += _u(value) * key
                continue
            n[_u(at_ref)] = e
            n[_u(at_ref + 1)] = j
            n[_u(at_ref + 2)] = target
            at_ref += 3
            refs += 1
            offset = _u(t[_u(at_offset + value)])
            if target == e:
                total += key * (offset + _SELF)
                continue
            total += key * (offset + keys[_u(t[_u(at_entity + target * _ENTITY_ROW + _CLASS)])])
            if n[_u(at_status + target)] == 2:
                incoming = key * (offset + _IN)
                h[_u(target)] += incoming
                if status == 2:
                    n[_u(at_edge)] = e
                    n[_u(at_edge + 1)] = target
                    at_edge += 2
                    h[_u(at_hash + edges)] = incoming
                    edges += 1
                    n[_u(at_linked + e)] = 1
                    n[_u(at_linked + target)] = 1
        if status == 2:
            h[_u(e)] = total
    return refs, edges


@_compiled
def _sort(t: _Numbers, n: _Numbers, h: _Hashes) -> tuple[int, int]:
    """As ``Canonicalizer._sort``: a stable insertion sort, since classes are small."""
    entities = t[_ENTITIES]
    different = 0
    tied = -1
    for c in range(t[_CLASSES]):
        used = n[_u(4 * entities + c)]
        if used < 2:
            continue
        first = t[_u(t[_AT_CLASS] + c * _CLASS_ROW + _FIRST)]
        for i in range(first + 1, first + used):
            e = n[_u(i)]
            signature = h[_u(e)]
            j = i
            while j > first:
                other = n[_u(j - 1)]
                if h[_u(other)] <= signature:
                    break
                n[_u(j)] = other
                j -= 1
            n[_u(j)] = e
        different += 1
        for i in range(first + 1, first + used):
            e = n[_u(i - 1)]
            if h[_u(e)] != h[_u(n[_u(i)])]:
                different += 1
            elif tied < 0 and n[_u(2 * entities + e)]:
                tied = e
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
            h[_u(entities + e)] = _mix(h[_u(e)])
        for i in range(edges):
            source = n[_u(at_edge + 2 * i)]
            target = n[_u(at_edge + 2 * i + 1)]
            key = h[_u(2 * entities + i)]
            h[_u(entities + source)] += _mix(key + h[_u(target)])
            h[_u(entities + target)] += _mix(key + _IN + h[_u(source)])
        for e in range(entities):
            h[_u(e)] = h[_u(entities + e)]
        before = different
        different, tied = _sort(t, n, h)
        if tied >= 0 and different <= before:
            h[_u(tied)] = _mix(h[_u(tied)] + _SINGLE)
            different += 1


@_compiled
def _rewrite(refs: int, slots: _Numbers, out: _Numbers, t: _Numbers, n: _Numbers) -> int:
    """Moves entities to their ranks; gives 0 if all stay."""
    entities = t[_ENTITIES]
    at_entity = t[_AT_ENTITY]
    at_image = 3 * entities
    moved = 0
    for rank in range(entities):
        e = n[_u(rank)]
        n[_u(at_image + e)] = rank
        if e == rank:
            continue
        moved = 1
        row = at_entity + e * _ENTITY_ROW
        source = t[_u(row + _BLOCK)]
        sink = t[_u(at_entity + rank * _ENTITY_ROW + _BLOCK)]
        for j in range(t[_u(row + _LENGTH)]):
            out[_u(t[_u(sink + j)])] = slots[_u(t[_u(source + j)])]
    if not moved:
        return 0
    at_ref = 4 * entities + t[_CLASSES]
    for i in range(at_ref, at_ref + 3 * refs, 3):
        target = n[_u(i + 2)]
        image = n[_u(at_image + target)]
        if image == target:
            continue
        source = n[_u(i)]
        slot = n[_u(i + 1)]
        if source >= 0:
            sink = at_entity + n[_u(at_image + source)] * _ENTITY_ROW + _BLOCK
            slot = t[_u(t[_u(sink)] + slot)]
        shift = (
            t[_u(at_entity + image * _ENTITY_ROW + _BASE)] - t[_u(at_entity + target * _ENTITY_ROW + _BASE)]
        )
        out[_u(slot)] += shift
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
