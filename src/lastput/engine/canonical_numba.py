"""The canonical form of ``canonical``, compiled; same results bit for bit.

    arrays = canonical_arrays(program)
    canonical_into(slots, out, arrays.tables, arrays.keys, arrays.numbers, arrays.hashes)

Everything is in four flat arrays, so that other compiled code can pass them on. ``numbers`` and
``hashes`` are scratch space: one pair for each thread that runs the kernel.

Indices are made unsigned in inner loops: a signed one costs a test for less than 0 at each access.
"""

from __future__ import annotations

__all__ = ["canonical_into"]

from collections.abc import Callable
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from lastput.engine import canonical
from lastput.engine.canonical_arrays import (
    ADDRESSES,
    AT_ADDRESS,
    AT_CLASS,
    AT_ENTITY,
    AT_OFFSET,
    AT_STATIC,
    BASE,
    BLOCK,
    CLASS,
    CLASS_ROW,
    CLASSES,
    ENTITIES,
    ENTITY_ROW,
    FIRST,
    KEY,
    KEY_STATIC,
    LENGTH,
    POINTERS,
    POOLED,
    SCALARS,
    SIZE,
    SLOTS,
    STATICS,
)
from lastput.engine.jit import njit
from lastput.engine.program import LIFE_UNUSED

_Function = TypeVar("_Function", bound=Callable[..., object])
_Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

_UNUSED = LIFE_UNUSED
_MULTIPLY = np.uint64(canonical.MULTIPLY_MIX)
_SELF = np.uint64(canonical.SELF_KEY)
_IN = np.uint64(canonical.IN_KEY)
_STATIC = np.uint64(canonical.STATIC_KEY)
_SINGLE = np.uint64(canonical.SINGLE_KEY)
_SHIFT1 = np.uint64(32)
_SHIFT2 = np.uint64(29)
_u = np.uint64


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
    entities = t[ENTITIES]
    at_block = t[AT_ENTITY] + BLOCK
    result = 0
    for c in range(t[CLASSES]):
        row = t[AT_CLASS] + c * CLASS_ROW
        first = t[_u(row + FIRST)]
        last = first + t[_u(row + SIZE)]
        rank = first
        for e in range(first, last):
            used = 1
            if t[_u(row + POOLED)]:
                life = t[_u(t[_u(at_block + e * ENTITY_ROW)])]
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
    entities = t[ENTITIES]
    addresses = t[ADDRESSES]
    at_entity = t[AT_ENTITY]
    at_static = t[AT_STATIC]
    at_address = t[AT_ADDRESS]
    at_offset = t[AT_OFFSET]
    static_key = t[KEY_STATIC]
    at_status = entities
    at_linked = 2 * entities
    at_hash = 2 * entities
    at_ref = 4 * entities + t[CLASSES]
    at_edge = at_ref + 3 * t[POINTERS]
    refs = 0
    edges = 0
    for i in range(t[STATICS]):
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
        row = at_entity + e * ENTITY_ROW
        block = t[_u(row + BLOCK)]
        scalars = t[_u(row + SCALARS)]
        at_key = t[_u(row + KEY)]
        total = h[_u(e)]
        if status == 2:
            for j in range(scalars):
                total += _u(slots[_u(t[_u(block + j)])]) * keys[_u(at_key + j)]
        for j in range(scalars, t[_u(row + LENGTH)]):
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
            total += key * (offset + keys[_u(t[_u(at_entity + target * ENTITY_ROW + CLASS)])])
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
    entities = t[ENTITIES]
    different = 0
    tied = -1
    for c in range(t[CLASSES]):
        used = n[_u(4 * entities + c)]
        if used < 2:
            continue
        first = t[_u(t[AT_CLASS] + c * CLASS_ROW + FIRST)]
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
    entities = t[ENTITIES]
    at_edge = 4 * entities + t[CLASSES] + 3 * t[POINTERS]
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
    entities = t[ENTITIES]
    at_entity = t[AT_ENTITY]
    at_image = 3 * entities
    moved = 0
    for rank in range(entities):
        e = n[_u(rank)]
        n[_u(at_image + e)] = rank
        if e == rank:
            continue
        moved = 1
        row = at_entity + e * ENTITY_ROW
        source = t[_u(row + BLOCK)]
        sink = t[_u(at_entity + rank * ENTITY_ROW + BLOCK)]
        for j in range(t[_u(row + LENGTH)]):
            out[_u(t[_u(sink + j)])] = slots[_u(t[_u(source + j)])]
    if not moved:
        return 0
    at_ref = 4 * entities + t[CLASSES]
    for i in range(at_ref, at_ref + 3 * refs, 3):
        target = n[_u(i + 2)]
        image = n[_u(at_image + target)]
        if image == target:
            continue
        source = n[_u(i)]
        slot = n[_u(i + 1)]
        if source >= 0:
            sink = at_entity + n[_u(at_image + source)] * ENTITY_ROW + BLOCK
            slot = t[_u(t[_u(sink)] + slot)]
        shift = t[_u(at_entity + image * ENTITY_ROW + BASE)] - t[_u(at_entity + target * ENTITY_ROW + BASE)]
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
    for i in range(t[SLOTS]):
        out[i] = slots[i]
    work = _begin(slots, t, keys, numbers, hashes)
    if work == 0:
        return 0
    refs, edges = _gather(slots, t, keys, numbers, hashes)
    if work & 1:
        _refine(edges, t, numbers, hashes)
    return _rewrite(refs, slots, out, t, numbers)
