"""Statements, and the translation of a whole function."""

from __future__ import annotations

__all__ = ["translate"]

import ast
from typing import Any

from lastput.engine.translator.expression import Expressions
from lastput.engine.translator.module import Callee, Module
from lastput.engine.translator.values import Array, Sort, Type, Value, llvm_types, number, value_of


def translate(
    module: Module,
    names: dict[str, Any],
    tree: ast.FunctionDef,
    file: str,
    line: int,
    symbol: str,
    types: tuple[Type, ...],
) -> tuple[Callee, str]:
    """A function for arguments of these types, and its text. ``names`` are those of its module, ``line`` is
    the one before its first in ``file``."""
    body = _Statements(module, names, file, line)
    parameters = body.parameters(tree, types)
    body.run(tree.body)
    if body.emit.open:
        body.give(tree, [])
    assert body.results is not None
    callee = Callee(symbol, body.results)
    text = [
        f"define internal {callee.llvm} @{symbol}({', '.join(parameters)}) nounwind {{",
        "entry:",
        *body.emit.slots,
        *body.emit.lines,
        "}",
    ]
    return callee, "\n".join(text)


class _Statements(Expressions):
    """The statements of one function."""

    def __init__(self, module: Module, names: dict[str, Any], file: str, line: int) -> None:
        super().__init__(module, names, file, line)
        self.results: tuple[Type, ...] | None = None
        self._loops: list[tuple[str, str]] = []  # where continue and break go

    def parameters(self, tree: ast.FunctionDef, types: tuple[Type, ...]) -> list[str]:
        """Makes the parameters variables; gives their declarations."""
        texts = []
        if len(types) != len(tree.args.args):
            raise self.outside(tree, f"{tree.name} called with {len(types)} arguments")
        for parameter, kind in zip(tree.args.args, types, strict=True):
            operands = [f"%in.{parameter.arg}.{part}" for part in range(len(llvm_types(kind)))]
            texts += [f"{llvm} {text}" for llvm, text in zip(llvm_types(kind), operands, strict=True)]
            self._assign(tree, parameter.arg, value_of(kind, operands))
        return texts

    def run(self, body: list[ast.stmt]) -> None:
        """Translates statements up to one that leaves the block."""
        for statement in body:
            if not self.emit.open:
                return
            self._statement(statement)

    def give(self, node: ast.AST, values: list[Value]) -> None:
        """Returns values; all returns of a function have the same types."""
        emit = self.emit
        if self.results is None:
            self.results = tuple(value.type for value in values)
        if len(self.results) != len(values):
            raise self.outside(node, "returns that do not agree")
        values = [self.convert(node, v, kind) for v, kind in zip(values, self.results, strict=True)]
        if any(isinstance(value.type, Array) for value in values):
            raise self.outside(node, "an array as a result")
        if not values:
            emit.leave("ret void")
        elif len(values) == 1:
            emit.leave(f"ret {llvm_types(values[0].type)[0]} {values[0].text}")
        else:
            whole = Callee("", self.results).llvm
            text = "poison"
            for k, value in enumerate(values):
                member = f"{llvm_types(value.type)[0]} {value.text}"
                text = emit.let(f"insertvalue {whole} {text}, {member}, {k}")
            emit.leave(f"ret {whole} {text}")

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Expr(value=ast.Constant(value=str())) | ast.Pass():
                pass
            case ast.Expr(value=ast.Call() as call):
                self.call(call)
            case ast.Assign(targets=[ast.Tuple(elts=targets)], value=ast.Call() as call):
                values = self.call(call)
                if len(values) != len(targets):
                    raise self.outside(node, f"{len(values)} results")
                for target, value in zip(targets, values, strict=True):
                    self._target(target, value)
            case ast.Assign(targets=[target], value=expression):
                self._target(target, self.value(expression))
            case ast.AugAssign(target=ast.Name(id=name) as target, op=op, value=expression):
                before = self.value(ast.copy_location(ast.Name(name, ast.Load()), target))
                self._assign(node, name, self.binary(node, op, before, self.value(expression)))
            case ast.AugAssign(target=ast.Subscript(value=array, slice=index), op=op, value=expression):
                whole = self.array(array)
                address = self.element(whole, self.value(index))
                value = self.value(expression)
                self.store(whole.type, address, self.binary(node, op, self.load(whole.type, address), value))
            case ast.If(test=test, body=body, orelse=orelse):
                self._if(test, body, orelse)
            case ast.While(test=test, body=body, orelse=[]):
                self._while(test, body)
            case ast.For(
                target=ast.Name(id=name),
                iter=ast.Call(func=ast.Name(id="range"), args=bounds),
                body=body,
                orelse=orelse,
            ):
                self._for(node, name, bounds, body, orelse)
            case ast.Break() if self._loops:
                self.emit.leave(f"br label %{self._loops[-1][1]}")
            case ast.Continue() if self._loops:
                self.emit.leave(f"br label %{self._loops[-1][0]}")
            case ast.Return(value=None):
                self.give(node, [])
            case ast.Return(value=ast.Tuple(elts=values)):
                self.give(node, [self.value(value) for value in values])
            case ast.Return(value=ast.expr() as value):
                self.give(node, [self.value(value)])
            case _:
                raise self.outside(node, type(node).__name__)

    def _target(self, target: ast.expr, value: Value) -> None:
        match target:
            case ast.Name(id=name):
                self._assign(target, name, value)
            case ast.Subscript(value=array, slice=index) if not isinstance(index, ast.Slice):
                whole = self.array(array)
                self.store(whole.type, self.element(whole, self.value(index)), value)
            case _:
                raise self.outside(target, ast.unparse(target))

    def _assign(self, node: ast.AST, name: str, value: Value) -> None:
        if name not in self.variables:
            slots = tuple(self.emit.slot(llvm, name) for llvm in llvm_types(value.type))
            self.variables[name] = value.type, slots
        kind, slots = self.variables[name]
        value = self.convert(node, value, kind)
        for llvm, text, slot in zip(llvm_types(kind), (value.text, value.length), slots, strict=False):
            self.emit.do(f"store {llvm} {text}, ptr {slot}")

    def _if(self, test: ast.expr, body: list[ast.stmt], orelse: list[ast.stmt]) -> None:
        emit = self.emit
        then, other, done = emit.fresh("then"), emit.fresh("else"), emit.fresh("done")
        emit.leave(f"br i1 {self.truth(test)}, label %{then}, label %{other if orelse else done}")
        emit.begin(then)
        self.run(body)
        reached = emit.open or not orelse
        if orelse:
            emit.leave(f"br label %{done}")
            emit.begin(other)
            self.run(orelse)
            reached = reached or emit.open
        if reached:
            emit.begin(done)

    def _while(self, test: ast.expr, body: list[ast.stmt]) -> None:
        emit = self.emit
        head, inside, done = emit.fresh("while"), emit.fresh("body"), emit.fresh("done")
        emit.begin(head)
        endless = isinstance(test, ast.Constant) and test.value is True
        if not endless:
            emit.leave(f"br i1 {self.truth(test)}, label %{inside}, label %{done}")
            emit.begin(inside)
        self._repeat(body, head, done)
        emit.leave(f"br label %{head}")
        if not endless or _breaks(body):
            emit.begin(done)

    def _for(
        self,
        node: ast.AST,
        name: str,
        bounds: list[ast.expr],
        body: list[ast.stmt],
        orelse: list[ast.stmt],
    ) -> None:
        """The counter is apart from the variable, which the body may change."""
        emit = self.emit
        values = [self.convert(node, self.value(bound), Sort.INT) for bound in bounds]
        first = values[0] if len(values) > 1 else number(0)
        last = values[1] if len(values) > 1 else values[0]
        step = values[2].constant if len(values) > 2 else 1
        if not step:
            raise self.outside(node, "a step that is no constant, or 0")
        counter = emit.slot("i64", "counter")
        emit.do(f"store i64 {first.text}, ptr {counter}")
        head, inside, after = emit.fresh("for"), emit.fresh("body"), emit.fresh("next")
        ended, done = emit.fresh("ended"), emit.fresh("done")
        emit.begin(head)
        now = emit.let(f"load i64, ptr {counter}")
        bit = emit.let(f"icmp {'slt' if step > 0 else 'sgt'} i64 {now}, {last.text}")
        emit.leave(f"br i1 {bit}, label %{inside}, label %{ended}")
        emit.begin(inside)
        self._assign(node, name, Value(Sort.INT, now))
        self._repeat(body, after, done)
        emit.begin(after)
        emit.do(f"store i64 {emit.let(f'add nsw i64 {now}, {step}')}, ptr {counter}")
        emit.leave(f"br label %{head}")
        emit.begin(ended)
        self.run(orelse)
        if emit.open or _breaks(body):
            emit.begin(done)

    def _repeat(self, body: list[ast.stmt], again: str, done: str) -> None:
        self._loops.append((again, done))
        self.run(body)
        self._loops.pop()


def _breaks(body: list[ast.stmt]) -> bool:
    """Whether a ``break`` of this very loop is among the statements."""
    for statement in body:
        if isinstance(statement, ast.Break):
            return True
        if isinstance(statement, ast.If) and _breaks(statement.body + statement.orelse):
            return True
        if isinstance(statement, (ast.For, ast.While)) and _breaks(statement.orelse):
            return True
    return False
