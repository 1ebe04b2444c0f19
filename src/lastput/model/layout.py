"""Where the members of records lie: one address for each scalar that is used."""

from __future__ import annotations

__all__ = ["Cell", "Layout"]

from collections.abc import Sequence

import msgspec

from lastput.engine.program import FUNCTION_BASE
from lastput.errors import LastputError
from lastput.model.types import Array, Field, Pointer, Record, Type, find


class Cell(msgspec.Struct, frozen=True):
    """A scalar at an offset; ``path`` is its name within the object (``link.next``, "" for a plain
    variable). ``read`` is False if no code looks at the value: then it is not kept."""

    path: str
    pointer: bool
    read: bool


class Layout:
    """Offsets and sizes, in addresses. A record without used members still takes one (a hole)."""

    def __init__(self) -> None:
        self._cells: dict[int, tuple[Type, tuple[Cell | None, ...]]] = {}
        self._offsets: dict[int, dict[str, int]] = {}

    def size(self, type: Type) -> int:
        return len(self.cells(type))

    def cells(self, type: Type) -> tuple[Cell | None, ...]:
        """What lies at each offset; None is a hole."""
        type = find(type)
        known = self._cells.get(id(type))
        if known is None:
            known = (type, tuple(self._build(type)))
            self._cells[id(type)] = known
        return known[1]

    def offset(self, record: Record, name: str) -> int:
        """The offset of a member, also one of an anonymous inner struct."""
        root = find(record)
        self.cells(root)
        return self._offsets[id(root)][name]

    def place(self, type: Type, path: Sequence[Field | int]) -> tuple[int, Type]:
        """The offset and the type of what ``path`` (members and indices) names within ``type``."""
        offset, type = 0, find(type)
        for step in path:
            if isinstance(step, int):
                assert isinstance(type, Array)
                type = find(type.element)
                offset += step * self.size(type)
            else:
                assert isinstance(type, Record)
                offset += self.offset(type, step.name)
                type = find(step.type)
        return offset, type

    def _build(self, type: Type) -> list[Cell | None]:
        if isinstance(type, Array):
            if type.length < 0:
                raise LastputError(
                    "array-length",
                    "the length of this array is no constant",
                    "write a number; an array of variable length is outside of what lastput models",
                    type.place,
                )
            inner = self.cells(type.element)
            if type.length * len(inner) > FUNCTION_BASE:
                raise LastputError(
                    "array-length",
                    f"this array has {type.length} elements of {len(inner)} cells",
                    f"make it smaller: there is room for {FUNCTION_BASE}, all objects together",
                    type.place,
                )
            return [
                cell and Cell(_join(f"[{i}]", cell.path), cell.pointer, cell.read)
                for i in range(max(type.length, 1))
                for cell in inner
            ]
        if not isinstance(type, Record):
            return [Cell("", isinstance(type, Pointer), True)]
        if type.union:
            _refuse_overlay(type)
        offsets: dict[str, int] = {}
        cells: list[Cell | None] = []
        self._members(type, offsets, cells)
        self._offsets[id(type)] = offsets
        return cells or [None]

    def _members(self, record: Record, offsets: dict[str, int], cells: list[Cell | None]) -> None:
        if record.defined and record.fields and not next(iter(record.fields.values())).used:
            cells.append(None)  # so that no other member has the address of the whole
        for field in record.fields.values():
            offsets[field.name] = len(cells)
            if field.used:
                cells += self._member(field)
        for anonymous in record.anonymous:
            inner = find(anonymous)
            if isinstance(inner, Record):
                if inner.union:
                    _refuse_overlay(inner)
                self._members(inner, offsets, cells)

    def _member(self, field: Field) -> list[Cell | None]:
        type = find(field.type)
        if isinstance(type, (Record, Array)):
            return [
                cell and Cell(_join(field.name, cell.path), cell.pointer, cell.read)
                for cell in self.cells(type)
            ]
        return [Cell(field.name, isinstance(type, Pointer), field.read)]


def _refuse_overlay(union: Record) -> None:
    """Members of a union share their memory; here each has its own, so only one of them may be used."""
    used = [field for field in union.fields.values() if field.used]
    for anonymous in union.anonymous:
        inner = find(anonymous)
        if isinstance(inner, Record):
            used += [field for field in inner.fields.values() if field.used][:1]
    if len(used) > 1:
        raise LastputError(
            "union",
            f"members '{used[0].name}' and '{used[1].name}' of a union are both used",
            "use one of them only, or write a struct: the members of a union do not overlay here",
            used[1].place or used[0].place,
        )


def _join(outer: str, inner: str) -> str:
    if not inner or inner.startswith("["):
        return outer + inner
    return f"{outer}.{inner}"
