"""Expressions to three-address code."""

from __future__ import annotations

__all__ = ["ExprLowerer"]

from lastput.c import syntax as c
from lastput.engine.program import Op
from lastput.errors import LastputError
from lastput.model.infer import module_symbol
from lastput.model.lower_call import CallLowerer
from lastput.model.lvalue import InMemory
from lastput.model.sizes import size_of
from lastput.model.tac import Ref
from lastput.model.types import Func, Int, Pointer, Record, Void
from lastput.model.unparse import unparse
from lastput.model.world import Function, Variable


class ExprLowerer(CallLowerer):
    """Every kind of expression; see ``lower.FunctionLowerer`` for statements."""

    def value(self, expr: c.Expr) -> int:
        known = self.world.constant(expr)
        if known is not None and not isinstance(expr, c.Ident):
            return self.constant(known, expr.place)
        match expr:
            case c.String(value=text):
                name = text.removeprefix("/dev/")
                return self.constant(Ref("string", name), expr.place, Pointer(Int()))
            case c.Ident():
                return self._ident(expr)
            case c.Unary(op=op, operand=operand):
                return self._unary(expr, op, operand)
            case c.Binary(op="&&" | "||"):
                return self._truth_value(expr)
            case c.Binary():
                return self.arithmetic(expr)
            case c.Assign():
                return self._assign(expr)
            case c.Conditional() | c.Member() | c.Index():
                if isinstance(expr, c.Conditional):
                    return self._conditional(expr)
                return self.load(self.lvalue(expr), expr.place)
            case c.Call():
                return self.call(expr)
            case c.Cast(operand=operand):
                if isinstance(operand, c.InitList):
                    return self.load(self.lvalue(expr), expr.place)
                return self.converted(self.value(operand), operand, self.type(expr))
            case c.CommaList(items=items):
                for item in items[:-1]:
                    self.value(item)
                return self.value(items[-1])
            case c.StatementExpr(body=body):
                return self.statement_expr(body)
            case c.SizeofType(type=written):
                return self._sizeof(expr, written)
        raise LastputError("expression", f"'{unparse(expr)}' has no value here", "rewrite it", expr.place)

    def statement_expr(self, body: c.Block) -> int:
        raise NotImplementedError

    def _ident(self, expr: c.Ident) -> int:
        symbol = self.inference.symbols.get(id(expr))
        if isinstance(symbol, int):
            return self.constant(symbol, expr.place)
        if isinstance(symbol, Variable):
            return self.load(self.lvalue(expr), expr.place)
        if isinstance(symbol, Function):
            return self.constant(Ref("function", symbol.name), expr.place, self.type(expr))
        if expr.name == "current":
            target = self.register(Pointer(Void()))
            self.emit(Op.TASK, target, 0, 0, expr.place)
            return target
        if expr.name == "__func__":
            return self.constant(Ref("string", self.fn.name), expr.place)
        assert expr.name == "THIS_MODULE"
        if self.fn.module < 0:
            return self.constant(0, expr.place)
        module = self.world.modules[self.fn.module]
        return self.constant(Ref("global", module_symbol(module.name)), expr.place, Pointer(Void()))

    def _unary(self, expr: c.Unary, op: str, operand: c.Expr) -> int:
        if op == "&":
            if isinstance(operand, c.Ident) and isinstance(self.inference.symbols.get(id(operand)), Function):
                return self.value(operand)
            if isinstance(operand, c.Unary) and operand.op == "*":
                return self.value(operand.operand)
            return self.address_of(self.lvalue(operand), expr.place)
        if op == "*":
            if isinstance(self.type(expr), Func):
                return self.value(operand)
            return self.load(self.lvalue(expr), expr.place)
        if op in ("-", "~", "!", "+"):
            return self.negation(expr, operand)
        return self.increment(expr, operand)

    def _assign(self, expr: c.Assign) -> int:
        place, goal = expr.place, self.type(expr.target)
        if isinstance(goal, Record) and expr.op == "=":
            where = self.lvalue(expr.target)
            assert isinstance(where, InMemory)
            if isinstance(expr.value, c.Cast) and isinstance(expr.value.operand, c.InitList):
                self.store_initialiser(where, goal, expr.value.operand, place)
            else:
                self.copy(where, expr.value, place)
            return self.address_of(where, place)
        if expr.op == "=":
            value = self.converted(self.value(expr.value), expr.value, goal)
            where = self.lvalue(expr.target)
            self.store(where, value, place, unparse(expr))
            return value
        where = self.lvalue(expr.target)
        new = self.assigned(expr, self.load(where, place))
        self.store(where, new, place, unparse(expr))
        return new

    def _truth_value(self, expr: c.Expr) -> int:
        result, yes, no, end = self.register(), self.label(), self.label(), self.label()
        self.condition(expr, yes, no)
        self.place_label(yes, expr.place)
        self.emit(Op.CONST, result, 1, 0, expr.place)
        self.emit(Op.JMP, end, 0, 0, expr.place)
        self.place_label(no, expr.place)
        self.emit(Op.CONST, result, 0, 0, expr.place)
        self.place_label(end, expr.place)
        return result

    def condition(self, expr: c.Expr, yes: int, no: int) -> None:
        """Jump to ``yes`` or ``no``; what a constant decides is not emitted."""
        known = self.world.constant(expr)
        if known is not None:
            self.emit(Op.JMP, yes if known else no, 0, 0, expr.place)
            return
        match expr:
            case c.Binary(op=op, left=left, right=right) if op in ("&&", "||"):
                middle = self.label()
                self.condition(left, middle if op == "&&" else yes, no if op == "&&" else middle)
                self.place_label(middle, expr.place)
                first = self.world.constant(left)
                if first is None or bool(first) == (op == "&&"):
                    self.condition(right, yes, no)
            case c.Unary(op="!", operand=operand):
                self.condition(operand, no, yes)
            case c.Call(function=c.Ident(name="__builtin_expect"), args=(first, *_)):
                self.condition(first, yes, no)
            case _:
                self.emit(Op.JZ, self.value(expr), no, 0, expr.place)
                self.emit(Op.JMP, yes, 0, 0, expr.place)

    def _conditional(self, expr: c.Conditional) -> int:
        place = expr.place
        chosen = self.world.constant(expr.cond)
        if chosen is not None:
            then = expr.cond if expr.then is None else expr.then
            taken = then if chosen else expr.other
            return self.converted(self.value(taken), taken, self.type(expr))
        result = self.register(self.type(expr))
        yes, no, end = self.label(), self.label(), self.label()
        if expr.then is None:
            value = self.value(expr.cond)
            self.emit(Op.MOV, result, self.converted(value, expr.cond, self.type(expr)), 0, place)
            self.emit(Op.JNZ, value, end, 0, place)
        else:
            self.condition(expr.cond, yes, no)
            self.place_label(yes, place)
            self._choose(result, expr.then, expr)
            self.emit(Op.JMP, end, 0, 0, place)
        self.place_label(no, place)
        self._choose(result, expr.other, expr)
        self.place_label(end, place)
        return result

    def _choose(self, result: int, chosen: c.Expr, whole: c.Conditional) -> None:
        value = self.converted(self.value(chosen), chosen, self.type(whole))
        self.emit(Op.MOV, result, value, 0, whole.place)

    def _sizeof(self, expr: c.SizeofType, written: c.CType) -> int:
        if isinstance(written.length, c.String) and written.kind == "typeof":
            return self.constant(len(written.length.value.encode()) + 1, expr.place)
        size = size_of(self.inference.named_types[id(expr)])
        if size is None:
            what = f"{written.kind} {written.name}".strip() if written.kind != "typeof" else unparse(expr)
            self.world.assumed_sizes[f"sizeof({what}) is 1: its declaration does not tell"] = None
        return self.constant(1 if size is None else size, expr.place)
