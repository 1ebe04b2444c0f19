"""Counts that must be down when a run has ended: ``LEAK_ABOVE(struct T, member, limit)``."""

from __future__ import annotations

__all__ = ["counts", "keep_counts"]

from collections.abc import Iterator

from lastput.engine.program import Count
from lastput.model.space import Space
from lastput.model.types import Field, Record, find
from lastput.model.world import World


def keep_counts(world: World) -> None:
    """Lets the members have memory that are compared at the end, of structs whose count somebody uses."""
    for tag, (path, limit) in world.leak_above.items():
        fields = _fields(world.record(tag), path)
        if fields and fields[0].used:
            for field in (*fields, *_fields(world.record(tag), (limit,))):
                field.used = field.read = True


def counts(world: World, space: Space) -> Iterator[Count]:
    """The counts of all objects of such structs."""
    for tag, (path, limit) in world.leak_above.items():
        record = world.record(tag)
        fields = _fields(record, path)
        if not fields or not fields[0].used:
            continue
        at, _ = space.layout.place(record, fields)
        most = space.layout.offset(record, limit)
        for number, thing in enumerate(space.objects):
            if thing.type == tag:
                yield Count(number, space.cells[thing.base + at], space.cells[thing.base + most])


def _fields(record: Record, path: tuple[str, ...]) -> tuple[Field, ...]:
    """The members along a path, () if the struct has none of that name."""
    found: list[Field] = []
    for name in path:
        field = record.lookup(name)
        if field is None:
            return ()
        found.append(field)
        inner = find(field.type)
        if isinstance(inner, Record):
            record = inner
    return tuple(found)
