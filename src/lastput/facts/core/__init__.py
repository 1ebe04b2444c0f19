"""What every module outside the kernel builds on, for those who audit one without a kernel's headers.

``ops.txt`` has the tables of functions that the kernel's headers declare, ``drivers.txt`` the macros that
begin and end a module (``module_pci_driver``), ``tables.txt`` those that make a table
(``DEFINE_SHOW_ATTRIBUTE``). ``make.py`` writes them from a tree.
"""

from __future__ import annotations

__all__ = [
    "CORE",
    "MARKS",
    "CoreTable",
    "core_drivers",
    "core_records",
    "core_tables",
    "has_core",
    "write_core",
]

import sqlite3
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

#: The name under which a base has these facts, where others have the path of a file.
CORE = "<core>"

#: Marks in ops.txt to what ``records`` says of such a field: its type, and how many pointers.
MARKS = {"": ("function pointer", 1), "*": ("module", 1), "=": ("device_driver", 0)}


def core_records() -> Iterator[tuple[str, str, str, int]]:
    """Rows of ``records``: struct, field, type and pointers."""
    for (line,) in _rows("ops.txt"):
        record, *fields = line.split()
        for field in fields:
            name = field.rstrip("*=")
            yield (record, name, *MARKS[field[len(name) :]])


def core_drivers() -> Iterator[tuple[str, str, str, str]]:
    """Name, parameters, and the calls that it makes at the module's beginning and end."""
    return ((name, parameters, init, exit) for name, parameters, init, exit in _rows("drivers.txt"))


class CoreTable(NamedTuple):
    """A table that a macro makes, over the macro's parameters; ``fields`` are (path, field, value)."""

    macro: str
    parameters: str
    name: str
    type: str
    static: bool
    const: bool
    fields: tuple[tuple[str, str, str], ...]


def core_tables() -> Iterator[CoreTable]:
    """What the macros of tables.txt make; one may make several."""
    for macro, parameters, name, kind, words, *fields in _rows("tables.txt"):
        triples = tuple((path, field, value) for path, field, value in (one.split("=", 2) for one in fields))
        yield CoreTable(macro, parameters, name, kind, "static" in words, "const" in words, triples)


def _rows(name: str) -> Iterator[list[str]]:
    text = files("lastput.facts.core").joinpath(name).read_text("utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


def has_core(connection: sqlite3.Connection) -> bool:
    """Whether the base builds on these facts: a kernel tree has its own."""
    return connection.execute("SELECT 1 FROM files WHERE path = ?", (CORE,)).fetchone() is not None


def write_core(connection: sqlite3.Connection) -> None:
    """Make the records part of a base, except those that the tree declares itself."""
    connection.execute("DELETE FROM records WHERE file = 0")
    connection.execute("INSERT OR IGNORE INTO files VALUES (0, ?, x'', 0, 0, 1, '', 0)", (CORE,))
    known = {record for (record,) in connection.execute("SELECT DISTINCT record FROM records")}
    connection.executemany(
        "INSERT INTO records VALUES (NULL, 0, ?, ?, ?, ?, 0)",
        [row for row in core_records() if row[0] not in known],
    )
