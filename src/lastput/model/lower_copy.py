"""What is written as a whole: memset(), memcpy(), and what may be anything."""

from __future__ import annotations

__all__ = ["CopyLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Kind, Op
from lastput.errors import LastputError, Place
from lastput.model.copies import Leaf, Value, combined, leaves
from lastput.model.integers import narrow
from lastput.model.lower_arithmetic import ArithmeticLowerer
from lastput.model.lvalue import InMemory
from lastput.model.tac import Pseudo, Ref
from lastput.model.types import Array, Int, Pointer, Record, Type, Void, find, pointee
from lastput.model.unparse import unparse
from lastput.model.world import Variable


class CopyLowerer(ArithmeticLowerer):
    def copy_memory(self, call: c.Call) -> int:
        """``__copy_memory(to, from, n)`` and ``__overwrite(to)``: gives ``to``."""
        copy = self.inference.copies[id(call)]
        to = self.value(call.args[0])
        where = InMemory(to, 0, find(copy.target), f"*{unparse(call.args[0])}")
        source = self.value(call.args[1]) if copy.source is not None else to
        if copy.source is not None:
            self._touch(source, find(copy.source), call.args[1])
        self._touch(to, where.type, call.args[0])
        if copy.exact:
            self.copy_from(where, InMemory(source, 0, where.type, f"*{unparse(call.args[1])}"), call.place)
            return to
        self._write_any(call, where)
        return to

    def _touch(self, pointer: int, type: Type, expr: c.Expr) -> None:
        """An access to a struct, of which nobody may look at any member. Bytes may be those of a string,
        or of memory that is not modelled."""
        cells = self.layout.cells(type) if isinstance(type, Record) else ()
        offset = next((at for at, cell in enumerate(cells) if cell is not None), -1)
        if offset >= 0:
            self.emit(Op.LD, self.register(), pointer, offset, expr.place, f"access *{unparse(expr)}")

    def _write_any(self, call: c.Call, where: InMemory) -> None:
        copy = self.inference.copies[id(call)]
        self.layout.cells(where.type)
        found = [
            leaf
            for leaf in leaves(self.world, where.type, lambda array: array.room)
            if copy.values.get(leaf.key)
        ]
        found = [leaf for leaf in found if leaf.field is None or leaf.field.read]
        kinds = list(dict.fromkeys(leaf.key for leaf in found))
        if not found:
            return
        types = {leaf.key: leaf.type for leaf in found}
        scalar = not isinstance(where.type, (Record, Array))
        end = self.label()
        if scalar:  # which may be memory of something that is not modelled, and not there
            self.emit(Op.JZ, where.base, end, 0, call.place)
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, call.place, f"write {where.text}")
        written = self._any_of(call, [(types[key], copy.values[key]) for key in kinds], where.text)
        for leaf in found:
            self._write_leaf(where, leaf, written[kinds.index(leaf.key)], call.place)
        self.emit(Pseudo.END, 0, 0, 0, call.place)
        self.place_label(end, call.place)

    def _write_leaf(self, where: InMemory, leaf: Leaf, value: int, place: Place) -> None:
        offset, type = self.layout.place(where.type, leaf.path)
        self.store(InMemory(where.base, where.offset + offset, type, where.text), value, place)

    def any_value(self, call: c.Call) -> int:
        """``__any_value()``: what its readers can tell apart."""
        values = self.inference.choices[id(call)]
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, call.place, "any value")
        (register,) = self._any_of(call, [(self.type(call), values)], "")
        self.emit(Pseudo.END, 0, 0, 0, call.place)
        return register

    def _any_of(self, call: c.Call, kinds: list[tuple[Type, tuple[Value, ...]]], text: str) -> list[int]:
        """A register for each member, that holds one of its values. A step chooses once."""
        place = call.place
        ways, all_of_them = combined([len(values) for _, values in kinds])
        if not all_of_them:
            self.world.assume("combinations", f"{text} at {place}", place)
        which = self.register()
        if len(ways) > 1:
            self.emit(Op.CHOOSE, which, len(ways), 0, place, "any value")
        written: list[int] = []
        for at, (type, values) in enumerate(kinds):
            register = self._number(values[0], type, place)
            for number, way in enumerate(ways):
                if way[at]:
                    other = self.label()
                    self.emit(Op.JNEI, which, number, other, place)
                    self.emit(Op.MOV, register, self._number(values[way[at]], type, place), 0, place)
                    self.place_label(other, place)
            written.append(register)
        return written

    def _number(self, value: Value, type: Type, place: Place) -> int:
        if isinstance(value, Variable):
            return self.constant(Ref("global", value.name), place, Pointer(Void()))
        return self.constant(value, place, type)

    def memset(self, call: c.Call) -> int:
        """``memset(to, byte, n)``: all of what ``to`` points to is written, whatever the size."""
        byte = self.world.constant(call.args[1])
        if byte is None and not self.world.is_lenient(call.place):
            raise LastputError(
                "memset", "only memset() to a constant is modelled", "assign the members", call.place
            )
        type = self.type(call.args[0])
        target = type if isinstance(type, Array) else pointee(type)
        pointer = self.value(call.args[0])
        where = InMemory(pointer, 0, target, unparse(call.args[0]))
        if byte is None:
            self.world.assume("left out", f"{unparse(call)} at {call.place}", call.place)
            return pointer
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, call.place, unparse(call))
        if byte & 0xFF:
            self._fill(where, byte & 0xFF, call.place)
        else:
            self.zero(where, call.place)
        self.emit(Pseudo.END, 0, 0, 0, call.place)
        return pointer

    def _fill(self, where: InMemory, byte: int, place: Place) -> None:
        self.layout.cells(where.type)
        for leaf in leaves(self.world, where.type, lambda array: array.room):
            if leaf.field is None or leaf.field.read:
                bits = leaf.type.bits if isinstance(leaf.type, Int) else 64
                whole = int.from_bytes(bytes((byte,)) * 8, "little") & ((1 << bits) - 1)
                value = narrow(whole, leaf.type if isinstance(leaf.type, Int) else Int())
                self._write_leaf(where, leaf, self.constant(value, place), place)
