"""Rows of files into the database, and out of it again when a file changes or goes."""

from __future__ import annotations

__all__ = ["Writer", "create_indexes", "create_schema"]

import sqlite3
from importlib.resources import files
from itertools import repeat

from lastput.facts.extract import FileFacts
from lastput.facts.walk import Found


def create_schema(connection: sqlite3.Connection) -> None:
    """Tables and views, no indexes."""
    connection.executescript(files("lastput.facts").joinpath("schema.sql").read_text("utf-8"))


def create_indexes(connection: sqlite3.Connection) -> None:
    """Indexes, which are cheaper to make once the rows are there."""
    connection.executescript(files("lastput.facts").joinpath("indexes.sql").read_text("utf-8"))


class Writer:
    """Adds and removes the facts of files inside one transaction of ``connection``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._names: dict[str, int] = dict(connection.execute("SELECT name, id FROM names"))
        self._stored = len(self._names)
        self._file = self._next("files")
        self._function = self._next("functions")
        self._variable = self._next("variables")

    def _next(self, table: str) -> int:
        (greatest,) = self._db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
        return int(greatest)

    def remove(self, path: str) -> None:
        """Forget a file."""
        row = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if row is None:
            return
        for table, column, of in (
            ("call_row", "function", "functions"),
            ("stores", "function", "functions"),
            ("field_row", "variable", "variables"),
        ):
            self._db.execute(
                f"DELETE FROM {table} WHERE {column} IN (SELECT id FROM {of} WHERE file = ?)", row
            )
        for table in (
            "functions",
            "variables",
            "file_macros",
            "callbacks",
            "records",
            "macros",
            "exports",
            "entries",
        ):
            self._db.execute(f"DELETE FROM {table} WHERE file = ?", row)
        self._db.execute("DELETE FROM files WHERE id = ?", row)

    def add(self, found: Found, digest: bytes, facts: FileFacts | None, skipped: str = "") -> None:
        """Store a file; ``facts`` is None if it was not read."""
        db, file = self._db, self._file
        self._file += 1
        balanced = facts is None or facts.balanced
        db.execute(
            "INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            (file, found.path, digest, found.size, found.mtime, balanced, skipped),
        )
        if facts is None:
            return
        base, variables = self._function, self._variable
        many = db.executemany
        many(
            "INSERT INTO functions VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((base + index, file, *row) for index, row in enumerate(facts.functions)),
        )
        self._function += len(facts.functions)
        names, rows = self._names, []
        previous, seq = -1, 0
        for function, name, receiver, arguments, line, use, result in facts.calls:
            seq = seq + 1 if function == previous else 0
            previous = function
            number = names.get(name)
            if number is None:
                number = names[name] = len(names) + 1
            rows.append((base + function, seq, number, receiver, arguments, line, use, result))
        many("INSERT INTO call_row VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
        many(
            "INSERT INTO stores VALUES (NULL, ?, ?, ?, ?, ?)",
            ((base + function, *rest) for function, *rest in facts.stores),
        )
        many(
            "INSERT INTO variables VALUES (?, ?, ?, ?, ?, ?, ?)",
            ((variables + index, file, *row) for index, row in enumerate(facts.variables)),
        )
        self._variable += len(facts.variables)
        many(
            "INSERT INTO field_row VALUES (NULL, ?, ?, ?, ?, ?)",
            ((variables + variable, *rest) for variable, *rest in facts.fields),
        )
        many(
            "INSERT INTO callbacks VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)",
            ((file, base + index if index >= 0 else 0, *rest) for index, *rest in facts.callbacks),
        )
        for table, values in (
            ("file_macros", facts.file_macros),
            ("records", facts.records),
            ("macros", facts.macros),
            ("exports", facts.exports),
        ):
            if values:
                slots = ", ".join(repeat("?", len(values[0]) + 1))
                many(f"INSERT INTO {table} VALUES (NULL, {slots})", ((file, *row) for row in values))

    def finish(self) -> None:
        """Store the names that came up."""
        new = list(self._names.items())[self._stored :]
        self._db.executemany("INSERT INTO names (name, id) VALUES (?, ?)", new)
        self._stored = len(self._names)
