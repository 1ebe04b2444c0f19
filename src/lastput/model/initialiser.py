"""Initialisers: which expression lands in which member."""

from __future__ import annotations

__all__ = ["InitValue", "flatten_initialiser"]

from collections.abc import Iterator

import msgspec

from lastput.c import syntax as c
from lastput.errors import LastputError
from lastput.model.types import Array, Field, Record, Type, find
from lastput.model.world import World


class InitValue(msgspec.Struct, frozen=True):
    """``value`` is stored at ``path`` (members and array indices from the outside in), of type ``type``."""

    path: tuple[Field | int, ...]
    type: Type
    value: c.Expr


def flatten_initialiser(world: World, target: Type, init: c.Expr) -> Iterator[InitValue]:
    """The leaves of an initialiser of an object of type ``target``, in written order."""
    yield from _walk(world, (), target, init)


def _walk(world: World, path: tuple[Field | int, ...], target: Type, init: c.Expr) -> Iterator[InitValue]:
    target = find(target)
    if isinstance(init, c.Cast) and isinstance(init.operand, c.InitList):
        init = init.operand
    if not isinstance(init, c.InitList):
        yield InitValue(path, target, init)
        return
    if not isinstance(target, (Record, Array)):
        if len(init.items) == 1 and not init.items[0].path:
            yield from _walk(world, path, target, init.items[0].value)
        elif init.items:
            raise LastputError(
                "initialiser", "braces around a value that is no struct or array", "remove them", init.place
            )
        return
    position = 0
    members = _members(target) if isinstance(target, Record) else []
    for item in init.items:
        designators = list(item.path)
        if not designators:
            if isinstance(target, Record):
                if position >= len(members):
                    raise LastputError(
                        "initialiser",
                        f"struct {target.tag} has no declared member for this value",
                        "declare the struct with its members, or write .member = value",
                        item.value.place,
                    )
                designators = [members[position]]
            else:
                designators = [c.Number(place=item.value.place, value=position)]
        first = designators[0]
        if isinstance(first, str) and isinstance(target, Record):
            position = members.index(first) + 1 if first in members else position
        elif not isinstance(first, str):
            position = (world.constant(first) or 0) + 1
        where, inner = _descend(world, target, designators, item.value)
        yield from _walk(world, path + where, inner, item.value)


def _members(record: Record) -> list[str]:
    names = list(record.fields)
    for anonymous in record.anonymous:
        inner = find(anonymous)
        if isinstance(inner, Record):
            names += _members(inner)
    return names


def _descend(
    world: World, target: Type, designators: list[str | c.Expr], value: c.Expr
) -> tuple[tuple[Field | int, ...], Type]:
    path: list[Field | int] = []
    for step in designators:
        target = find(target)
        if isinstance(step, str) and isinstance(target, Record):
            field = target.field(step)
            path.append(field)
            target = field.type
        elif not isinstance(step, str) and isinstance(target, Array):
            index = world.constant(step)
            if index is None or not 0 <= index < max(target.length, 1):
                raise LastputError(
                    "initialiser",
                    "array index is no constant within the array",
                    "use a constant",
                    value.place,
                )
            path.append(index)
            target = target.element
        else:
            raise LastputError(
                "initialiser", "this designator does not fit the type", "check the declaration", value.place
            )
    return tuple(path), find(target)
