"""What may be renamed in a program: movable objects and threads, as flat tables.

An *entity* is what a permutation moves: an object of a pool, or a thread together with its task
object. Entities of one *class* are interchangeable; each is a *block* of slots, the blocks of a class
having one layout (positions), scalars first. A slot outside all blocks is *static*.

A class is left out (its members then keep their places, which is always sound) if its members
differ in layout, or if the program names one of them by other means than a pointer that it found in
a slot: by a constant address, or in a table of instances that lists only some of them.

A class is left out, too, if its members hold instances that a loop visits (INST) whose outcome may depend
on their order (``Program.ordered``). What cannot be seen here and ``Program.symmetric`` must promise: nothing
computes with addresses (but for offsets within an object) or compares them other than for equality.
"""

from __future__ import annotations

__all__ = ["EntityClass", "Tables", "tables"]

from collections.abc import Iterable

import msgspec

from lastput.engine.program import Kind, Object, Op, Program, Thread

_MASK = (1 << 64) - 1

#: Per position of a block: the range group of its slot, and whether it may hold an address.
_Layout = tuple[tuple[int, bool], ...]


class EntityClass(msgspec.Struct, frozen=True):
    """Entities ``first`` .. ``first + size - 1``, each a block of ``length`` slots.

    The first ``scalars`` positions hold no addresses. Position 0 is the life of an object of a pool
    (``pooled``), or the program counter of a thread. ``key`` is the index of position 0 in
    ``Tables.position_keys``.
    """

    first: int
    size: int
    length: int
    scalars: int
    pooled: bool
    key: int


class Tables(msgspec.Struct, frozen=True):
    """``Program`` as the canonicalisers see it. Entity ``e`` has class ``entity_class[e]``, the
    address ``entity_base[e]`` and the slots ``block_slots[entity_block[e]:][:length]``;
    ``entity_thread[e]`` is its thread or -1. ``address_entity[a]`` is the entity that address ``a``
    belongs to, or -1. ``static_pointers`` are the static slots that may hold addresses. Keys are
    random 64-bit numbers, one for each class, position and static pointer.
    """

    slots: int
    classes: tuple[EntityClass, ...]
    entity_class: tuple[int, ...]
    entity_base: tuple[int, ...]
    entity_block: tuple[int, ...]
    entity_thread: tuple[int, ...]
    block_slots: tuple[int, ...]
    address_entity: tuple[int, ...]
    static_pointers: tuple[int, ...]
    class_keys: tuple[int, ...]
    position_keys: tuple[int, ...]
    static_keys: tuple[int, ...]


class _Member(msgspec.Struct, frozen=True):
    """A candidate: its object (-1: none), thread (-1: none) and slots by position."""

    object: int
    thread: int
    slots: tuple[int, ...]


def _key(kind: int, number: int) -> int:
    """A random number that is the same everywhere (splitmix64)."""
    x = (number * 3 + kind + 1) * 0x9E3779B97F4A7C15 & _MASK
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9 & _MASK
    x = (x ^ x >> 27) * 0x94D049BB133111EB & _MASK
    return x ^ x >> 31


def _first_address(program: Program, index: int) -> int:
    """The lowest address of an object, padding included."""
    at = program.objects[index].base
    while at > 0 and program.owner[at - 1] == index:
        at -= 1
    return at


def _addresses(program: Program, index: int) -> range:
    item = program.objects[index]
    return range(_first_address(program, index), item.base + item.size)


def _cells(program: Program, item: Object) -> list[int]:
    return [slot for slot in program.cells[item.base : item.base + item.size] if slot >= 0]


def _holes(program: Program, index: int) -> tuple[int, ...]:
    """The offsets that an object owns without a cell."""
    base = program.objects[index].base
    return tuple(a - base for a in _addresses(program, index) if program.cells[a] < 0)


def _pool_members(program: Program, pool: int) -> list[_Member]:
    members = []
    for index in program.pools[pool].objects:
        item = program.objects[index]
        members.append(_Member(index, -1, (item.life, *_cells(program, item))))
    return members


def _thread_member(program: Program, index: int) -> _Member:
    thread = program.threads[index]
    slots = [thread.pc, *range(thread.regs, thread.regs + thread.nregs)]
    if thread.task >= 0:
        item = program.objects[thread.task]
        slots += _cells(program, item)
        if item.life >= 0:
            slots.append(item.life)
    return _Member(thread.task, index, tuple(slots))


