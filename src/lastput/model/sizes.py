"""``sizeof``: bytes of a type as declared, by the rules of the x86-64 ABI."""

from __future__ import annotations

__all__ = ["size_of"]

from lastput.model.types import Array, Func, Int, Pointer, Record, Type, Void, find


def size_of(type: Type) -> int | None:
    """The size in bytes; None if a struct in it is not declared, has bit-fields, or is aligned by an
    attribute."""
    known = _measure(type)
    return None if known is None else known[0]


def _measure(type: Type) -> tuple[int, int] | None:
    """Size and alignment."""
    found = find(type)
    if isinstance(found, Int):
        size = 1 if found.boolean else found.bits // 8
        return (size, size) if size in (1, 2, 4, 8) else None
    if isinstance(found, Pointer):
        return 8, 8
    if isinstance(found, (Void, Func)):
        return 1, 1
    if isinstance(found, Array):
        inner = _measure(found.element)
        return None if inner is None or found.length < 0 else (inner[0] * found.length, inner[1])
    if isinstance(found, Record):
        found.complete()
    if isinstance(found, Record) and found.defined and not found.aligned:
        return _record(found)
    return None


def _record(record: Record) -> tuple[int, int] | None:
    end = 0
    align = 1
    for type in record.declared:
        part = _measure(type)
        if part is None:
            return None
        if record.packed:
            part = part[0], 1
        align = max(align, part[1])
        end = max(end, part[0]) if record.union else -(-end // part[1]) * part[1] + part[0]
    return -(-end // align) * align, align
