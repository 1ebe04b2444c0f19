"""Where an object holds what can be armed: work items, timers, RCU callbacks of the modelled kernel."""

from __future__ import annotations

__all__ = ["armed_offsets"]

from collections.abc import Iterator

from lastput.model.compiled import KERNEL
from lastput.model.layout import Layout
from lastput.model.types import Array, Field, Record, Type, find


def armed_offsets(layout: Layout, type: Type) -> Iterator[int]:
    """The offsets of the cells that tell whether something in an object is pending: members ``pending`` that
    the modelled kernel declares."""
    found = find(type)
    if isinstance(found, Array):
        size = layout.size(found.element)
        inner = tuple(armed_offsets(layout, found.element))
        for i in range(found.length):
            yield from (i * size + offset for offset in inner)
    elif isinstance(found, Record):
        for field in found.fields.values():
            if field.used:
                start = layout.offset(found, field.name)
                if _tells(field):
                    yield start
                yield from (start + offset for offset in armed_offsets(layout, field.type))


def _tells(field: Field) -> bool:
    if field.name != "pending" or field.place is None:
        return False
    return "/" not in field.place.file and (KERNEL / field.place.file).is_file()
