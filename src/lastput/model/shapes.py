"""What a program looks at in the structs that it meets: for whoever has to build objects for it."""

from __future__ import annotations

__all__ = ["Shape", "shapes_of"]

from collections.abc import Iterator
from typing import Literal

import msgspec

from lastput.model.types import Int, Pointer, Record, Var, find
from lastput.model.world import World

_DEEP = 4


class Shape(msgspec.Struct, frozen=True, order=True):
    """A member of ``struct record`` that the program uses. ``path`` leads to it through embedded structs;
    ``kind`` is ``pointer`` (to a struct ``to``), ``record`` (an embedded ``struct to``) or ``number``,
    which some statement reads and which is not const."""

    record: str
    path: str
    kind: Literal["pointer", "record", "number"]
    to: str = ""


def shapes_of(world: World) -> tuple[Shape, ...]:
    """Those of all structs with a tag, sorted; what the modelled kernel keeps in them is its own."""
    found = {
        shape
        for record in list(world.records.values())
        if record.tag
        for shape in _of(world, record, record.tag)
    }
    return tuple(sorted(found))


def _of(world: World, record: Record, tag: str, before: str = "", deep: int = 0) -> Iterator[Shape]:
    for name, field in record.fields.items():
        if not field.used or (field.place is not None and world.is_modelled(field.place)):
            continue
        path, kind = f"{before}{name}", find(field.type)
        if isinstance(kind, Pointer):
            to = find(kind.to)
            if isinstance(to, Record) and to.tag:
                yield Shape(tag, path, "pointer", to.tag)
        elif isinstance(kind, Record):
            if kind.tag:
                yield Shape(tag, path, "record", kind.tag)
            if deep < _DEEP:
                yield from _of(world, kind, tag, f"{path}.", deep + 1)
        elif isinstance(kind, Int | Var) and field.read and not (field.written and field.written.const):
            yield Shape(tag, path, "number")
    for inner in record.anonymous:
        if deep < _DEEP:
            yield from _of(world, inner, tag, before, deep + 1)
