"""The tables of ``canonical_tables`` as flat arrays, for the compiled canonicaliser."""

from __future__ import annotations

__all__ = ["CanonicalArrays", "canonical_arrays"]

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from lastput.engine.canonical_tables import tables
from lastput.engine.program import Program

_Numbers = NDArray[np.int64]
_Hashes = NDArray[np.uint64]

# The header of ``tables``: sizes, then where each table begins.
SLOTS, ADDRESSES, CLASSES, ENTITIES, STATICS = 0, 1, 2, 3, 4
AT_CLASS, AT_ENTITY, AT_STATIC, AT_ADDRESS, AT_OFFSET = 5, 6, 7, 8, 9
KEY_STATIC = 10  # where the keys of static pointers begin; those of classes begin at 0
POINTERS = 11  # how many slots may hold addresses at most
HEADER = 12

# A row for each class: its entities.
FIRST, SIZE, POOLED = 0, 1, 2
CLASS_ROW = 3

# A row for each entity: class, address, where in ``tables`` its slots begin, how many of them are
# scalars, how many there are, and where in ``keys`` the keys of its positions begin.
CLASS, BASE, BLOCK, SCALARS, LENGTH, KEY = 0, 1, 2, 3, 4, 5
ENTITY_ROW = 6


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
    flat = [0] * HEADER
    flat[:5] = [t.slots, len(t.address_entity), len(t.classes), len(t.entity_class), len(t.static_pointers)]
    flat[AT_CLASS] = len(flat)
    for cls in t.classes:
        flat += [cls.first, cls.size, int(cls.pooled)]
    flat[AT_ENTITY] = len(flat)
    blocks = len(flat) + ENTITY_ROW * len(t.entity_class)
    for number, base, block in zip(t.entity_class, t.entity_base, t.entity_block, strict=True):
        cls = t.classes[number]
        key = len(t.class_keys) + cls.key
        flat += [number, base, blocks + block, cls.scalars, cls.length, key]
    flat += t.block_slots
    flat[AT_STATIC] = len(flat)
    flat += t.static_pointers
    flat[AT_ADDRESS] = len(flat)
    flat += t.address_entity
    flat[AT_OFFSET] = len(flat)
    flat += [a - t.entity_base[e] if e >= 0 else 0 for a, e in enumerate(t.address_entity)]
    keys = t.class_keys + t.position_keys + t.static_keys
    flat[KEY_STATIC] = len(t.class_keys) + len(t.position_keys)
    pointers = len(t.static_pointers) + sum(cls.size * (cls.length - cls.scalars) for cls in t.classes)
    flat[POINTERS] = pointers
    entities = len(t.entity_class)
    return CanonicalArrays(
        np.array(flat, dtype=np.int64),
        np.array(keys, dtype=np.uint64),
        np.zeros(4 * entities + len(t.classes) + 5 * pointers + 1, dtype=np.int64),
        np.zeros(2 * entities + pointers + 1, dtype=np.uint64),
    )