def _thread_key(thread: Thread) -> tuple[int, int, int, int]:
    return (thread.code, thread.group, thread.start, thread.entry)


def _is_spawned(program: Program, thread: Thread) -> bool:
    return program.locations[thread.start].kind is Kind.END and not thread.boot


def _candidates(program: Program) -> Iterable[list[_Member]]:
    for pool in range(len(program.pools)):
        yield _pool_members(program, pool)
    groups: dict[tuple[int, int, int, int], list[int]] = {}
    for index, thread in enumerate(program.threads):
        if thread.group >= 0 and not thread.boot:
            groups.setdefault(_thread_key(thread), []).append(index)
    for key, indices in groups.items():
        # SPAWN takes the first of a code that has not been started: all of them must be of this class.
        spawned = [t for t in program.threads if t.code == key[0] and _is_spawned(program, t)]
        if all(_thread_key(thread) == key for thread in spawned):
            yield [_thread_member(program, index) for index in indices]


def _layout(program: Program, member: _Member) -> tuple[_Layout, tuple[int, ...]]:
    slots = tuple((program.slots[s].group, program.slots[s].pointer) for s in member.slots)
    return slots, _holes(program, member.object) if member.object >= 0 else ()


def _same_when_unused(program: Program, members: list[_Member]) -> bool:
    """Whether never-used objects of a pool look alike: they are not moved."""
    return len({tuple(program.slots[slot].init for slot in member.slots) for member in members}) == 1


def _named(program: Program) -> set[int]:
    """Objects that the code names by a constant address."""
    named = set()
    for op, a, b, _ in program.code:
        if op in (Op.LDA, Op.STA):
            named.add(program.owner[b if op == Op.LDA else a])
    return named


def _instance_offsets(program: Program, member: _Member) -> list[list[int]]:
    if member.object < 0:
        return []
    base = program.objects[member.object].base
    own = _addresses(program, member.object)
    return [[a - base for a in instance.addresses if a in own] for instance in program.instances]


def _interchangeable(program: Program, members: list[_Member], named: set[int]) -> bool:
    first = members[0]
    return (
        len(members) > 1
        and min(first.slots) >= 0
        and all(_layout(program, m) == _layout(program, first) for m in members)
        and not any(m.object in named for m in members)
        and all(_instance_offsets(program, m) == _instance_offsets(program, first) for m in members)
        and not any(_instance_offsets(program, first)[i] for i in program.ordered if first.object >= 0)
        and (first.thread >= 0 or _same_when_unused(program, members))
    )


def tables(program: Program) -> Tables:
    """The tables of a program; without any class if it is not symmetric."""
    classes: list[EntityClass] = []
    entities: list[_Member] = []
    entity_class: list[int] = []
    entity_block: list[int] = []
    block_slots: list[int] = []
    positions = 0
    named = _named(program)
    for members in _candidates(program) if program.symmetric else ():
        if not _interchangeable(program, members, named):
            continue
        pointer = [program.slots[slot].pointer for slot in members[0].slots]
        order = sorted(range(len(pointer)), key=lambda i: pointer[i])
        pooled = members[0].thread < 0
        classes.append(
            EntityClass(len(entities), len(members), len(order), pointer.count(False), pooled, positions)
        )
        positions += len(order)
        for member in members:
            entities.append(member)
            entity_class.append(len(classes) - 1)
            entity_block.append(len(block_slots))
            block_slots += [member.slots[i] for i in order]
    address_entity = [-1] * len(program.owner)
    for number, entity in enumerate(entities):
        if entity.object >= 0:
            for address in _addresses(program, entity.object):
                address_entity[address] = number
    moved = set(block_slots)
    static = [i for i, slot in enumerate(program.slots) if slot.pointer and i not in moved]
    return Tables(
        slots=len(program.slots),
        classes=tuple(classes),
        entity_class=tuple(entity_class),
        entity_base=tuple(program.objects[e.object].base if e.object >= 0 else 0 for e in entities),
        entity_block=tuple(entity_block),
        entity_thread=tuple(e.thread for e in entities),
        block_slots=tuple(block_slots),
        address_entity=tuple(address_entity),
        static_pointers=tuple(static),
        class_keys=tuple(_key(0, i) for i in range(len(classes))),
        position_keys=tuple(_key(1, i) for i in range(positions)),
        static_keys=tuple(_key(2, i) for i in range(len(static))),
    )
