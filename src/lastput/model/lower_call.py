"""Calls of functions, through pointers, and of the primitives that the compiler itself knows."""

from __future__ import annotations

__all__ = ["CallLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Kind, Op
from lastput.errors import LastputError, Place
from lastput.model.builtins import error_class
from lastput.model.lower_copy import CopyLowerer
from lastput.model.tac import Pseudo, Ref
from lastput.model.types import Func, Pointer, Record, Type, Void, find, pointee
from lastput.model.unparse import unparse


class CallLowerer(CopyLowerer):
    def call(self, call: c.Call) -> int:
        callee = call.function
        if isinstance(callee, c.Ident) and id(callee) not in self.inference.types:
            name = callee.name
            if name in self.inference.reached:
                return self._call_function(call, name)
            if name in self.inference.assumed:
                for arg in call.args:
                    self.value(arg)
                return self.constant(0, call.place)
            return self._builtin(call, name)
        target = self.value(callee)
        result = self.register(self.type(call))
        candidates = pointee(self.type(callee))
        args = self._arguments(call, candidates)
        self.emit(Pseudo.ICALL, result, target, (args, candidates), call.place, unparse(call))
        return result

    def _arguments(self, call: c.Call, type: Type) -> tuple[int, ...]:
        params = type.params if isinstance(type, Func) else []
        values: list[int] = []
        for i, arg in enumerate(call.args):
            value = self.constant(0, arg.place) if isinstance(arg, c.TypeArg) else self.value(arg)
            values.append(self.converted(value, arg, params[i]) if i < len(params) else value)
        return tuple(values)

    def _call_function(self, call: c.Call, name: str) -> int:
        type = self.world.functions[name].type
        args = self._arguments(call, type)
        returns = find(type.result)
        result = -1 if isinstance(returns, Void) else self.register(returns)
        self.emit(Pseudo.CALL, result, name, args, call.place, ", ".join(unparse(a) for a in call.args))
        return result if result >= 0 else 0

    def _builtin(self, call: c.Call, name: str) -> int:
        place, args = call.place, call.args
        if name in ("wait_until", "wait_idle"):
            self.emit(Pseudo.BEGIN, Kind.SYNC, 0, 0, place, unparse(call))
            value = self.value(args[0])
            self.emit(Op.WAIT, value, int(name == "wait_idle"), 0, place, unparse(args[0]))
            self.emit(Pseudo.END, 0, 0, 0, place)
            return value
        if name == "choose":
            count = self.world.constant(args[0])
            if count is None or count < 1:
                raise LastputError(
                    "choose", "choose() needs a constant of at least 1", "write a number", place
                )
            target = self.register()
            self.emit(Op.CHOOSE, target, count, 0, place, unparse(call))
            return target
        if name in ("pick", "pick_idle"):
            record = find(self.inference.named_types[id(call)])
            target = self.register(Pointer(record))
            where = Ref("type", unparse(args[0]), self.type_id(record))
            offset = self.member_offset(record, args[1])
            self.emit(Op.PICK, target, where, offset, place, unparse(call))
            self.code[-1].note += " idle" if name == "pick_idle" else ""
            return target
        if name == "__offsetof":
            record = find(self.inference.named_types[id(call)])
            return self.constant(self.member_offset(record, args[1], contained=True), place)
        if name == "__alloc":
            target = self.register(self.type(call))
            pool = Ref("pool", self.pool_of(pointee(self.type(call)), place))
            self.emit(Op.ALLOC, target, pool, 0, place, "allocate")
            return target
        if name == "__alloc_from":
            return self._alloc_from(call)
        if name == "__if_slabs":
            return self.value(args[0]) if self.inference.slabs else self.constant(0, place)
        if name == "__slab_type":
            return self._slab_type(call)
        if name == "__free":
            self.emit(Op.FREE, self.value(args[0]), 0, 0, place, unparse(args[0]))
            return 0
        if name in ("fail", "warn"):
            where_ = self.value(args[1])
            message = args[2]
            assert isinstance(message, c.String)
            op = Op.FAIL if name == "fail" else Op.WARN
            self.emit(op, int(error_class(call)), where_, message.value, place, message.value)
            return 0
        if name == "spawn":
            function, arg = self.value(args[0]), self.value(args[1])
            target = self.register(Pointer(Void()))
            candidates = pointee(self.type(args[0]))
            self.emit(Pseudo.SPAWN, target, function, (arg, candidates), place, unparse(call))
            return target
        if name == "exit_thread":
            self.emit(Pseudo.EXIT, 0, 0, 0, place)
            return 0
        if name == "__live":
            return self._live(call)
        if name == "memset":
            return self.memset(call)
        if name in ("__copy_memory", "__overwrite"):
            return self.copy_memory(call)
        if name == "__any_value":
            return self.any_value(call)
        if name == "__builtin_expect":
            return self.value(args[0])
        return self.constant(0, place)

    def contained(self, member: Type, offset: int) -> None:
        raise NotImplementedError

    def member_offset(self, record: Type, path: c.Expr, contained: bool = False) -> int:
        steps: list[c.Expr] = [path]
        while isinstance(steps[-1], (c.Member, c.Index)):
            steps.append(steps[-1].base)
        offset, type = 0, find(record)
        for step in reversed(steps):
            if isinstance(step, c.Index):
                type = pointee(type)
                offset += (self.world.constant(step.index) or 0) * self.layout.size(type)
                continue
            name = (
                step.field if isinstance(step, c.Member) else step.name if isinstance(step, c.Ident) else ""
            )
            assert isinstance(type, Record)
            field = type.lookup(name)
            assert field is not None
            offset += self.layout.offset(type, name)
            type = find(field.type)
        if contained:
            self.contained(type, offset)
        return offset

    def type_id(self, record: Type) -> int:
        raise NotImplementedError

    def pool_of(self, record: Type, place: Place) -> str:
        raise NotImplementedError

    def _alloc_from(self, call: c.Call) -> int:
        """A new object; the number of its type is stored where the argument points to."""
        place = call.place
        cache = self.value(call.args[0])
        target = self.register(self.type(call))
        tag = self.pool_of(pointee(self.type(call)), place)
        number = self.constant(1 + [one.tag for one in self._slabs()].index(tag), place)
        self.emit(Pseudo.BEGIN, Kind.SYNC, 0, 0, place, "allocate")
        self.emit(Op.ALLOC, target, Ref("pool", tag), 0, place, "allocate")
        self.emit(Op.ST, cache, number, 0, place)
        self.emit(Pseudo.END, 0, 0, 0, place)
        return target

    def _slab_type(self, call: c.Call) -> int:
        """The number of the type of a live object, among those of slab caches; 0 for none of them."""
        place = call.place
        pointer = self.value(call.args[0])
        result = self.constant(0, place)
        for number, record in enumerate(self._slabs(), 1):
            at, same = self.constant(0, place), self.register()
            again, end = self.label(), self.label()
            self.place_label(again, place)
            self.emit(Op.INST, at, Ref("type", "", self.type_id(record)), at, place)
            self.emit(Op.JZ, at, end, 0, place)
            self.emit(Op.EQ, same, at, pointer, place)
            self.emit(Op.JZ, same, again, 0, place)
            self.emit(Op.CONST, result, number, 0, place)
            self.place_label(end, place)
        return result

    def _slabs(self) -> list[Record]:
        """The types of which slab caches give objects."""
        found = {}
        for type, place in self.inference.slabs:
            record = self.inference.allocated_record(type, place)
            found[record.tag] = record
        return list(found.values())

    def _live(self, call: c.Call) -> int:
        """Is the object one of the live instances of its type?"""
        place = call.place
        pointer = self.value(call.args[0])
        record = pointee(self.type(call.args[0]))
        at, result, same = self.constant(0, place), self.constant(0, place), self.register()
        again, end = self.label(), self.label()
        self.emit(Pseudo.BEGIN, Kind.SYNC, 0, 0, place, unparse(call))
        self.place_label(again, place)
        self.emit(Op.INST, at, Ref("type", "", self.type_id(record)), at, place)
        self.emit(Op.JZ, at, end, 0, place)
        self.emit(Op.EQ, same, at, pointer, place)
        self.emit(Op.JZ, same, again, 0, place)
        self.emit(Op.CONST, result, 1, 0, place)
        self.place_label(end, place)
        self.emit(Pseudo.END, 0, 0, 0, place)
        return result
