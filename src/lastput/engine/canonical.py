"""Symmetry: one representative for all states that differ only in the names of alike things.

Objects of a pool are alike, and so are threads of one code and group (with their task objects). The
canonical form renumbers them: signatures that do not depend on numbering are made of what an entity
holds (a sum of values, each times the 64-bit random key of its field), then refined over the pointers
between entities (colour refinement) until all differ or nothing changes; a tie that is left is broken
by singling out one of the tied. Entities are then numbered in the order of their signatures,
never-used objects last, as ALLOC expects.

Entities that are tied after refinement are almost always exchanged by a symmetry of the state, so
that any choice gives the same result. Where they are not, or where two hashes collide, one orbit may
get two representatives: that costs a state more, never a wrong verdict.

``canonical_fast`` computes the same function, bit for bit.
"""

from __future__ import annotations

__all__ = [
    "IN_KEY",
    "MASK",
    "MULTIPLY_MIX",
    "SELF_KEY",
    "SINGLE_KEY",
    "STATIC_KEY",
    "Canonicalizer",
]

from collections.abc import Callable, Sequence
from itertools import pairwise
from operator import itemgetter, mul
from typing import NamedTuple

import msgspec

from lastput.engine.canonical_tables import Tables, tables
from lastput.engine.program import LIFE_UNUSED, Program

MASK = (1 << 64) - 1
STATIC_KEY = 0xD1B54A32D192ED03
MULTIPLY_MIX = 0xBF58476D1CE4E5B9
SELF_KEY = 0x8CB92BA72F3D8DD7
IN_KEY = 0xABC98388FB8FAC03
SINGLE_KEY = 0x94D049BB133111EB

State = tuple[int, ...]


def _mix(x: int) -> int:
    x &= MASK
    x = (x ^ x >> 32) * MULTIPLY_MIX & MASK
    return x ^ x >> 29


class _Work(msgspec.Struct):
    """Signatures of one state. ``order`` lists the entities of each class, those in use first;
    ``used[c]`` counts them. ``edges`` are pointers between entities whose order is open, as
    (source, target, hash of field and offset)."""

    order: list[list[int]]
    used: list[int]
    signature: list[int]
    linked: list[bool]
    edges: list[tuple[int, int, int]]


def _reader(slots: Sequence[int]) -> Callable[[State], State]:
    """Reads these slots of a state, quickly."""
    if len(slots) == 1:
        only = slots[0]
        return lambda state: (state[only],)
    return itemgetter(*slots) if slots else lambda state: ()


class _Block(NamedTuple):
    """How to read an entity: values of its scalars and pointers, with their slots and keys."""

    scalars: Callable[[State], State]
    scalar_slots: tuple[int, ...]
    scalar_keys: tuple[int, ...]
    pointers: Callable[[State], State]
    pointer_slots: tuple[int, ...]
    pointer_keys: tuple[int, ...]


def _block(t: Tables, entity: int) -> _Block:
    cls = t.classes[t.entity_class[entity]]
    at = t.entity_block[entity]
    slots = t.block_slots[at : at + cls.length]
    keys = t.position_keys[cls.key : cls.key + cls.length]
    n = cls.scalars
    return _Block(_reader(slots[:n]), slots[:n], keys[:n], _reader(slots[n:]), slots[n:], keys[n:])


