"""Whether an inline function of a header reaches into a struct that the modelled kernel keeps in its own
way."""

from __future__ import annotations

__all__ = ["reaches_into"]

from collections.abc import Iterator

from lastput.c import syntax as c
from lastput.model.types import Record, find, pointee
from lastput.model.world import World


def reaches_into(world: World, function: c.FunctionDef) -> bool:
    """True if some member that it names, of its parameters and locals, is none of a modelled struct."""
    types = {one.name: one.type for one in function.type.params}
    for node in _nodes(function.body):
        if isinstance(node, c.Declaration):
            types[node.name] = node.type
    return any(
        isinstance(node, c.Member) and _is_hidden(world, types, node) for node in _nodes(function.body)
    )


def _is_hidden(world: World, types: dict[str, c.CType], member: c.Member) -> bool:
    record = _record(world, types, member.base, member.arrow)
    if record is None or not record.defined or not _is_modelled(world, record):
        return False
    return record.lookup(member.field) is None


def _is_modelled(world: World, record: Record) -> bool:
    return any(one.place is not None and world.is_modelled(one.place) for one in record.fields.values())


def _record(world: World, types: dict[str, c.CType], expr: c.Expr, arrow: bool) -> Record | None:
    """The struct that ``expr`` is, or points to, as far as declarations tell."""
    match expr:
        case c.Ident(name=name):
            written = types.get(name)
            if written is None:
                return None
            type = world.type(written)
        case c.Member(base=base, field=name, arrow=inner):
            outer = _record(world, types, base, inner)
            field = outer.lookup(name) if outer is not None else None
            if field is None:
                return None
            type = field.type
        case c.Unary(op="&", operand=operand):
            return _record(world, types, operand, False)
        case c.Unary(op="*", operand=operand):
            return _record(world, types, operand, True)
        case c.Cast(type=written):
            type = world.type(written)
        case _:
            return None
    found = pointee(type) if arrow else find(type)
    return found if isinstance(found, Record) else None


def _nodes(node: object) -> Iterator[object]:
    if isinstance(node, tuple):
        for one in node:
            yield from _nodes(one)
    elif isinstance(node, c.Node | c.InitItem):
        yield node
        for name in node.__struct_fields__:
            inner = getattr(node, name)
            if isinstance(inner, c.Node | tuple):
                yield from _nodes(inner)
