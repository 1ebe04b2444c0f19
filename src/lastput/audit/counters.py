"""Structs whose objects count references to themselves."""

from __future__ import annotations

__all__ = ["counted_structs"]

from lastput.facts.base import Facts

_COUNTERS = ("kref", "refcount_t", "refcount_struct", "percpu_ref", "kobject", "device")


def counted_structs(facts: Facts) -> dict[str, str]:
    """The tag of each struct with a counter in it, and the counter's field; of several the first by name."""
    marks = ", ".join("?" * len(_COUNTERS))
    rows = facts.sql(
        f"SELECT record, min(field) FROM records WHERE pointers = 0 AND (type IN ({marks}) OR"
        " type = 'atomic_t' AND (field LIKE '%ref%' OR field LIKE '%use%' OR field LIKE '%cnt%'))"
        " GROUP BY record",
        *_COUNTERS,
    )
    return dict(rows)
