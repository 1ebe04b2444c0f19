"""What a thread may still touch from each location on, learned from the steps that a search takes.

Memory falls into *classes*: a slot that an address names, or that is a life, is one; under symmetry
the slots at one place of interchangeable objects are one class together, so that renaming changes
nothing; and the stock of threads that wait to be spawned with one code is one. A *mask* has a bit for each
class that is read and one for each that is written.

``step`` is the union of what all steps from a location have touched, and ``future`` the least table
such that the future of a location holds its step and the futures of all locations that a step may
lead to, or may spawn a thread at. It grows while a search goes on. What a search has concluded from it
so far stands in ``assumed``: a future that comes to meet it makes the table ``broken``.

What is not in the accesses of a step follows from its bytecode: that the text of its location must be
mapped, and that it takes a thread from the stock or gives it back.
"""

from __future__ import annotations

__all__ = ["LEARNED", "NOTHING", "Futures", "Mask", "Plan", "meet", "pack_masks", "plan"]

from array import array
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec

from lastput.engine.canonical_tables import Tables
from lastput.engine.interpret import Interpreter, Outcome, Status
from lastput.engine.kinds import step_code, step_ops
from lastput.engine.program import Op, Program


class Mask(NamedTuple):
    """Classes of memory, as bits."""

    reads: int
    writes: int

    def __or__(self, other: Mask) -> Mask:
        return Mask(self.reads | other.reads, self.writes | other.writes)


NOTHING = Mask(0, 0)


def meet(one: Mask, two: Mask) -> bool:
    """Whether one of them writes what the other touches."""
    return bool(one.reads & two.writes or one.writes & (two.reads | two.writes))


class Plan(msgspec.Struct, frozen=True):
    """What does not change: the class of each slot (-1: no address names it), how many classes there are,
    what each location's step touches beside its accesses, and the locations that it comes after."""

    class_of: tuple[int, ...]
    classes: int
    always: tuple[Mask, ...]
    before: tuple[tuple[int, ...], ...]


def plan(program: Program, machine: Interpreter, symmetry: Tables | None) -> Plan:
    """``symmetry`` says what may be renamed."""
    place: dict[int, tuple[int, int]] = {}
    if symmetry is not None:
        for entity, number in enumerate(symmetry.entity_class):
            at = symmetry.entity_block[entity]
            for position in range(symmetry.classes[number].length):
                place[symmetry.block_slots[at + position]] = (number, position)
    classes: dict[tuple[int, int], int] = {}
    class_of = [-1] * len(program.slots)
    for slot in sorted({s for s in program.cells if s >= 0} | machine.life_slots):
        class_of[slot] = classes.setdefault(place.get(slot, (-1, slot)), len(classes))
    codes = sorted({t.code for t in program.threads})
    stock = {code: len(classes) + i for i, code in enumerate(codes)}
    nests = {t.start: t.code for t in program.threads if machine.ends[t.start]}
    always = []
    before: list[set[int]] = [set() for _ in program.locations]
    for number, text_life in enumerate(machine.text_life):
        ops, targets = step_ops(program, number)
        reads = {class_of[text_life]} if text_life >= 0 else set()
        writes = {stock[nests[target]] for target in targets if target in nests}
        follow = set(targets)
        if Op.SPAWN in ops:
            spawned = {b for op, _, b, _ in step_code(program, number) if op == Op.SPAWN}
            writes.update(stock[code] for code in spawned)
            follow.update(t.entry for t in program.threads if t.code in spawned)
        always.append(Mask(_bits(reads), _bits(writes)))
        for target in follow:
            before[target].add(number)
    return Plan(
        tuple(class_of),
        len(classes) + len(codes),
        tuple(always),
        tuple(tuple(sorted(x)) for x in before),
    )


def _bits(classes: Iterable[int]) -> int:
    mask = 0
    for one in classes:
        mask |= 1 << one
    return mask


def pack_masks(masks: Iterable[Mask], wide: int) -> array[int]:
    """Masks as words of 64 bits: ``wide`` of reads, then as many of writes."""
    size = 8 * wide
    return array("Q", b"".join(half.to_bytes(size, "little") for mask in masks for half in mask))


def _unpack_masks(words: Any, wide: int) -> list[Mask]:
    data = memoryview(words).cast("B")
    halves = [int.from_bytes(data[at : at + 8 * wide], "little") for at in range(0, len(data), 8 * wide)]
    return [Mask(*pair) for pair in zip(halves[::2], halves[1::2], strict=True)]


#: Tables that ``Futures.dump`` gives.
LEARNED = 3


class Futures:
    """The tables, by location."""

    def __init__(self, program: Program, machine: Interpreter, symmetry: Tables | None) -> None:
        self.program = program
        self.machine = machine
        self.plan = plan(program, machine, symmetry)
        self.wide = self.plan.classes // 64 + 1
        self.step = [NOTHING] * len(program.locations)
        self.future = list(self.step)
        self.assumed = list(self.step)
        self.broken = False

    def forget(self) -> None:
        """Forgets what was concluded; what was learned stays."""
        self.assumed = [NOTHING] * len(self.assumed)
        self.broken = False

    def touched(self, location: int, outcome: Outcome) -> Mask:
        """What a step has touched, whether it was taken, failed, or was not enabled."""
        class_of, cells = self.plan.class_of, self.program.cells
        done = outcome.status is not Status.BLOCKED
        reads, writes = self.plan.always[location]
        for address, write in outcome.accesses:
            if write and done:
                writes |= 1 << class_of[cells[address]]
            else:
                reads |= 1 << class_of[cells[address]]
        for life, write in outcome.lives:
            if write and done:
                writes |= 1 << class_of[life]
            else:
                reads |= 1 << class_of[life]
        return Mask(reads, writes)

    def learn(self, location: int, mask: Mask) -> None:
        """Takes in what a step from a location has touched."""
        self.step[location] |= mask
        todo = [location]
        while todo:
            here = todo.pop()
            grown = self.future[here] | mask
            if grown == self.future[here]:
                continue
            self.future[here] = grown
            if meet(grown, self.assumed[here]):
                self.broken = True
            todo.extend(self.plan.before[here])

    def assume(self, location: int, mask: Mask) -> None:
        """Notes that a search counts on it that the future of a location does not meet a mask."""
        self.assumed[location] |= mask

    def dump(self) -> array[int]:
        """``step``, ``future`` and ``assumed`` as words."""
        return pack_masks((*self.step, *self.future, *self.assumed), self.wide)

    def restore(self, words: Any) -> None:
        """Takes back what ``dump`` gave."""
        masks = _unpack_masks(words, self.wide)
        count = len(self.step)
        self.step, self.future, self.assumed = (masks[i * count : (i + 1) * count] for i in range(LEARNED))
