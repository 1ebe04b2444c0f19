"""Integer constant expressions (C11 6.6), computed in their types."""

from __future__ import annotations

__all__ = ["Scope", "evaluate"]

from collections.abc import Callable
from typing import Protocol

from lastput.c import syntax as c
from lastput.model.integers import common, narrow, number_type, promote
from lastput.model.sizes import size_of
from lastput.model.types import Int, Type, find

_SWAPS = {"__builtin_bswap16": 2, "__builtin_bswap32": 4, "__builtin_bswap64": 8}
_CONFIG_TESTS = {"IS_ENABLED", "IS_BUILTIN", "IS_MODULE", "IS_REACHABLE"}


class Scope(Protocol):
    """What a constant may refer to: enumerators and types."""

    def enumerator(self, name: str) -> int | None: ...

    def type(self, written: c.CType) -> Type: ...


def evaluate(scope: Scope, expr: c.Expr) -> tuple[int, Int] | None:
    """The value, as the engine holds it, and the type of a constant expression; None if it is none."""
    match expr:
        case c.Number(value=value, text=text):
            type = number_type(value, text)
            return narrow(value, type), type
        case c.Ident(name=name):
            known = scope.enumerator(name)
            if known is not None:
                return known, Int(32 if -(1 << 31) <= known < 1 << 31 else 64)
            return (0, Int(32)) if name.startswith("CONFIG_") else None
        case c.Cast(type=written, operand=inner):
            return _cast(scope, written, inner)
        case c.Unary(op=op, operand=inner) if op in ("-", "+", "~", "!"):
            return _unary(op, evaluate(scope, inner))
        case c.Binary(op=op, left=left, right=right):
            return _binary(scope, op, left, right)
        case c.Conditional(cond=cond, then=then, other=other):
            chosen = evaluate(scope, cond)
            if chosen is None:
                return None
            first, second = evaluate(scope, then or cond), evaluate(scope, other)
            taken = first if chosen[0] else second
            if first is None or second is None or taken is None:
                return None  # the type is that of both arms
            type = common(first[1], second[1])
            return narrow(taken[0], type), type
        case c.Call(function=c.Ident(name="__builtin_expect"), args=(first, *_)):
            return evaluate(scope, first)
        case c.Call(function=c.Ident(name=name), args=(first,)) if name in _SWAPS:
            return _swap(_SWAPS[name], evaluate(scope, first))
        case c.Call(function=c.Ident(name="__builtin_constant_p"), args=(first,)):
            return int(evaluate(scope, first) is not None), Int(32)
        case c.Call(function=c.Ident(name=name), args=(first,)) if name in _CONFIG_TESTS:
            known_test = evaluate(scope, first)
            return int(bool(known_test and known_test[0])), Int(32)
        case c.SizeofType(type=written) if not _needs_typeof(written):
            size = size_of(scope.type(written))
            return None if size is None else (size, Int(64, signed=False))
    return None


def _swap(size: int, known: tuple[int, Int] | None) -> tuple[int, Int] | None:
    """The bytes of a number in the other order."""
    if known is None:
        return None
    type = Int(8 * size, signed=False)
    whole = (known[0] & ((1 << 8 * size) - 1)).to_bytes(size, "little")
    return narrow(int.from_bytes(whole, "big"), type), type


def _needs_typeof(written: c.CType | None) -> bool:
    while written is not None:
        if written.kind == "typeof":
            return True
        written = written.inner
    return False


def _cast(scope: Scope, written: c.CType, inner: c.Expr) -> tuple[int, Int] | None:
    if written.kind not in ("int", "enum", "named"):
        return None
    goal, known = find(scope.type(written)), evaluate(scope, inner)
    if known is None or not isinstance(goal, Int):
        return None
    return narrow(known[0], goal), goal


def _unary(op: str, known: tuple[int, Int] | None) -> tuple[int, Int] | None:
    if known is None:
        return None
    if op == "!":
        return int(not known[0]), Int(32)
    type = promote(known[1])
    value = {"-": -known[0], "+": known[0], "~": ~known[0]}[op]
    return narrow(value, type), type


def _binary(scope: Scope, op: str, left: c.Expr, right: c.Expr) -> tuple[int, Int] | None:
    a = evaluate(scope, left)
    if op in ("&&", "||") and a is not None and bool(a[0]) == (op == "||"):
        return int(op == "||"), Int(32)
    b = evaluate(scope, right)
    if a is None:
        return None
    if b is None or (op not in _BINARY and op not in _COMPARE):
        return None
    if op in ("&&", "||"):
        return int(bool(b[0])), Int(32)
    type = promote(a[1]) if op in ("<<", ">>") else common(a[1], b[1])
    x, y = narrow(a[0], type), narrow(b[0], b[1] if op in ("<<", ">>") else type)
    if not type.signed and type.bits == 64:
        x, y = x % (1 << 64), y % (1 << 64)
    if op in _COMPARE:
        return int(_COMPARE[op](x, y)), Int(32)
    if (op in ("/", "%") and y == 0) or (op in ("<<", ">>") and not 0 <= y < type.bits):
        return None
    return narrow(_BINARY[op](x, y), type), type


def _divide(a: int, b: int) -> int:
    quotient = abs(a) // abs(b)
    return quotient if (a < 0) == (b < 0) else -quotient


_BINARY: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - b * _divide(a, b),
    "<<": lambda a, b: a << b,
    ">>": lambda a, b: a >> b,
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
}
_COMPARE: dict[str, Callable[[int, int], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "&&": lambda a, b: bool(a and b),
    "||": lambda a, b: bool(a or b),
}
