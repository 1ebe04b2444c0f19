"""The canonical form of ``canonical``, compiled; same results bit for bit.

    arrays = canonical_arrays(program)
    canonical_into(slots, out, arrays.tables, arrays.keys, arrays.numbers, arrays.hashes)

Everything is in four flat arrays, so that other compiled code can pass them on. ``numbers`` and
``hashes`` are scratch space: one pair for each thread that runs the kernel.
"""

from __future__ import annotations

__all__ = ["canonical_into"]

import numpy as np

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
from lastput.engine.program import LIFE_UNUSED
from lastput.engine.translator.arrays import Hashes, Ints

_UNUSED = LIFE_UNUSED
_MULTIPLY = np.uint64(canonical.MULTIPLY_MIX)
_SELF = np.uint64(canonical.SELF_KEY)
_IN = np.uint64(canonical.IN_KEY)
_STATIC = np.uint64(canonical.STATIC_KEY)
_SINGLE = np.uint64(canonical.SINGLE_KEY)
_SHIFT1 = np.uint64(32)
_SHIFT2 = np.uint64(29)


def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> _SHIFT1)) * _MULTIPLY
    return x ^ (x >> _SHIFT2)


# Scratch. numbers: order[E], status[E] (0 unused, 1 used, 2 used and its order open), linked[E],
# image[E], used[C], references (source entity or -1, position or slot, target), edges (source, target).
# hashes: signature[E], fresh[E], one for each edge.


def _begin(slots: Ints, t: Ints, keys: Hashes, n: Ints, h: Hashes) -> int:
    """Puts used entities first; gives 1 if an order is open, 2 if some are moved already, or their sum."""
    entities = t[ENTITIES]
    at_block = t[AT_ENTITY] + BLOCK
    result = 0
    for c in range(t[CLASSES]):
        row = t[AT_CLASS] + c * CLASS_ROW
        first = t[row + FIRST]
        last = first + t[row + SIZE]
        rank = first
        for e in range(first, last):
            used = 1
            if t[row + POOLED]:
                life = t[t[at_block + e * ENTITY_ROW]]
                used = int(slots[life] != _UNUSED)
            n[entities + e] = used
            if used:
                if rank != e:
                    result |= 2
                n[rank] = e
                rank += 1
        n[4 * entities + c] = rank - first
        if rank > first + 1:
            result |= 1
            for i in range(first, rank):
                e = n[i]
                n[entities + e] = 2
                n[2 * entities + e] = 0
                h[e] = keys[c]
        if rank < last:
            for e in range(first, last):
                if n[entities + e] == 0:
                    n[rank] = e
                    rank += 1
    return result


def _gather(slots: Ints, t: Ints, keys: Hashes, n: Ints, h: Hashes) -> tuple[int, int]:
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
        slot = t[at_static + i]
        value = slots[slot]
        if value <= 0 or value >= addresses:
            continue
        target = t[at_address + value]
        if target < 0:
            continue
        n[at_ref] = -1
        n[at_ref + 1] = slot
        n[at_ref + 2] = target
        at_ref += 3
        refs += 1
        if n[at_status + target] == 2:
            offset = np.uint64(t[at_offset + value])
            h[target] += keys[static_key + i] * (offset + _STATIC)
    for e in range(entities):
        status = n[at_status + e]
        if status == 0:
            continue
        row = at_entity + e * ENTITY_ROW
        block = t[row + BLOCK]
        scalars = t[row + SCALARS]
        at_key = t[row + KEY]
        total = h[e]
        if status == 2:
            for j in range(scalars):
                total += np.uint64(slots[t[block + j]]) * keys[at_key + j]
        for j in range(scalars, t[row + LENGTH]):
            value = slots[t[block + j]]
            if value == 0:
                continue
            key = keys[at_key + j]
            target = -1
            if 0 < value < addresses:
                target = t[at_address + value]
            if target < 0:
                total += np.uint64(value) * key
                continue
            n[at_ref] = e
            n[at_ref + 1] = j
            n[at_ref + 2] = target
            at_ref += 3
            refs += 1
            offset = np.uint64(t[at_offset + value])
            if target == e:
                total += key * (offset + _SELF)
                continue
            total += key * (offset + keys[t[at_entity + target * ENTITY_ROW + CLASS]])
            if n[at_status + target] == 2:
                incoming = key * (offset + _IN)
                h[target] += incoming
                if status == 2:
                    n[at_edge] = e
                    n[at_edge + 1] = target
                    at_edge += 2
                    h[at_hash + edges] = incoming
                    edges += 1
                    n[at_linked + e] = 1
                    n[at_linked + target] = 1
        if status == 2:
            h[e] = total
    return refs, edges


def _sort(t: Ints, n: Ints, h: Hashes) -> tuple[int, int]:
    """As ``Canonicalizer._sort``: a stable insertion sort, since classes are small."""
    entities = t[ENTITIES]
    different = 0
    tied = -1
    for c in range(t[CLASSES]):
        used = n[4 * entities + c]
        if used < 2:
            continue
        first = t[t[AT_CLASS] + c * CLASS_ROW + FIRST]
        for i in range(first + 1, first + used):
            e = n[i]
            signature = h[e]
            j = i
            while j > first:
                other = n[j - 1]
                if h[other] <= signature:
                    break
                n[j] = other
                j -= 1
            n[j] = e
        different += 1
        for i in range(first + 1, first + used):
            e = n[i - 1]
            if h[e] != h[n[i]]:
                different += 1
            elif tied < 0 and n[2 * entities + e]:
                tied = e
    return different, tied


def _refine(edges: int, t: Ints, n: Ints, h: Hashes) -> None:
    """As ``Canonicalizer._refine``."""
    entities = t[ENTITIES]
    at_edge = 4 * entities + t[CLASSES] + 3 * t[POINTERS]
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


def _rewrite(refs: int, slots: Ints, out: Ints, t: Ints, n: Ints) -> int:
    """Moves entities to their ranks; gives 0 if all stay."""
    entities = t[ENTITIES]
    at_entity = t[AT_ENTITY]
    at_image = 3 * entities
    moved = 0
    for rank in range(entities):
        e = n[rank]
        n[at_image + e] = rank
        if e == rank:
            continue
        moved = 1
        row = at_entity + e * ENTITY_ROW
        source = t[row + BLOCK]
        sink = t[at_entity + rank * ENTITY_ROW + BLOCK]
        for j in range(t[row + LENGTH]):
            out[t[sink + j]] = slots[t[source + j]]
    if not moved:
        return 0
    at_ref = 4 * entities + t[CLASSES]
    for i in range(at_ref, at_ref + 3 * refs, 3):
        target = n[i + 2]
        image = n[at_image + target]
        if image == target:
            continue
        source = n[i]
        slot = n[i + 1]
        if source >= 0:
            sink = at_entity + n[at_image + source] * ENTITY_ROW + BLOCK
            slot = t[t[sink] + slot]
        shift = t[at_entity + image * ENTITY_ROW + BASE] - t[at_entity + target * ENTITY_ROW + BASE]
        out[slot] += shift
    return 1


def canonical_into(slots: Ints, out: Ints, t: Ints, keys: Hashes, numbers: Ints, hashes: Hashes) -> int:
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
