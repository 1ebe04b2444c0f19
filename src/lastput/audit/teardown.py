"""Where a unit takes its objects down: what the core calls when a device or the module goes."""

from __future__ import annotations

__all__ = ["Teardown", "teardowns"]

import msgspec

from lastput.audit.units import Unit
from lastput.facts.base import Facts

#: Fields of driver tables that the core calls when the device goes, or its driver.
_FIELDS = (
    "remove",
    "remove_new",
    "disconnect",
    "detach",
    "unbind",
    "remove_one",
    "del_device",
    "remove_dev",
    "detach_dev",
    "uninit",
    "exit",
)


class Teardown(msgspec.Struct, frozen=True):
    """``function`` runs when the module goes (``how`` is ``module exit``) or a device does
    (``foo_driver.remove``).
    """

    function: int
    how: str


def teardowns(facts: Facts, unit: Unit) -> list[Teardown]:
    """The teardown functions of a unit, of drivers first."""
    found: list[Teardown] = []
    ends: list[Teardown] = []
    for file in sorted(unit.files):
        marks = ", ".join("?" * len(_FIELDS))
        for table, path, value in facts.sql(
            "SELECT v.name, r.path, r.value FROM variables v JOIN field_row r ON r.variable = v.id"
            f" WHERE v.file = ? AND r.field IN ({marks}) ORDER BY r.id",
            file,
            *_FIELDS,
        ):
            name = value.lstrip("& ")
            if name.startswith("__exit_p("):
                name = name[9:].rstrip(") ")
            found += [Teardown(one, f"{table}.{path}") for one in _named(facts, unit, name, file)]
        for (target,) in facts.sql("SELECT target FROM entries WHERE file = ? AND role = 'exit'", file):
            ends += [Teardown(one, "module exit") for one in _named(facts, unit, target, file)]
    return list({one.function: one for one in (*found, *ends)}.values())


def _named(facts: Facts, unit: Unit, name: str, file: int) -> list[int]:
    if not name.isidentifier():
        return []
    rows = facts.functions(name)
    return [one.id for one in rows if one.file == file] or [
        one.id for one in rows if one.file in unit.files and not one.static
    ]
