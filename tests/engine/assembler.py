"""A small assembler for the IR: named slots, objects, registers, labels; for tests of the engine.

    a = Assembler("example")
    lock = a.variable("lock", pointer=True)
    item = a.pool("item", ("refs", "next*"), 2)
    body = a.code("worker", ("p*", "n"))
    body.location("lock", Kind.ACQUIRE, waits="lock")
    body.wait(body.eqi(body.lda(lock), 0))
    body.sta(lock, body.task())
    body.next("end")
    body.end()
    a.thread("w0", body, "lock", group=0)
    program = a.program()

A field or register whose name ends in ``*`` is a pointer. Addresses below ``GUARD`` are holes without
an owner, so that a null pointer plus a small offset never meets an object.
"""

from __future__ import annotations

__all__ = ["GUARD", "Assembler", "Body", "Layout", "PoolRef", "TextRef"]

import msgspec

from lastput.engine.program import (
    FUNCTION_BASE,
    LIFE_ALIVE,
    LIFE_FREED,
    LIFE_UNUSED,
    Code,
    ErrorClass,
    Frame,
    Instance,
    Kind,
    Location,
    Object,
    Op,
    Pool,
    Program,
    Slot,
    Text,
    Thread,
)
from lastput.errors import Place

GUARD = 8

_JUMPS = {Op.JMP: 0, Op.JZ: 1, Op.JNZ: 1, Op.JNEI: 2}


class Layout(msgspec.Struct, frozen=True):
    """Field names in order, without the stars; a field's offset is its index."""

    type: str
    names: tuple[str, ...]
    pointers: tuple[bool, ...]

    def offset(self, name: str) -> int:
        return self.names.index(name)


class PoolRef(msgspec.Struct, frozen=True):
    index: int
    layout: Layout
    bases: tuple[int, ...]

    def offset(self, name: str) -> int:
        return self.layout.offset(name)


class TextRef(msgspec.Struct, frozen=True):
    """Module text: its index and the address of its life."""

    index: int
    address: int


def layout(type_: str, fields: tuple[str, ...]) -> Layout:
    return Layout(type_, tuple(f.rstrip("*") for f in fields), tuple(f.endswith("*") for f in fields))


class Body:
    """The code of a kind of thread, location after location."""

    def __init__(self, parent: Assembler, index: int, name: str, registers: tuple[str, ...]) -> None:
        self.index = index
        self.name = name
        self.registers = layout(name, registers)
        self._parent = parent
        self.size = 0  # locations so far
        self._temps = 0
        self._fresh = 0

    def label(self, stem: str = "l") -> str:
        """A label that nothing else has."""
        self._fresh += 1
        return f"{stem}.{self._fresh}"

    def location(
        self, label: str, kind: Kind, *, what: str = "", text: int = -1, waits: str = "", rest: bool = False
    ) -> None:
        """Begins the step of location ``label``."""
        self._temps = 0
        self.size += 1
        self._parent.place(self, label, kind, what or label, text, waits, rest)

    def end(self, label: str = "end", *, text: int = -1) -> None:
        """A location without a step; running it is a trap."""
        self.location(label, Kind.END, text=text, rest=True)
        self.emit(Op.TRAP, self._parent.message("the step of an END location was run"))

    def temp(self) -> int:
        self._temps += 1
        self._parent.temps = max(self._parent.temps, self._temps)
        return self._temps - 1

    def emit(self, op: Op, a: int = 0, b: int = 0, c: int = 0) -> None:
        self._parent.instructions.append((op, a, b, c))

    def _value(self, op: Op, b: int = 0, c: int = 0) -> int:
        a = self.temp()
        self.emit(op, a, b, c)
        return a

    # Values: each gives the temporary that holds it.

    def const(self, value: int) -> int:
        return self._value(Op.CONST, value)

    def reg(self, name: str) -> int:
        return self._value(Op.LDR, self.registers.offset(name))

    def lda(self, address: int) -> int:
        return self._value(Op.LDA, address)

    def ld(self, pointer: int, offset: int) -> int:
        return self._value(Op.LD, pointer, offset)

    def binary(self, op: Op, b: int, c: int) -> int:
        return self._value(op, b, c)

    def addi(self, b: int, c: int) -> int:
        return self._value(Op.ADDI, b, c)

    def andi(self, b: int, c: int) -> int:
        return self._value(Op.ANDI, b, c)

    def eqi(self, b: int, c: int) -> int:
        return self._value(Op.EQI, b, c)

    def nei(self, b: int, c: int) -> int:
        return self._value(Op.NEI, b, c)

    def task(self) -> int:
        return self._value(Op.TASK)

    def alloc(self, pool: PoolRef) -> int:
        return self._value(Op.ALLOC, pool.index)

    def choose(self, n: int) -> int:
        return self._value(Op.CHOOSE, n)

    def pick(self, instance: int, offset: int) -> int:
        return self._value(Op.PICK, instance, offset)

    def spawn(self, body: Body, argument: int) -> int:
        return self._value(Op.SPAWN, body.index, argument)

    # Effects.

    def set(self, name: str, value: int) -> None:
        self.emit(Op.STR, self.registers.offset(name), value)

    def sta(self, address: int, value: int) -> None:
        self.emit(Op.STA, address, value)

    def st(self, pointer: int, offset: int, value: int) -> None:
        self.emit(Op.ST, pointer, value, offset)

    def free(self, pointer: int) -> None:
        self.emit(Op.FREE, pointer)

    def wait(self, value: int) -> None:
        self.emit(Op.WAIT, value)

    def fail(self, error: ErrorClass, text: str, about: int = -1) -> None:
        self.emit(Op.FAIL, error, about, self._parent.message(text))

    def warn(self, error: ErrorClass, text: str, about: int = -1) -> None:
        self.emit(Op.WARN, error, about, self._parent.message(text))

    # Control.

    def next(self, label: str) -> None:
        """The step ends and the thread stands at ``label`` of this code."""
        self._parent.to_location(self, label)

    def mark(self, mark: str) -> None:
        self._parent.marks[f"{self.name}/{mark}"] = len(self._parent.instructions)

    def jump(self, op: Op, mark: str, a: int = 0, b: int = 0) -> None:
        """JMP, JZ, JNZ or JNEI to a mark of this code (marks name instructions, labels locations)."""
        self._parent.to_mark(self, mark, op, a, b)


