"""What is declared const: an assignment to it is refused, as a compiler would."""

from __future__ import annotations

__all__ = ["is_constant"]

from collections.abc import Callable

from lastput.c import syntax as c
from lastput.model.types import Field
from lastput.model.world import Variable

#: The variable or the member that an expression names, None if it names neither.
Named = Callable[[c.Expr], Variable | Field | None]


def is_constant(target: c.Expr, named: Named) -> bool:
    """Whether ``target`` is const by the declaration of a variable, of a member, or of what a pointer
    points to. What is const by a typedef alone is not seen."""
    match target:
        case c.Ident():
            return _declared(target, named)
        case c.Member(base=base, arrow=arrow):
            whole = _points_to_constant(base, named) if arrow else is_constant(base, named)
            return whole or _declared(target, named)
        case c.Index(base=base):
            return is_constant(base, named) if _is_array(base, named) else _points_to_constant(base, named)
        case c.Unary(op="*", operand=operand):
            return _points_to_constant(operand, named)
    return False


def _written(expr: c.Expr, named: Named) -> c.CType | None:
    thing = named(expr)
    return thing.written if thing is not None else None


def _declared(expr: c.Expr, named: Named) -> bool:
    written = _written(expr, named)
    while written is not None and written.kind == "array":
        written = written.inner
    return written is not None and written.const


def _is_array(expr: c.Expr, named: Named) -> bool:
    written = _written(expr, named)
    return written is not None and written.kind == "array"


def _points_to_constant(pointer: c.Expr, named: Named) -> bool:
    written = pointer.type if isinstance(pointer, c.Cast) else _written(pointer, named)
    if written is None or written.kind not in ("pointer", "array") or written.inner is None:
        return False
    return written.inner.const
