"""From slots and numbers of a program to words: which field of which object, and what it holds."""

from __future__ import annotations

__all__ = ["Cell", "Namer"]

import errno

import msgspec

from lastput.check.trace.kernelwords import (
    COUNT_FIELDS,
    ENUMS,
    FIELD_TAILS,
    MODULE_REF_BASE,
    REFCOUNT_SATURATED,
    SATURATED,
)
from lastput.engine.program import FUNCTION_BASE, Object, Program

FRAME = "frame of "  # how the compiler names the cells that tell whether a frame is on the stack


def _is_local(program: Program, thing: Object) -> bool:
    """Whether an object is a variable on a stack."""
    return thing.life >= 0 and "." + FRAME in program.slots[thing.life].name


class Cell(msgspec.Struct, frozen=True):
    """Where a slot lies: ``object`` and ``field`` by name; ``kind`` is count, life, state, lock or data."""

    object: str
    field: str
    kind: str


class Namer:
    """The names of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self._address = {
            slot: address for address, slot in reversed(list(enumerate(program.cells))) if slot >= 0
        }
        self._life: dict[int, tuple[str, str]] = {}
        for thing in program.objects:
            if thing.life >= 0 and not _is_local(program, thing):
                self._life[thing.life] = (thing.name, "life")
        # A module's data may share the life of its text: the text gives it its name.
        for text in program.texts:
            if text.life >= 0:
                self._life[text.life] = (text.name, "text")
        self._instances = frozenset(address for one in program.instances for address in one.addresses)

    def object_at(self, address: int) -> Object | None:
        """The object that an address belongs to."""
        owner = self.program.owner
        if not 0 < address < len(owner) or owner[address] < 0:
            return None
        return self.program.objects[owner[address]]

    def cell(self, slot: int) -> Cell | None:
        """What a slot is, or None for registers, locals and program counters."""
        if "." + FRAME in self.program.slots[slot].name:
            return None
        if slot in self._life:
            name, field = self._life[slot]
            return Cell(name, field, "life")
        address = self._address.get(slot, 0)
        thing = self.object_at(address)
        if thing is None or not self.program.slots[slot].field:
            return None
        field = self._field(thing, slot)
        return Cell(thing.name, field, self._kind(thing, field, slot))

    def value(self, slot: int, number: int) -> str:
        """What a slot holds, in words."""
        if slot in self._life:
            table = ENUMS["module.text" if self._life[slot][1] == "text" else "life"]
            return table.get(number, str(number))
        cell = self.cell(slot)
        address = self._address.get(slot, 0)
        thing = self.object_at(address)
        if cell is not None and thing is not None:
            table = ENUMS.get(f"{thing.type}.{cell.field}", {})
            if number in table:
                return table[number]
            if cell.field == "refs" and thing.type == "module":
                return str(number - MODULE_REF_BASE)
        if number == REFCOUNT_SATURATED and cell is not None and cell.kind == "count":
            return SATURATED
        if self.program.slots[slot].pointer or number >= FUNCTION_BASE:
            return self.pointer(number)
        return str(number)

    def pointer(self, number: int) -> str:
        """An address, function, string or error code, in words."""
        if number == 0:
            return "NULL"
        if number < 0:
            return f"-{errno.errorcode[-number]}" if -number in errno.errorcode else str(number)
        if number >= FUNCTION_BASE:
            index = number - FUNCTION_BASE
            if index < len(self.program.functions):
                return self.program.functions[index]
            index -= len(self.program.functions)
            return f'"{self.program.strings[index]}"' if index < len(self.program.strings) else hex(number)
        thing = self.object_at(number)
        if thing is None:
            return hex(number)
        name = thing.name
        if number == thing.base:
            return f"&{name}"
        slot = self.program.cells[number] if number < len(self.program.cells) else -1
        if slot < 0:
            return f"&{name}+{number - thing.base}"
        return f"&{name}.{self._struct(self._field(thing, slot), number)}"

    def _struct(self, field: str, address: int) -> str:
        """An address that is that of an embedded struct (and so of its first member) names the struct."""
        head, dot, last = field.rpartition(".")
        return head if dot and (address in self._instances or last == "next") else field

    def place(self, address: int) -> str:
        """``object.field`` of an address, "" if it is in no object."""
        thing = self.object_at(address)
        if thing is None:
            return ""
        slot = self.program.cells[address]
        name = thing.name
        return f"{name}.{self._field(thing, slot)}" if slot >= 0 else name

    def _field(self, thing: Object, slot: int) -> str:
        name = self.program.slots[slot].name
        field = name[len(thing.name) :].lstrip(".") if name.startswith(thing.name) else name.partition(".")[2]
        if thing.type == "module" and field.removesuffix(".counter") == "refcnt":
            return "refs"
        for tail in FIELD_TAILS:
            if field.endswith(tail):
                return field[: -len(tail)]
        return field or name

    def _kind(self, thing: Object, field: str, slot: int) -> str:
        last = field.rpartition(".")[2]
        if f"{thing.type}.{field}" in ENUMS:
            return "state"
        written = self.program.slots[slot].name
        if last in COUNT_FIELDS or written.endswith((".refs.counter", ".refcount.refs.counter")):
            return "count"
        return "data"