class Assembler:
    def __init__(self, name: str, *, symmetric: bool = True) -> None:
        self.name = name
        self.symmetric = symmetric
        self.temps = 1
        self.instructions: list[Code] = []
        self.marks: dict[str, int] = {}
        self._mark_uses: list[tuple[int, int, str]] = []
        self._labels: dict[str, int] = {}
        self._label_uses: list[tuple[int, str]] = []
        self._groups: dict[str, int] = {}
        self._ranges: list[tuple[int, int]] = []
        self._slots: list[Slot] = []
        self._cells: list[int] = [-1] * GUARD
        self._owner: list[int] = [-1] * GUARD
        self._objects: list[Object] = []
        self._pools: list[Pool] = []
        self._instances: list[Instance] = []
        self._texts: list[Text] = []
        self._threads: list[tuple[Thread, str, str]] = []
        self._locations: list[Location] = []
        self._messages: list[str] = []
        self._bodies: list[Body] = []
        self._functions: list[str] = []

    def _slot(self, name: str, group: str, init: int, pointer: bool, field: str, high: int = 1) -> int:
        if group not in self._groups:
            self._groups[group] = len(self._ranges)
            self._ranges.append((0, high))
        self._slots.append(Slot(name, self._groups[group], init, pointer, field))
        return len(self._slots) - 1

    def _object(
        self, name: str, shape: Layout, *, life: int = -1, pool: int = -1, pad: int = 0, text: int = -1,
        init: int = 0, heap: bool = False, high: int = 1,
    ) -> int:  # fmt: skip
        self._cells += [-1] * pad
        base = len(self._cells)
        size = len(shape.names)
        self._owner += [len(self._objects)] * (pad + size)
        for field, pointer in zip(shape.names, shape.pointers, strict=True):
            where = f"{shape.type}.{field}" if shape.type != name else name
            label = f"{name}.{field}" if shape.type != name else name
            self._cells.append(self._slot(label, where, init, pointer, where, high))
        self._objects.append(Object(name, shape.type, base, size, life, pool, heap, text))
        return base

    def text(self, name: str) -> TextRef:
        """A module whose life is a variable of vmlinux."""
        address = self._object(
            f"{name}.text", Layout(f"{name}.text", ("",), (False,)), init=LIFE_ALIVE, high=2
        )
        self._texts.append(Text(name, self._cells[address]))
        return TextRef(len(self._texts) - 1, address)

    def variable(self, name: str, *, pointer: bool = False, init: int = 0, text: int = -1) -> int:
        """A global of one cell; gives its address. With ``text``, it goes away with that module."""
        life = self._texts[text].life if text >= 0 else -1
        return self._object(name, Layout(name, ("",), (pointer,)), init=init, text=text, life=life)

    def structure(self, name: str, type_: str, fields: tuple[str, ...], *, pad: int = 0) -> int:
        return self._object(name, layout(type_, fields), pad=pad)

    def pool(
        self, type_: str, fields: tuple[str, ...], count: int, *, pad: int = 0, leaks: bool = True
    ) -> PoolRef:
        shape = layout(type_, fields)
        index = len(self._pools)
        first = len(self._objects)
        bases = []
        for i in range(count):
            name = f"{type_}#{i}"
            life = self._slot(f"{name}.life", f"{type_}.life", LIFE_UNUSED, False, "", LIFE_FREED)
            bases.append(self._object(name, shape, life=life, pool=index, pad=pad, heap=True))
        self._pools.append(Pool(type_, tuple(range(first, first + count)), leaks))
        return PoolRef(index, shape, tuple(bases))

    def instances(self, type_: str, addresses: tuple[int, ...]) -> int:
        self._instances.append(Instance(type_, tuple(sorted(addresses))))
        return len(self._instances) - 1

    def message(self, text: str) -> int:
        if text not in self._messages:
            self._messages.append(text)
        return self._messages.index(text)

    def function(self, name: str) -> int:
        """A function address."""
        if name not in self._functions:
            self._functions.append(name)
        return FUNCTION_BASE + self._functions.index(name)

    def code(self, name: str, registers: tuple[str, ...]) -> Body:
        self._bodies.append(Body(self, len(self._bodies), name, registers))
        return self._bodies[-1]

    def thread(
        self, name: str, body: Body, start: str, *, entry: str = "", group: int = -1, boot: bool = False,
        task: tuple[str, ...] = ("flag", "link*"), pad: int = 0,
    ) -> int:  # fmt: skip
        """A thread; gives the address of its task object."""
        index = len(self._objects)
        base = self._object(f"{name}:task", layout("task_struct", task), pad=pad)
        pc = self._slot(f"{name}:pc", "pc", 0, False, "")
        for register, pointer in zip(body.registers.names, body.registers.pointers, strict=True):
            self._slot(f"{name}:{register}", f"{body.name}:{register}", 0, pointer, "")
        nregs = len(body.registers.names)
        self._threads.append(
            (
                Thread(name, body.index, pc, pc + 1, nregs, 0, 0, index, group, boot),
                f"{body.name}/{start}",
                f"{body.name}/{entry or start}",
            )
        )
        return base

    def place(self, body: Body, label: str, kind: Kind, what: str, text: int, waits: str, rest: bool) -> None:
        at = Place(f"{self.name}.c", len(self._locations) + 1)
        frames = (Frame(body.name, text, at),)
        key = f"{body.name}/{label}"
        if key in self._labels:
            raise ValueError(f"label {key} is set twice")
        self._labels[key] = len(self._locations)
        self._locations.append(Location(len(self.instructions), kind, text, at, frames, what, waits, rest))

    def to_location(self, body: Body, label: str) -> None:
        self._label_uses.append((len(self.instructions), f"{body.name}/{label}"))
        self.instructions.append((Op.NEXT, -1, 0, 0))

    def to_mark(self, body: Body, mark: str, op: Op, a: int, b: int) -> None:
        self._mark_uses.append((len(self.instructions), _JUMPS[op], f"{body.name}/{mark}"))
        self.instructions.append((op, a, b, 0))

    def program(self) -> Program:
        """Resolves labels and gives the program; the ranges are first guesses and often too narrow."""
        code = [list(instruction) for instruction in self.instructions]
        for at, label in self._label_uses:
            code[at][1] = self._labels[label]
        for at, operand, mark in self._mark_uses:
            code[at][1 + operand] = self.marks[mark]
        slots = list(self._slots)
        threads = []
        for thread, start, entry in self._threads:
            place = self._labels[start]
            threads.append(msgspec.structs.replace(thread, start=place, entry=self._labels[entry]))
            slots[thread.pc] = msgspec.structs.replace(slots[thread.pc], init=place)
        ranges = list(self._ranges)
        for slot in slots:
            low, high = ranges[slot.group]
            top = len(self._cells) - 1 if slot.pointer else slot.init
            ranges[slot.group] = (min(low, slot.init), max(high, top, slot.init))
        ranges[self._groups["pc"]] = (0, len(self._locations) - 1)
        return Program(
            name=self.name,
            slots=tuple(slots),
            ranges=tuple(ranges),
            cells=tuple(self._cells),
            owner=tuple(self._owner),
            objects=tuple(self._objects),
            pools=tuple(self._pools),
            instances=tuple(self._instances),
            texts=tuple(self._texts),
            threads=tuple(threads),
            locations=tuple(self._locations),
            code=tuple((c[0], c[1], c[2], c[3]) for c in code),
            messages=tuple(self._messages),
            functions=tuple(self._functions),
            symmetric=self.symmetric,
            temps=self.temps,
        )
