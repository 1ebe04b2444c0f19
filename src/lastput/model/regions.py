"""Where labels stand, and which variables with a cleanup are in scope there.

A variable with ``__free()``, ``__cleanup()`` or a guard opens a region from its declaration to the end
of its block. Whatever leaves the region runs the cleanup; nothing may jump into it.
"""

from __future__ import annotations

__all__ = ["cleanup_call", "has_label", "label_regions"]

import re
from collections.abc import Iterator

from lastput.c import syntax as c
from lastput.errors import LastputError

_BY_VALUE = re.compile(r"__free\((\w+)\)|__cleanup_value\((\w+)\)")
_BY_ADDRESS = re.compile(r"cleanup(?:__)?\((\w+)\)")


def cleanup_call(declaration: c.Declaration) -> c.Call:
    """The call that ends the life of a variable: ``__free_NAME(x)``, or ``f(&x)`` for ``__cleanup(f)``."""
    place = declaration.place
    name: c.Expr = c.Ident(place=place, name=declaration.name)
    if value := _BY_VALUE.search(declaration.cleanup):
        function = f"__free_{value[1]}" if value[1] else value[2]
    elif address := _BY_ADDRESS.search(declaration.cleanup):
        function = address[1]
        name = c.Unary(place=place, op="&", operand=name)
    else:
        raise LastputError(
            "cleanup", f"cannot read the attribute {declaration.cleanup}", "write __cleanup(function)", place
        )
    return c.Call(place=place, function=c.Ident(place=place, name=function), args=(name,))


def has_label(stmt: c.Stmt | None) -> bool:
    """Whether a goto or a switch may jump into ``stmt``: then it is never dead."""
    return stmt is not None and any(isinstance(inner, (c.Label, c.Case)) for inner in _walk(stmt))


def label_regions(body: c.Block) -> dict[str, tuple[int, ...]]:
    """For each label the open regions, by ``id`` of the declaration, outermost first.

    Raises LastputError ``label`` for one that is there twice.
    """
    found: dict[str, tuple[int, ...]] = {}
    _collect(body, [], found)
    return found


def _collect(stmt: c.Stmt, open_: list[int], found: dict[str, tuple[int, ...]]) -> None:
    if isinstance(stmt, c.Label):
        if stmt.name in found:
            raise LastputError("label", f"label '{stmt.name}' is there twice", "rename one", stmt.place)
        found[stmt.name] = tuple(open_)
    elif isinstance(stmt, c.DeclarationStmt):
        open_ += [id(one) for one in stmt.declarations if one.cleanup]
    depth = len(open_)
    for inner in _children(stmt):
        _collect(inner, open_, found)
    if not isinstance(stmt, c.DeclarationStmt):
        del open_[depth:]


def _walk(stmt: c.Stmt) -> Iterator[c.Stmt]:
    yield stmt
    for inner in _children(stmt):
        yield from _walk(inner)


def _children(stmt: c.Stmt) -> Iterator[c.Stmt]:
    match stmt:
        case c.Block(body=body):
            yield from body
        case c.AtomicBlock(body=inner) | c.While(body=inner) | c.DoWhile(body=inner):
            yield inner
        case c.ForEachInstance(body=inner) | c.Switch(body=inner):
            yield inner
        case c.For(init=init, body=inner):
            if init is not None:
                yield init
            yield inner
        case c.If(then=then, other=other):
            yield then
            if other is not None:
                yield other
