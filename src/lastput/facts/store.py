"""Rows of files into the database, and out of it again when a file changes or goes."""

from __future__ import annotations

__all__ = ["Writer", "create_indexes", "create_schema"]

import sqlite3
from collections import Counter
from importlib.resources import files

from lastput.facts.extract import FileFacts
from lastput.facts.walk import Found


def create_schema(connection: sqlite3.Connection) -> None:
    """Tables and views, no indexes."""
    connection.executescript(files("lastput.facts").joinpath("schema.sql").read_text("utf-8"))


def create_indexes(connection: sqlite3.Connection) -> None:
    """Indexes, which are cheaper to make once the rows are there."""
    connection.executescript(files("lastput.facts").joinpath("indexes.sql").read_text("utf-8"))


#: Calls that are held back, so that rows go to the database by the thousand.
_BATCH = 20_000
_TABLES = (
    "files", "functions", "call_row", "stores", "variables", "field_row", "callbacks", "file_macros",
    "records", "macros", "exports",
)  # fmt: skip


class _Names(dict[str, int]):
    """Names of calls to their ids; those of the base are looked up when they first come up."""

    def __init__(self, connection: sqlite3.Connection, first: int) -> None:
        super().__init__()
        self.new: dict[str, int] = {}
        self._db = connection
        self._next = first
        self._empty = first == 1

    def __missing__(self, name: str) -> int:
        found = (
            None
            if self._empty
            else self._db.execute("SELECT id FROM names WHERE name = ?", (name,)).fetchone()
        )
        if found is None:
            self.new[name] = number = self._next
            self._next += 1
        else:
            number = int(found[0])
        self[name] = number
        return number


class Writer:
    """Adds and removes the facts of files inside one transaction of ``connection``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._names = _Names(connection, self._next("names"))
        self._number = self._names.__getitem__
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _TABLES}
        self._file = self._next("files")
        self._function = self._next("functions")
        self._variable = self._next("variables")
        #: Ids of the files that were added.
        self.added: list[int] = []
        self._gone: Counter[tuple[str, ...]] = Counter()
        self._came: Counter[tuple[str, ...]] = Counter()
        #: What headers declare: their paths, with members of structs, and macros.
        self._declared_gone: Counter[tuple[object, ...]] = Counter()
        self._declared_came: Counter[tuple[object, ...]] = Counter()

    def _next(self, table: str) -> int:
        """An id that no row has, nor had (see ``finish``)."""
        (greatest,) = self._db.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}").fetchone()
        row = self._db.execute("SELECT value FROM meta WHERE key = ?", (f"next {table}",)).fetchone()
        return max(int(greatest), int(row[0]) if row is not None else 0)

    def remove(self, path: str) -> None:
        """Forget a file that the base holds."""
        row = self._db.execute("SELECT id FROM files WHERE path = ?", (path,)).fetchone()
        if row is None:
            return
        self._gone.update(self._db.execute("SELECT name, parameters, body FROM macros WHERE file = ?", row))
        for what in ("record, field, type, pointers FROM records", "name, parameters, body FROM macros"):
            if path.endswith(".h"):
                declared = self._db.execute(f"SELECT {what} WHERE file = ?", row)
                self._declared_gone.update((path, *one) for one in declared)
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

    def add(
        self, found: Found, digest: bytes, facts: FileFacts | None, skipped: str = "", marked: bool = False
    ) -> int:
        """Store a file and give its id; ``facts`` is None if it was not read."""
        file = self._file
        self._file += 1
        balanced = facts is None or facts.balanced
        self.added.append(file)
        rows = self._rows
        rows["files"].append((file, found.path, digest, found.size, found.mtime, balanced, skipped, marked))
        if facts is None:
            return file
        base, variables = self._function, self._variable
        self._function += len(facts.functions)
        self._variable += len(facts.variables)
        rows["functions"] += [(base + index, file, *row) for index, row in enumerate(facts.functions)]
        rows["variables"] += [
            (variables + index, file, *row, "") for index, row in enumerate(facts.variables)
        ]
        rows["field_row"] += [(None, variables + variable, *rest) for variable, *rest in facts.fields]
        rows["stores"] += [(None, base + function, *rest) for function, *rest in facts.stores]
        rows["callbacks"] += [
            (None, file, base + index if index >= 0 else 0, *rest) for index, *rest in facts.callbacks
        ]
        rows["file_macros"] += [(None, file, *row) for row in facts.file_macros]
        rows["records"] += [(None, file, *row) for row in facts.records]
        self._came.update((name, parameters, body) for name, parameters, body, _ in facts.macros)
        if found.path.endswith(".h"):
            self._declared_came.update((found.path, *row[:-1]) for row in (*facts.records, *facts.macros))
        rows["macros"] += [(None, file, *row) for row in facts.macros]
        rows["exports"] += [(None, file, *row) for row in facts.exports]
        self._add_calls(facts, base)
        if len(rows["call_row"]) > _BATCH:
            self.flush()
        return file

    def _add_calls(self, facts: FileFacts, base: int) -> None:
        number = self._number
        calls = self._rows["call_row"]
        previous, seq = -1, 0
        for function, name, *rest in facts.calls:
            seq = seq + 1 if function == previous else 0
            previous = function
            calls.append((base + function, seq, number(name), *rest))

    def macros_changed(self) -> bool:
        """Whether the definitions of macros are others than before."""
        return self._gone != self._came

    def declarations_changed(self) -> bool:
        """Whether headers declare other members of structs, or other macros, than before."""
        return self._declared_gone != self._declared_came

    def flush(self) -> None:
        """Write out what was added."""
        for table, rows in self._rows.items():
            if rows:
                slots = ", ".join("?" * len(rows[0]))
                self._db.executemany(f"INSERT INTO {table} VALUES ({slots})", rows)
                rows.clear()

    def finish(self) -> None:
        """Store what is left, and the names that came up."""
        self.flush()
        self._db.executemany("INSERT INTO names (name, id) VALUES (?, ?)", self._names.new.items())
        self._names.new.clear()
        following = (("next files", str(self._file)), ("next functions", str(self._function)))
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", following)
