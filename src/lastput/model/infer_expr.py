"""Type inference of expressions: which members are read, which variables need an address."""

from __future__ import annotations

__all__ = ["ExpressionTypes"]

import re

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.constant import evaluate
from lastput.model.constness import is_constant
from lastput.model.infer_call import CallTypes
from lastput.model.inference import Inference
from lastput.model.initialiser import open_length
from lastput.model.integers import common, number_type, promote
from lastput.model.types import (
    Array,
    Field,
    Func,
    Int,
    Pointer,
    Record,
    Type,
    Var,
    Void,
    find,
    pointee,
    unify,
)
from lastput.model.unparse import unparse
from lastput.model.world import Function, Variable

#: How constants are spelt.
_CONSTANT = re.compile(r"_*[A-Z][A-Z0-9]*_?[A-Z0-9_]*")
_COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "&&", "||"}


class ExpressionTypes(CallTypes):
    """Visits expressions; ``scopes`` are the blocks that are open, the innermost last."""

    def __init__(self, result: Inference) -> None:
        super().__init__(result)
        self.scopes: list[dict[str, Variable]] = []

    def statement(self, stmt: c.Stmt) -> None:
        """Visits a statement of a statement expression."""
        raise NotImplementedError

    def initialiser(self, target: Type, init: c.Expr) -> None:
        """Visits an initialiser of an object of type ``target``."""
        raise NotImplementedError

    def value(self, expr: c.Expr) -> Type:
        """The type of an expression whose value is used."""
        return self._note(expr, "value")

    def effect(self, expr: c.Expr) -> Type:
        return self._note(expr, "effect")

    def typeof(self, expr: c.Expr) -> Type:
        return self._note(expr, "path")

    def _note(self, expr: c.Expr, use: str) -> Type:
        type = find(self._type(expr, use))
        if isinstance(expr, c.Call) and (use != "value" or isinstance(type, Record)) and use != "effect":
            self._result_object(expr)
        self.result.types[id(expr)] = type
        return type

    def _type(self, expr: c.Expr, use: str) -> Type:
        match expr:
            case c.Number(value=number, text=text):
                return number_type(number, text)
            case c.String():
                return Pointer(Int())
            case c.Ident():
                return self._ident(expr, use)
            case c.Member():
                return self._member(expr, use)
            case c.Index(base=base, index=index):
                self.value(index)
                array = self._note(base, "path" if use != "value" else "value")
                member = None if isinstance(array, Array) else self._named(base)
                if isinstance(
                    member, Field
                ):  # a pointer, which is looked at whatever is done with its element
                    member.read = True
                return pointee(array)
            case c.Unary(op="&", operand=operand):
                return self._address(operand)
            case c.Unary(op="*", operand=operand):
                return pointee(self.value(operand))
            case c.Unary(op=op, operand=operand):
                counts = "++" in op or "--" in op
                type = self._note(operand, "count" if counts and use == "effect" else "value")
                if counts:
                    self._refuse_constant(operand)
                    return type
                return Int(32) if op == "!" else promote(type)
            case c.Binary(op=op, left=left, right=right):
                return self._binary(op, left, right)
            case c.Assign(op=op, target=target, value=value):
                changed = "count" if use == "effect" else "value"
                goal = self._note(target, "store" if op == "=" else changed)
                self._refuse_constant(target)
                unify(goal, self.value(value))
                return goal
            case c.Conditional(cond=cond, then=then, other=other):
                return self._conditional(cond, then, other)
            case c.Call():
                return self.call(expr)
            case c.Cast(type=written, operand=operand):
                return self._cast(expr, written, operand)
            case c.CommaList(items=items):
                for item in items[:-1]:
                    self.effect(item)
                return self._note(items[-1], use)
            case c.StatementExpr(body=body):
                return self._statement_expr(body)
            case c.SizeofType(type=written):
                self.result.named_types[id(expr)] = self.world.type(written, self.typeof)
                return Int(64, signed=False)
        raise LastputError("expression", "this cannot stand here as an expression", "rewrite it", expr.place)

    def _result_object(self, call: c.Call) -> None:
        """What a call gives has a place if it has no body: it may be a macro."""
        name = call.function.name if isinstance(call.function, c.Ident) else ""
        function = self.world.functions.get(name)
        if function is not None and function.any and name in self.result.reached:
            self.result.symbols[id(call)] = self.result.result_object(function)

    def _refuse_constant(self, target: c.Expr) -> None:
        if is_constant(target, self._named):
            raise LastputError(
                "const",
                f"'{unparse(target)}' is const, and is assigned to",
                "drop the const, or the assignment",
                target.place,
            )

    def _named(self, expr: c.Expr) -> Variable | Field | None:
        """The variable or the member that an expression names, whose types are known already."""
        if isinstance(expr, c.Member):
            base = self.result.types.get(id(expr.base))
            record = pointee(base) if expr.arrow and base is not None else base
            return record.lookup(expr.field) if isinstance(record, Record) else None
        symbol = self.result.symbols.get(id(expr))
        return symbol if isinstance(symbol, Variable) else None

    def lookup(self, name: str, place: Place) -> Variable | Function | int | None:
        for scope in reversed(self.scopes):
            if name in scope:
                return scope[name]
        if name in self.world.constants:
            return self.world.constants[name]
        if name in self.world.variables:
            return self.result.variable(name, place)
        headers = self.world.headers
        if headers is None or name in self.world.functions or name in self.world.prototypes:
            return None
        if headers.enumerator(name):
            return self.world.constants[name]
        return self.result.variable(name, place) if headers.variable(name) else None

    def _ident(self, expr: c.Ident, use: str) -> Type:
        name = expr.name
        if name == "current":
            return Pointer(self.world.record("task_struct"))
        if name == "THIS_MODULE":
            return Pointer(self.world.record("module"))
        if name == "__func__":
            return Pointer(Int())
        found = self.lookup(name, expr.place)
        if isinstance(found, int):
            self.result.symbols[id(expr)] = found
            return Int(32)
        if isinstance(found, Variable):
            self.result.symbols[id(expr)] = found
            found.read |= use not in ("store", "count")
            found.counted |= use == "count"
            return found.type
        if self._is_function(name):
            type = self.result.address_taken(name, expr.place)
            self.result.symbols[id(expr)] = self.world.functions[name]
            return type
        if name.startswith("CONFIG_"):
            self.result.symbols[id(expr)] = 0
            return Int()
        if self.result.in_table:
            return Var()
        if _CONSTANT.fullmatch(name):
            self.result.symbols[id(expr)] = self.result.unknown(name, expr.place)
            return Int(32)
        found = self.result.symbols[id(expr)] = self.result.variable(name, expr.place)
        return found.type

    def _is_function(self, name: str) -> bool:
        world = self.world
        if name in world.functions or name in world.prototypes:
            return True
        headers = world.headers
        return headers is not None and (headers.function(name) or headers.prototype(name) is not None)

    def _member(self, expr: c.Member, use: str) -> Type:
        base = self.value(expr.base) if expr.arrow else self._note(expr.base, "path")
        record = pointee(base) if expr.arrow else find(base)
        if isinstance(record, Var):
            fresh = Record("")
            record.link = fresh
            record = fresh
        if not isinstance(record, Record):
            raise LastputError(
                "no-struct",
                f"'{expr.field}' is asked of something that is no struct",
                "give the variable its struct type (a void pointer must be assigned to a typed one first)",
                expr.place,
            )
        field = record.field(expr.field)
        field.used = True
        field.read |= use in ("value", "address")
        return field.type

    def _address(self, operand: c.Expr) -> Type:
        type = self._note(operand, "address")
        if isinstance(operand, c.Ident):
            symbol = self.result.symbols.get(id(operand))
            if isinstance(symbol, Variable):
                symbol.memory = True
            elif isinstance(symbol, Function):
                return type
        inner = operand
        while isinstance(inner, c.Member) and not inner.arrow:
            inner = inner.base
        return Pointer(type)

    def _binary(self, op: str, left: c.Expr, right: c.Expr) -> Type:
        a = self.value(left)
        if op in ("&&", "||"):
            known = self.world.constant(left)
            if known is None or bool(known) == (op == "&&"):
                self.value(right)
            return Int(32)
        b = self.value(right)
        if op in ("==", "!="):
            unify(a, b)
        if op in _COMPARISONS:
            return Int(32)
        if op in ("+", "-") and isinstance(a, (Pointer, Array)):
            return Int() if op == "-" and isinstance(b, (Pointer, Array)) else Pointer(pointee(a))
        if op == "+" and isinstance(b, (Pointer, Array)):
            return Pointer(pointee(b))
        return promote(a) if op in ("<<", ">>") else common(a, b)

    def _conditional(self, cond: c.Expr, then: c.Expr | None, other: c.Expr) -> Type:
        chosen = self.world.constant(cond)
        condition = self.value(cond) if chosen is None else Int()
        types: list[Type] = []
        if chosen is None or chosen:
            types.append(condition if then is None else self.value(then))
        if not chosen:
            types.append(self.value(other))
        if len(types) == 2:
            unify(types[0], types[1])
            found = [find(type) for type in types]
            pointers = [t for t in found if isinstance(t, Pointer)]
            if all(isinstance(t, Int) for t in found):
                return common(*found)
            return pointers[0] if pointers else types[0]
        passed = self._unevaluated(other if chosen else then or cond)
        if isinstance(passed, Int) and isinstance(find(types[0]), Int):
            return common(types[0], passed)
        return types[0]

    def _unevaluated(self, expr: c.Expr) -> Type | None:
        """The type of the arm of ``?:`` that a constant condition rules out, as far as it can be told without
        reaching what the arm calls."""
        known = evaluate(self.world, expr)
        if known is not None:
            return known[1]
        match expr:
            case c.Ident(name=name):
                found = self.lookup(name, expr.place)
                return find(found.type) if isinstance(found, Variable) else None
            case c.Member() | c.Index():
                return self.typeof(expr) if self._plain(expr) else None
            case c.Cast(type=written):
                return find(self.world.type(written, self.typeof))
            case c.Unary(op=op, operand=operand) if op in ("-", "+", "~"):
                inner = self._unevaluated(operand)
                return promote(inner) if isinstance(inner, Int) else None
            case c.Unary(op="!") | c.Binary(op="==" | "!=" | "<" | "<=" | ">" | ">=" | "&&" | "||"):
                return Int(32)
            case c.Binary(op=op, left=left, right=right):
                first, second = self._unevaluated(left), self._unevaluated(right)
                if not isinstance(first, Int) or not isinstance(second, Int):
                    return None
                return promote(first) if op in ("<<", ">>") else common(first, second)
            case c.Conditional(cond=cond, then=then, other=other):
                first, second = self._unevaluated(then or cond), self._unevaluated(other)
                both = isinstance(first, Int) and isinstance(second, Int)
                return common(first, second) if both and first and second else None
            case c.Call(function=c.Ident(name=name)) if name in self.world.functions:
                result = self.world.functions[name].definition.type.inner
                return find(self.world.type(result, self.typeof)) if result is not None else None
            case c.CommaList(items=items):
                return self._unevaluated(items[-1])
        return None

    def _plain(self, expr: c.Expr) -> bool:
        """Whether an expression is made of members and elements of variables."""
        match expr:
            case c.Ident(name=name):
                return isinstance(self.lookup(name, expr.place), Variable)
            case c.Member(base=base):
                return self._plain(base)
            case c.Index(base=base, index=index):
                return self._plain(base) and (self._plain(index) or isinstance(index, c.Number))
        return False

    def _cast(self, expr: c.Cast, written: c.CType, operand: c.Expr) -> Type:
        goal = self.world.type(written, self.typeof)
        if isinstance(operand, c.InitList):
            if isinstance(goal, Array) and not goal.length:
                goal.initialised(open_length(self.world, goal, operand), expr.place)
            if self.result.static:
                self.result.literal(expr, goal, operand)
            else:
                self.initialiser(goal, operand)
            return goal
        source = self.value(operand)
        if isinstance(goal, Pointer):
            target, origin = find(goal.to), pointee(source) if isinstance(source, Pointer) else Void()
            if isinstance(origin, (Var, Func)) and not isinstance(target, Void):
                unify(goal, source)
            if isinstance(target, Void) and isinstance(source, Pointer):
                return source
        return goal

    def _statement_expr(self, body: c.Block) -> Type:
        self.scopes.append({})
        type: Type = Void()
        for stmt in body.body:
            if stmt is body.body[-1] and isinstance(stmt, c.ExprStmt) and stmt.expr is not None:
                type = self.value(stmt.expr)
            else:
                self.statement(stmt)
        self.scopes.pop()
        return type