class Canonicalizer:
    """The canonical form of states of one program."""

    def __init__(self, program: Program) -> None:
        self.tables = t = tables(program)
        self.threads = len(program.threads)
        self._blocks = tuple(_block(t, e) for e in range(len(t.entity_class)))
        self._static = _reader(t.static_pointers)
        self._life = tuple(t.block_slots[at] for at in t.entity_block)

    def canonical(self, state: State) -> State:
        """The representative of a state: a renaming of it, the same for (nearly) all its renamings."""
        if not self.tables.classes:
            return state
        return self.permute(state, self.permutation(state))

    def permutation(self, state: State) -> tuple[int, ...]:
        """To which number each entity goes."""
        work = self._gather(state)
        self._refine(work)
        image = [0] * len(self.tables.entity_class)
        for cls, members in zip(self.tables.classes, work.order, strict=True):
            for rank, entity in enumerate(members):
                image[entity] = cls.first + rank
        return tuple(image)

    def thread_permutation(self, state: State) -> tuple[int, ...]:
        """To which number each thread goes in the canonical form."""
        image = list(range(self.threads))
        for entity, target in enumerate(self.permutation(state)):
            if self.tables.entity_thread[entity] >= 0:
                image[self.tables.entity_thread[entity]] = self.tables.entity_thread[target]
        return tuple(image)

    def permute(self, state: State, image: Sequence[int]) -> State:
        """The state with entity ``e`` moved to ``image[e]``, and all pointers with it.

        ``image`` must map every class onto itself.
        """
        t = self.tables
        if all(target == entity for entity, target in enumerate(image)):
            return state
        moves = [t.entity_base[image[e]] - t.entity_base[e] for e in range(len(image))]
        out = list(state)
        for slot, value in zip(t.static_pointers, self._static(state), strict=True):
            if value:
                entity = self._entity(value)
                out[slot] = value + moves[entity] if entity >= 0 else value
        for number, target in enumerate(image):
            source, sink = self._blocks[number], self._blocks[target]
            if target != number:
                for slot, value in zip(sink.scalar_slots, source.scalars(state), strict=True):
                    out[slot] = value
            for slot, value in zip(sink.pointer_slots, source.pointers(state), strict=True):
                entity = self._entity(value) if value else -1
                out[slot] = value + moves[entity] if entity >= 0 else value
        return tuple(out)

    def _entity(self, value: int) -> int:
        """The entity that a pointer points into, or -1."""
        return self.tables.address_entity[value] if 0 < value < len(self.tables.address_entity) else -1

    def _gather(self, state: State) -> _Work:
        t = self.tables
        order: list[list[int]] = []
        used = []
        active = [True] * len(t.entity_class)
        signature = [t.class_keys[c] for c in t.entity_class]
        for cls in t.classes:
            members = range(cls.first, cls.first + cls.size)
            if cls.pooled:
                for e in members:
                    active[e] = state[self._life[e]] != LIFE_UNUSED
            order.append(sorted(members, key=lambda e: not active[e]))
            used.append(sum(active[cls.first : cls.first + cls.size]))
        # The order of an entity matters if another of its class is in use.
        open_ = [active[e] and used[c] > 1 for e, c in enumerate(t.entity_class)]
        work = _Work(order, used, signature, [False] * len(active), [])
        for value, key in zip(self._static(state), t.static_keys, strict=True):
            if value:
                target = self._entity(value)
                if target >= 0 and open_[target]:
                    signature[target] += key * (value - t.entity_base[target] + STATIC_KEY)
        for e in range(len(active)):
            if active[e]:
                self._gather_entity(state, e, open_, work)
        work.signature = [s & MASK for s in signature]
        return work

    def _gather_entity(self, state: State, e: int, open_: list[bool], work: _Work) -> None:
        t = self.tables
        block = self._blocks[e]
        signature = work.signature
        if open_[e]:
            signature[e] += sum(map(mul, block.scalars(state), block.scalar_keys))
        for value, key in zip(block.pointers(state), block.pointer_keys, strict=True):
            if not value:
                continue
            target = self._entity(value)
            if target < 0:
                signature[e] += value * key
                continue
            offset = value - t.entity_base[target]
            if target == e:
                signature[e] += key * (offset + SELF_KEY)
                continue
            signature[e] += key * (offset + t.class_keys[t.entity_class[target]])
            if open_[target]:
                incoming = key * (offset + IN_KEY)
                signature[target] += incoming
                if open_[e]:
                    work.edges.append((e, target, incoming & MASK))
                    work.linked[e] = work.linked[target] = True

    def _sort(self, work: _Work) -> tuple[int, int]:
        """Sorts each class by signature; gives the number of different signatures, and an entity
        whose signature another has, of those that pointers could still tell apart (or -1)."""
        different = 0
        tied = -1
        for c, members in enumerate(work.order):
            used = work.used[c]
            if used < 2:
                continue
            members[:used] = sorted(members[:used], key=lambda e: work.signature[e])
            different += 1
            for left, right in pairwise(members[:used]):
                if work.signature[left] != work.signature[right]:
                    different += 1
                elif tied < 0 and work.linked[left]:
                    tied = left
        return different, tied

    def _refine(self, work: _Work) -> None:
        different, tied = self._sort(work)
        # Each turn but the last of a series tells more entities apart; hash collisions set the limit.
        for _ in range(4 * len(work.signature)):
            if tied < 0:
                return
            fresh = [_mix(s) for s in work.signature]
            for source, target, key in work.edges:
                fresh[source] += _mix(key + work.signature[target])
                fresh[target] += _mix(key + IN_KEY + work.signature[source])
            work.signature = [s & MASK for s in fresh]
            before = different
            different, tied = self._sort(work)
            if tied >= 0 and different <= before:
                work.signature[tied] = _mix(work.signature[tied] + SINGLE_KEY)
                different += 1
