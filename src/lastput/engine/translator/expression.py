"""Expressions."""

from __future__ import annotations

__all__ = ["Expressions"]

import ast
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np

from lastput.engine.translator.emit import Emitter
from lastput.engine.translator.module import Module
from lastput.engine.translator.values import WIDTHS, Array, Sort, Type, Value, llvm_types, number, value_of
from lastput.errors import InternalError, Place

_PLAIN: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.BitAnd: "and",
    ast.BitOr: "or",
    ast.BitXor: "xor",
    ast.LShift: "shl",
}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "eq",
    ast.NotEq: "ne",
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}


class Expressions:
    """Translates the expressions of one function. ``variables`` has the address of the slot of each name
    that was assigned, and what it holds; arrays have two, or are parameters."""

    def __init__(self, module: Module, names: dict[str, Any], file: str, line: int) -> None:
        self.module = module
        self.names = names
        self.file = file
        self.line = line
        self.emit = Emitter()
        self.variables: dict[str, tuple[Type, tuple[str, ...]]] = {}

    def outside(self, node: ast.AST, what: str) -> InternalError:
        """The error that something is outside of the subset."""
        place = Place(self.file, self.line + getattr(node, "lineno", 0), getattr(node, "col_offset", 0) + 1)
        return InternalError(f"cannot be compiled: {what}", place)

    def value(self, node: ast.expr) -> Value:
        """The value of an expression."""
        match node:
            case ast.Constant(value=bool(truth)):
                return Value(Sort.TRUTH, "true" if truth else "false")
            case ast.Constant(value=int(literal)):
                return number(literal)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.BinOp(left=left, op=op, right=right):
                return self.binary(node, op, self.value(left), self.value(right))
            case ast.UnaryOp(op=op, operand=operand):
                return self._unary(node, op, operand)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return self._compare(node, left, ops, others)
            case ast.BoolOp(op=op, values=values):
                return self._connect(isinstance(op, ast.And), values)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._choose(node, test, body, orelse)
            case ast.Subscript(value=array, slice=ast.Slice(lower=lower, upper=upper, step=None)):
                return self._slice(node, self.array(array), lower, upper)
            case ast.Subscript(value=array, slice=index):
                whole = self.array(array)
                return self.load(whole.type, self.element(whole, self.value(index)))
            case ast.Call():
                results = self.call(node)
                if len(results) != 1:
                    raise self.outside(node, "a call with one result is wanted")
                return results[0]
        raise self.outside(node, ast.unparse(node))

    def truth(self, node: ast.expr) -> str:
        """An operand of one bit: whether a number is not 0."""
        return self._as_truth(self.value(node))

    def array(self, node: ast.expr) -> Value:
        """The value of an expression that must be an array."""
        value = self.value(node)
        if not isinstance(value.type, Array):
            raise self.outside(node, "an array is wanted")
        return value

    def element(self, array: Value, index: Value) -> str:
        """The address of an element."""
        assert isinstance(array.type, Array)
        width = WIDTHS[array.type.element]
        return self.emit.let(f"getelementptr inbounds i{width}, ptr {array.text}, i64 {index.text}")

    def load(self, kind: Type, address: str) -> Value:
        """The element of an array of type ``kind`` at an address."""
        assert isinstance(kind, Array)
        width = WIDTHS[kind.element]
        text = self.emit.let(f"load i{width}, ptr {address}")
        if width < 64:
            text = self.emit.let(f"zext i{width} {text} to i64")
        return Value(kind.sort, text)

    def store(self, kind: Type, address: str, value: Value) -> None:
        """Stores an element, cut to its width."""
        assert isinstance(kind, Array)
        width = WIDTHS[kind.element]
        text = self._as_number(value)
        if width < 64:
            text = self.emit.let(f"trunc i64 {text} to i{width}")
        self.emit.do(f"store i{width} {text}, ptr {address}")

    def convert(self, node: ast.AST, value: Value, kind: Type) -> Value:
        """The value as what a place of this type can hold."""
        if value.type == kind:
            return value
        if kind is Sort.INT and value.type is Sort.TRUTH:
            return Value(Sort.INT, self._as_number(value))
        if kind is Sort.UNSIGNED and value.constant is not None and value.constant >= 0:
            return number(value.constant, Sort.UNSIGNED)
        raise self.outside(node, f"{value.type} where {kind} is wanted")

    def binary(self, node: ast.AST, op: ast.operator, left: Value, right: Value) -> Value:
        """The value of an operation."""
        sort = Sort.UNSIGNED if Sort.UNSIGNED in (left.type, right.type) else Sort.INT
        one = self.convert(node, left, sort).text
        two = self.convert(node, right, sort).text
        if isinstance(op, (ast.FloorDiv, ast.Mod)):
            return Value(sort, self._divide(isinstance(op, ast.Mod), sort is Sort.UNSIGNED, one, two))
        if isinstance(op, ast.RShift):
            name = "lshr" if sort is Sort.UNSIGNED else "ashr"
        else:
            found = _PLAIN.get(type(op))
            if found is None:
                raise self.outside(node, type(op).__name__)
            name = found
        return Value(sort, self.emit.let(f"{name} i64 {one}, {two}"))

    def call(self, node: ast.Call) -> list[Value]:
        """The results of a call."""
        if node.keywords:
            raise self.outside(node, "a keyword argument")
        arguments = [self.value(argument) for argument in node.args]
        if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            function = getattr(self.names.get(node.func.value.id), node.func.attr, None)
        elif isinstance(node.func, ast.Name):
            function = self.names.get(node.func.id, _BUILTINS.get(node.func.id))
        else:
            function = None
        if isinstance(function, FunctionType):
            return self._call_function(node, function, arguments)
        return [self._call_builtin(node, function, arguments)]

    def _name(self, node: ast.Name, name: str) -> Value:
        if name in self.variables:
            kind, slots = self.variables[name]
            texts = [
                self.emit.let(f"load {llvm}, ptr {slot}")
                for llvm, slot in zip(llvm_types(kind), slots, strict=True)
            ]
            return value_of(kind, texts)
        value = self.names.get(name)
        if isinstance(value, np.uint64):
            return number(int(value), Sort.UNSIGNED)
        if isinstance(value, int):
            return number(int(value))
        if isinstance(value, tuple):
            return Value(Array("i8"), self.module.table(value), str(len(value)))
        raise self.outside(node, f"{name} is no variable, number or tuple of numbers")

    def _as_truth(self, value: Value) -> str:
        if value.type is Sort.TRUTH:
            return value.text
        return self.emit.let(f"icmp ne i64 {value.text}, 0")

    def _as_number(self, value: Value) -> str:
        if value.type is Sort.TRUTH:
            return self.emit.let(f"zext i1 {value.text} to i64")
        return value.text

    def _divide(self, remainder: bool, unsigned: bool, one: str, two: str) -> str:
        """Division that rounds down, as Python's."""
        let = self.emit.let
        if unsigned:
            return let(f"{'urem' if remainder else 'udiv'} i64 {one}, {two}")
        quotient = let(f"sdiv i64 {one}, {two}")
        rest = let(f"srem i64 {one}, {two}")
        signs = let(f"icmp slt i64 {let(f'xor i64 {rest}, {two}')}, 0")
        inexact = let(f"icmp ne i64 {rest}, 0")
        down = let(f"and i1 {inexact}, {signs}")
        if remainder:
            return let(f"select i1 {down}, i64 {let(f'add i64 {rest}, {two}')}, i64 {rest}")
        return let(f"select i1 {down}, i64 {let(f'sub i64 {quotient}, 1')}, i64 {quotient}")

    def _unary(self, node: ast.AST, op: ast.unaryop, operand: ast.expr) -> Value:
        value = self.value(operand)
        if isinstance(op, ast.Not):
            return Value(Sort.TRUTH, self.emit.let(f"xor i1 {self._as_truth(value)}, true"))
        if value.type is not Sort.INT:
            raise self.outside(node, "a sign for what is no int")
        if isinstance(op, ast.USub):
            if value.constant is not None:
                return number(-value.constant)
            return Value(Sort.INT, self.emit.let(f"sub i64 0, {value.text}"))
        if isinstance(op, ast.Invert):
            return Value(Sort.INT, self.emit.let(f"xor i64 {value.text}, -1"))
        raise self.outside(node, type(op).__name__)

    def _compare(self, node: ast.AST, left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Value:
        """A chain is one conjunction; its operands have no effects, so all of them are computed."""
        value = self.value(left)
        result = ""
        for op, other in zip(ops, others, strict=True):
            right = self.value(other)
            sort = Sort.UNSIGNED if Sort.UNSIGNED in (value.type, right.type) else Sort.INT
            name = _COMPARE.get(type(op))
            if name is None:
                raise self.outside(node, type(op).__name__)
            if name not in ("eq", "ne"):
                name = ("u" if sort is Sort.UNSIGNED else "s") + name
            one = self.convert(node, value, sort).text
            two = self.convert(node, right, sort).text
            bit = self.emit.let(f"icmp {name} i64 {one}, {two}")
            result = self.emit.let(f"and i1 {result}, {bit}") if result else bit
            value = right
        return Value(Sort.TRUTH, result)

    def _connect(self, conjunction: bool, values: list[ast.expr]) -> Value:
        emit = self.emit
        result = emit.slot("i1", "connect")
        done = emit.fresh("connected")
        for number_, value in enumerate(values):
            bit = self.truth(value)
            emit.do(f"store i1 {bit}, ptr {result}")
            if number_ < len(values) - 1:
                more = emit.fresh("more")
                first, second = (more, done) if conjunction else (done, more)
                emit.leave(f"br i1 {bit}, label %{first}, label %{second}")
                emit.begin(more)
        emit.begin(done)
        return Value(Sort.TRUTH, emit.let(f"load i1, ptr {result}"))

    def _choose(self, node: ast.AST, test: ast.expr, body: ast.expr, orelse: ast.expr) -> Value:
        emit = self.emit
        then, other, done = emit.fresh("then"), emit.fresh("else"), emit.fresh("chosen")
        emit.leave(f"br i1 {self.truth(test)}, label %{then}, label %{other}")
        emit.begin(then)
        first = self.value(body)
        if isinstance(first.type, Array):
            raise self.outside(node, "a choice of arrays")
        slot = emit.slot(first.type.llvm, "choice")
        emit.do(f"store {first.type.llvm} {first.text}, ptr {slot}")
        emit.leave(f"br label %{done}")
        emit.begin(other)
        second = self.convert(node, self.value(orelse), first.type)
        emit.do(f"store {first.type.llvm} {second.text}, ptr {slot}")
        emit.begin(done)
        return Value(first.type, emit.let(f"load {first.type.llvm}, ptr {slot}"))

    def _slice(self, node: ast.AST, array: Value, lower: ast.expr | None, upper: ast.expr | None) -> Value:
        first = number(0) if lower is None else self.convert(node, self.value(lower), Sort.INT)
        last = array.length if upper is None else self.convert(node, self.value(upper), Sort.INT).text
        length = self.emit.let(f"sub i64 {last}, {first.text}")
        return Value(array.type, self.element(array, first), length)

    def _call_function(self, node: ast.AST, function: FunctionType, arguments: list[Value]) -> list[Value]:
        emit = self.emit
        callee = self.module.function(function, tuple(argument.type for argument in arguments))
        operands = []
        for argument in arguments:
            texts = [argument.text, argument.length] if argument.length else [argument.text]
            operands += [f"{t} {text}" for t, text in zip(llvm_types(argument.type), texts, strict=True)]
        text = f"call {callee.llvm} @{callee.symbol}({', '.join(operands)})"
        if not callee.results:
            emit.do(text)
            return []
        whole = emit.let(text)
        if len(callee.results) == 1:
            return [Value(callee.results[0], whole)]
        return [
            Value(kind, emit.let(f"extractvalue {callee.llvm} {whole}, {k}"))
            for k, kind in enumerate(callee.results)
        ]

    def _call_builtin(self, node: ast.Call, function: object, arguments: list[Value]) -> Value:
        emit = self.emit
        if function is len and isinstance(arguments[0].type, Array):
            return Value(Sort.INT, arguments[0].length)
        if any(isinstance(argument.type, Array) for argument in arguments):
            raise self.outside(node, "an array")
        texts = [self._as_number(argument) for argument in arguments]
        if len(texts) == 1:
            constant = arguments[0].constant
            if function is int:
                return Value(Sort.INT, texts[0], constant=constant)
            if function is np.uint64:
                return Value(Sort.UNSIGNED, texts[0], constant=constant)
            if function is abs and arguments[0].type is Sort.INT:
                return Value(Sort.INT, emit.let(f"call i64 @llvm.abs.i64(i64 {texts[0]}, i1 false)"))
        if function in (min, max) and len(texts) == 2:
            if any(argument.type is not Sort.INT for argument in arguments):
                raise self.outside(node, "numbers that are no int")
            name = "smin" if function is min else "smax"
            return Value(Sort.INT, emit.let(f"call i64 @llvm.{name}.i64(i64 {texts[0]}, i64 {texts[1]})"))
        raise self.outside(node, ast.unparse(node.func))


_BUILTINS: dict[str, Callable[..., Any]] = {"abs": abs, "int": int, "len": len, "max": max, "min": min}
