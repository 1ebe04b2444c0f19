"""Lvalues, loads and stores, initialisers and struct assignment."""

from __future__ import annotations

__all__ = ["MemoryLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Kind, Op
from lastput.errors import LastputError, Place
from lastput.model.emit import Emitter
from lastput.model.initialiser import flatten_initialiser
from lastput.model.lvalue import InMemory, InRegister, Lvalue
from lastput.model.tac import Pseudo, Ref
from lastput.model.types import Array, Int, Pointer, Record, Type, Void, find, pointee
from lastput.model.unparse import unparse
from lastput.model.world import Variable


class MemoryLowerer(Emitter):
    # --- lvalues --------------------------------------------------------------------------------

    def lvalue(self, expr: c.Expr) -> Lvalue:
        """Where ``expr`` lives. Raises LastputError if it has no place."""
        match expr:
            case c.Ident():
                symbol = self.inference.symbols.get(id(expr))
                if isinstance(symbol, Variable):
                    return self.variable(symbol, expr)
            case c.Member(base=base, field=name, arrow=arrow):
                return self._member(expr, base, name, arrow)
            case c.Unary(op="*", operand=operand):
                self._refuse_punning(operand)
                return InMemory(self.value(operand), 0, pointee(self.type(operand)), unparse(expr))
            case c.Index(base=base, index=index):
                return self._index(expr, base, index)
            case c.Cast(operand=operand) if not isinstance(operand, c.InitList):
                return self.lvalue(operand)
            case c.Cast(operand=c.InitList() as operand):
                return self._compound_literal(expr, operand)
            case c.StatementExpr() | c.Conditional() | c.CommaList() if isinstance(self.type(expr), Record):
                return InMemory(self.value(expr), 0, self.type(expr), unparse(expr))
            case c.Call() if id(expr) in self.inference.symbols:
                self.value(expr)
                given = self.inference.symbols[id(expr)]
                assert isinstance(given, Variable)
                return self.variable(given, c.Ident(place=expr.place, name=unparse(expr)))
        raise LastputError("lvalue", f"'{unparse(expr)}' has no address here", "use a variable", expr.place)

    def _refuse_punning(self, pointer: c.Expr) -> None:
        """``*(char *)&x``: a part of a number has no address of its own here."""
        if not isinstance(pointer, c.Cast) or isinstance(pointer.operand, c.InitList):
            return
        here, there = pointee(self.type(pointer)), pointee(self.type(pointer.operand))
        if isinstance(here, Int) and isinstance(there, Int) and here.bits < there.bits:
            raise LastputError(
                "punning",
                f"{here.bits} bits are taken out of {there.bits} through a pointer",
                "shift and mask the number",
                pointer.place,
            )

    def variable(self, symbol: Variable, expr: c.Expr) -> Lvalue:
        if not symbol.memory:
            return InRegister(self.home(symbol), symbol.type)
        if symbol.scope == "":
            where = Ref("global", symbol.name)
            return InMemory(where, 0, find(symbol.type), symbol.name, symbol.kept)
        base = self.register(Pointer(symbol.type))
        self.emit(Pseudo.STACK, base, f"{self.fn.name}\0{symbol.key}", 0, expr.place)
        return InMemory(base, 0, find(symbol.type), symbol.name)

    def _member(self, expr: c.Member, base: c.Expr, name: str, arrow: bool) -> Lvalue:
        if arrow:
            record = pointee(self.type(base))
            start: int | Ref = self.value(base)
            offset = 0
        else:
            record = find(self.type(base))
            known = not isinstance(base, c.Call) or id(base) in self.inference.symbols
            outer = self.lvalue(base) if known else None
            if not isinstance(outer, InMemory):
                raise LastputError(
                    "lvalue", "member of a value that has no address", "use a variable", expr.place
                )
            start, offset = outer.base, outer.offset
        assert isinstance(record, Record)
        field = record.lookup(name)
        assert field is not None
        inner = find(field.type)
        scalar = not isinstance(inner, (Record, Array))
        return InMemory(
            start, offset + self.layout.offset(record, name), inner, unparse(expr), field.read or not scalar
        )

    def _index(self, expr: c.Index, base: c.Expr, index: c.Expr) -> Lvalue:
        type = self.type(base)
        element = pointee(type)
        size = self.layout.size(element)
        fixed = self.world.constant(index)
        if isinstance(type, Array):
            outer = self.lvalue(base)
            assert isinstance(outer, InMemory)
            if fixed is not None:
                self.layout.cells(type)
                if type.room <= fixed < type.length or (
                    not 0 <= fixed < type.room and self.world.is_lenient(expr.place)
                ):
                    fixed = 0
                    self._behind(expr)
                if not 0 <= fixed < type.room:
                    raise LastputError("index", f"index {fixed} is outside the array", "mend it", expr.place)
                return InMemory(outer.base, outer.offset + fixed * size, element, unparse(expr))
            start = self.address_of(outer, expr.place)
            where = self.value(index)
            self.layout.cells(type)
            self._check_index(where, type.room, expr)
        else:
            start = self.value(base)
            where = self.value(index)
        return InMemory(self.scaled(start, where, size, Op.ADD, expr.place), 0, element, unparse(expr))

    def scaled(self, base: int, index: int, size: int, op: Op, place: Place) -> int:
        if size != 1:
            factor, scaled = self.constant(size, place), self.register()
            self.emit(Op.MUL, scaled, index, factor, place)
            index = scaled
        target = self.register(Pointer(Void()))
        self.emit(op, target, base, index, place)
        return target

    def _behind(self, expr: c.Index) -> None:
        """What lies behind the elements that are kept ends the run."""
        self.emit(Op.TRAP, f"{expr.place}: index outside the array in {unparse(expr)}", 0, 0, expr.place)

    def _check_index(self, index: int, length: int, expr: c.Expr) -> None:
        for op, bound in ((Op.LTI, 0), (Op.LEI, length - 1)):
            test, fine = self.register(), self.label()
            self.emit(op, test, index, bound, expr.place)
            self.emit(Op.JZ if op == Op.LTI else Op.JNZ, test, fine, 0, expr.place)
            self.emit(Op.TRAP, f"{expr.place}: index outside the array in {unparse(expr)}", 0, 0, expr.place)
            self.place_label(fine, expr.place)

    def _compound_literal(self, expr: c.Cast, operand: c.InitList) -> Lvalue:
        type = self.type(expr)
        variable = next((v for v in self.fn.locals if v.key == f"literal {id(expr)}"), None)
        if variable is None:
            variable = Variable("literal", type, expr.place, self.fn.name)
            variable.key = f"literal {id(expr)}"
            variable.memory = True
            self.fn.locals.append(variable)
        where = self.variable(variable, expr)
        assert isinstance(where, InMemory)
        self.store_initialiser(where, type, operand, expr.place)
        return where

    def address_of(self, where: Lvalue, place: Place) -> int:
        assert isinstance(where, InMemory)
        if isinstance(where.base, Ref):
            return self.constant(
                Ref(where.base.kind, where.base.name, where.base.offset + where.offset),
                place,
                Pointer(where.type),
            )
        if where.offset == 0:
            return where.base
        target = self.register(Pointer(where.type))
        self.emit(Op.ADDI, target, where.base, where.offset, place)
        return target

    def load(self, where: Lvalue, place: Place) -> int:
        if isinstance(where, InRegister):
            return where.register
        if isinstance(where.type, (Record, Array)):
            return self.address_of(where, place)
        target = self.register(where.type)
        note = f"read {where.text}"
        if isinstance(where.base, Ref):
            ref = Ref(where.base.kind, where.base.name, where.base.offset + where.offset)
            self.emit(Op.LDA, target, ref, 0, place, note)
        else:
            self.emit(Op.LD, target, where.base, where.offset, place, note)
        return target

    def store(self, where: Lvalue, value: int, place: Place, note: str = "") -> None:
        if isinstance(where, InRegister):
            self.emit(Op.MOV, where.register, value, 0, place)
            return
        if not where.read:
            value = self.constant(0, place)
        if not isinstance(find(where.type), Pointer):
            self.integers.add(value)
        note = note or f"write {where.text}"
        if isinstance(where.base, Ref):
            ref = Ref(where.base.kind, where.base.name, where.base.offset + where.offset)
            self.emit(Op.STA, ref, value, 0, place, note)
        else:
            self.emit(Op.ST, where.base, value, where.offset, place, note)

    # --- initialisers and whole structs ---------------------------------------------------------

    def store_initialiser(self, where: InMemory, type: Type, init: c.Expr, place: Place) -> None:
        """Zero the object, then store what the initialiser names."""
        is_text = isinstance(init, c.String) and isinstance(find(type), Array)
        if not isinstance(init, c.InitList) and not is_text:
            self.copy(where, init, place)
            return
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, place, f"initialise {where.text}")
        self.zero(where, place)
        for leaf in flatten_initialiser(self.world, type, init):
            offset, kind = self.layout.place(where.type, leaf.path)
            if offset < 0:
                continue
            last = next((step for step in reversed(leaf.path) if not isinstance(step, int)), None)
            if last is None or last.read or isinstance(kind, (Record, Array)):
                inner = InMemory(where.base, where.offset + offset, kind, where.text)
                self.store(inner, self.converted(self.value(leaf.value), leaf.value, leaf.type), place)
            else:
                self.value(leaf.value)
        self.emit(Pseudo.END, 0, 0, 0, place)

    def zero(self, where: InMemory, place: Place) -> None:
        nil = self.constant(0, place)
        for i, cell in enumerate(self.layout.cells(where.type)):
            if cell is not None and cell.read:
                self.store(InMemory(where.base, where.offset + i, Int(), where.text), nil, place)

    def copy(self, where: InMemory, value: c.Expr, place: Place) -> None:
        """Struct assignment: one step, each member that anybody reads."""
        source = self.lvalue(value)
        if not isinstance(source, InMemory):
            raise LastputError("struct-copy", "this struct has no address", "use a variable", place)
        self.copy_from(where, source, place)

    def copy_from(self, where: InMemory, source: InMemory, place: Place) -> None:
        self.emit(Pseudo.BEGIN, Kind.PLAIN, 0, 0, place, f"{where.text} = {source.text}")
        for i, cell in enumerate(self.layout.cells(where.type)):
            if cell is not None and cell.read:
                type: Type = Pointer(Void()) if cell.pointer else Int()
                got = self.load(InMemory(source.base, source.offset + i, type, source.text), place)
                self.store(InMemory(where.base, where.offset + i, type, where.text), got, place)
        self.emit(Pseudo.END, 0, 0, 0, place)
