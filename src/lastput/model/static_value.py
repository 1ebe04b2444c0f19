"""Constant expressions of static initialisers: numbers, functions, strings, addresses of variables."""

from __future__ import annotations

__all__ = ["StaticValues", "strings_of"]

from collections.abc import Callable, Iterator

from lastput.c import syntax as c
from lastput.model.infer import module_symbol
from lastput.model.inference import Inference
from lastput.model.layout import Layout
from lastput.model.tac import Ref
from lastput.model.types import Array, Func, Record, find
from lastput.model.world import Function, Variable, World


class StaticValues:
    """Evaluates against a laid-out address space; ``resolve`` turns a ``Ref`` into a number."""

    def __init__(
        self, world: World, inference: Inference, layout: Layout, resolve: Callable[[Ref], int]
    ) -> None:
        self.world = world
        self.inference = inference
        self.layout = layout
        self.resolve = resolve

    def value(self, expr: c.Expr, module: int) -> int | None:
        """The number, or None if the expression is no constant."""
        known = self.world.constant(expr)
        if known is not None:
            return known
        match expr:
            case c.String(value=text):
                return self.resolve(Ref("string", text.removeprefix("/dev/")))
            case c.Cast(operand=c.InitList()) if isinstance(find(self.inference.types[id(expr)]), Array):
                return self.address(expr)
            case c.Cast(operand=operand) if not isinstance(operand, c.InitList):
                return self.value(operand, module)
            case c.Ident(name="THIS_MODULE"):
                if module < 0:
                    return 0
                return self.resolve(Ref("global", module_symbol(self.world.modules[module].name)))
            case c.Ident():
                symbol = self.inference.symbols.get(id(expr))
                if isinstance(symbol, Function):
                    return self.resolve(Ref("function", symbol.name))
                if isinstance(symbol, Variable) and isinstance(find(symbol.type), Array):
                    return self.address(expr)
            case c.Unary(op="&", operand=operand):
                if isinstance(find(self.inference.types[id(operand)]), Func) or isinstance(
                    self.inference.symbols.get(id(operand)), Function
                ):
                    return self.value(operand, module)
                return self.address(operand)
        return None

    def address(self, expr: c.Expr) -> int | None:
        match expr:
            case c.Ident() | c.Cast(operand=c.InitList()):
                symbol = self.inference.symbols.get(id(expr))
                if isinstance(symbol, Variable) and symbol.scope == "":
                    return self.resolve(Ref("global", symbol.name))
            case c.Member(base=base, field=field, arrow=False):
                start = self.address(base)
                record = find(self.inference.types[id(base)])
                if start is not None and isinstance(record, Record):
                    return start + self.layout.offset(record, field)
            case c.Index(base=base, index=index):
                start, number = self.address(base), self.world.constant(index)
                array = find(self.inference.types[id(base)])
                if start is not None and number is not None and isinstance(array, Array):
                    return start + number * self.layout.size(array.element)
        return None


def strings_of(expr: c.Expr) -> Iterator[str]:
    """The string literals in an initialiser."""
    match expr:
        case c.String(value=value):
            yield value.removeprefix("/dev/")
        case c.InitList(items=items):
            for item in items:
                yield from strings_of(item.value)
        case c.Cast(operand=operand):
            yield from strings_of(operand)
