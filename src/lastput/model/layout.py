"""Where the members of records lie: one address for each scalar that is used."""

from __future__ import annotations

__all__ = ["Cell", "Layout"]

from collections.abc import Sequence

import msgspec

from lastput.engine.program import FUNCTION_BASE
from lastput.errors import LastputError
from lastput.model.types import Array, Field, Pointer, Record, Type, find
from lastput.model.world import World

_LARGE = 64  # cells that are kept of an array in a file of the tree
_TABLE = 512  # the same of one whose elements are written there


class Cell(msgspec.Struct, frozen=True):
    """A scalar at an offset; ``path`` is its name within the object (``link.next``, "" for a plain
    variable). ``read`` is False if no code looks at the value: then it is not kept."""

    path: str
    pointer: bool
    read: bool


class Layout:
    """Offsets and sizes, in addresses. A record without used members still takes one (a hole)."""

    def __init__(self, world: World) -> None:
        self.world = world
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
        """The offset and the type of what ``path`` (members and indices) names within ``type``; -1 if it lies
        behind what is kept of an array."""
        offset, type = 0, find(type)
        for step in path:
            if isinstance(step, int):
                assert isinstance(type, Array)
                if step >= type.room:
                    return -1, type.element
                type = find(type.element)
                offset += step * self.size(type)
            else:
                assert isinstance(type, Record)
                offset += self.offset(type, step.name)
                type = find(step.type)
        return offset, type

    def _build(self, type: Type) -> list[Cell | None]:
        if isinstance(type, Array):
            inner = self.cells(type.element)
            self._bound(type, len(inner))
            return [
                cell and Cell(_join(f"[{i}]", cell.path), cell.pointer, cell.read)
                for i in range(type.room)
                for cell in inner
            ]
        if not isinstance(type, Record):
            return [Cell("", isinstance(type, Pointer), True)]
        if type.union:
            self._overlay(type)
        offsets: dict[str, int] = {}
        cells: list[Cell | None] = []
        self._members(type, offsets, cells)
        self._offsets[id(type)] = offsets
        return cells or [None]

    def _overlay(self, union: Record) -> None:
        """Members of a union share their memory; here each has its own, so only one of them may be used. In
        files of the tree that is assumed to make no difference."""
        used = [field for field in union.fields.values() if field.used]
        for anonymous in union.anonymous:
            inner = find(anonymous)
            if isinstance(inner, Record):
                used += [field for field in inner.fields.values() if field.used][:1]
        if len(used) < 2:
            return
        place = used[1].place or used[0].place
        if place is not None and self.world.is_lenient(place):
            self.world.assume("union", f"{used[0].name} and {used[1].name}", place)
            return
        raise LastputError(
            "union",
            f"members '{used[0].name}' and '{used[1].name}' of a union are both used",
            "use one of them only, or write a struct: the members of a union do not overlay here",
            place,
        )

    def _bound(self, array: Array, inner: int) -> None:
        """Sees to it that an array has room: in files of the tree by keeping its first elements only."""
        lenient = array.place is not None and self.world.is_lenient(array.place)
        if array.length < 0 and not lenient:
            raise LastputError(
                "array-length",
                "the length of this array is no constant",
                "write a number; an array of variable length is outside of what lastput models",
                array.place,
            )
        most = (_TABLE if array.known else _LARGE) if lenient else FUNCTION_BASE
        if array.length * inner > most:
            if not lenient:
                raise LastputError(
                    "array-length",
                    f"this array has {array.length} elements of {inner} cells",
                    f"make it smaller: there is room for {FUNCTION_BASE}, all objects together",
                    array.place,
                )
            array.kept = max(most // inner, 1)
        if lenient and array.place is not None and (array.length < 0 or array.kept):
            what = f"{array.length} elements" if array.length > 0 else "a length that is no constant"
            self.world.assume("array", f"{array.place}: {array.room} of {what}", array.place)

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
                    self._overlay(inner)
                self._members(inner, offsets, cells)

    def _member(self, field: Field) -> list[Cell | None]:
        type = find(field.type)
        if isinstance(type, (Record, Array)):
            return [
                cell and Cell(_join(field.name, cell.path), cell.pointer, cell.read)
                for cell in self.cells(type)
            ]
        return [Cell(field.name, isinstance(type, Pointer), field.read)]


def _join(outer: str, inner: str) -> str:
    if not inner or inner.startswith("["):
        return outer + inner
    return f"{outer}.{inner}"
