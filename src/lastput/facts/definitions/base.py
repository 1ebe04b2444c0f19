"""The index of a tree's headers: which file defines a name, kept in the user's cache.

``include/`` and x86's own headers are read once a tree (some seconds); what lies beside a source file, when
that file is first asked about. A header that has changed since is read again when something of it is wanted.
"""

from __future__ import annotations

__all__ = ["Found", "HeaderBase", "HeaderTree"]

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import msgspec

from lastput.errors import LastputError
from lastput.facts.definitions.scan import Kind, included, scan
from lastput.facts.location import cache_directory

_SHARED = ("include", "arch/x86/include")
_SCHEMA = """
CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, stamp TEXT NOT NULL);
CREATE TABLE names (
    name TEXT NOT NULL, kind INTEGER NOT NULL, file INTEGER NOT NULL,
    start INTEGER NOT NULL, end INTEGER NOT NULL, line INTEGER NOT NULL
);
CREATE TABLE includes (file INTEGER NOT NULL, name TEXT NOT NULL, angled INTEGER NOT NULL);
CREATE INDEX names_name ON names (name);
CREATE INDEX names_file ON names (file);
CREATE INDEX includes_file ON includes (file);
"""


class HeaderTree(Protocol):
    """A kernel tree as far as its headers go."""

    def identity(self) -> str:
        """Names the tree: another one for another directory or archive."""

    def stamp(self, path: str) -> str:
        """Another one whenever the file has changed; "" if there is none."""

    def headers(self, folders: Sequence[str]) -> list[str]:
        """The paths of all headers below ``folders``, in order."""

    def read(self, path: str, /) -> str:
        """The text of a file. Raises LastputError ``not-in-tree``."""


class Found(msgspec.Struct, frozen=True):
    """A definition of ``name`` in the file ``path``; see ``scan.Named``."""

    name: str
    kind: Kind
    path: str
    start: int
    end: int
    line: int


class HeaderBase:
    """What the headers of one tree define. Files that are not below ``include/`` are added by ``add``."""

    def __init__(self, tree: HeaderTree, cache: Path | None = None) -> None:
        self.tree = tree
        key = hashlib.sha256(tree.identity().encode("utf-8", "replace")).hexdigest()[:16]
        version = hashlib.sha256((_SCHEMA + _source()).encode()).hexdigest()[:8]
        self._db = _open(cache_directory(cache), f"headers-{key}-{version}.sqlite")
        self._fresh: set[str] = set()
        self._known: dict[str, bool] = {}
        if not self._db.execute("SELECT 1 FROM includes LIMIT 1").fetchone():
            self._read(tree.headers(_SHARED))

    def add(self, paths: Iterable[str]) -> None:
        """Read these files, unless what is known of them is of today."""
        self._read([path for path in paths if not self._current(path)])

    def find(self, name: str) -> list[Found]:
        """All definitions of a name in the files that were read, in the order of their paths."""
        rows = self._rows(name)
        stale = sorted({path for path in (row.path for row in rows) if not self._current(path)})
        if stale:
            self._read(stale)
            rows = self._rows(name)
        return rows

    def includes(self, path: str) -> list[tuple[str, bool]]:
        """What a file that was read includes, and whether in angle brackets."""
        rows = self._db.execute(
            "SELECT i.name, i.angled FROM includes i JOIN files f ON f.id = i.file WHERE f.path = ?", (path,)
        )
        return [(name, bool(angled)) for name, angled in rows]

    def has(self, path: str) -> bool:
        """Whether the file was read."""
        if path not in self._known:
            self._known[path] = self._stamp(path) is not None
        return self._known[path]

    def _stamp(self, path: str) -> str | None:
        row = self._db.execute("SELECT stamp FROM files WHERE path = ?", (path,)).fetchone()
        return None if row is None else str(row[0])

    def _rows(self, name: str) -> list[Found]:
        rows = self._db.execute(
            "SELECT n.kind, f.path, n.start, n.end, n.line FROM names n JOIN files f ON f.id = n.file"
            " WHERE n.name = ?", (name,),
        )  # fmt: skip
        found = [Found(name, Kind(kind), path, start, end, line) for kind, path, start, end, line in rows]
        return sorted(found, key=lambda one: (one.path, one.start))

    def _current(self, path: str) -> bool:
        if path in self._fresh:
            return True
        if self._stamp(path) != self.tree.stamp(path):
            return False
        self._fresh.add(path)
        return True

    def _read(self, paths: Sequence[str]) -> None:
        if not paths:
            return
        # Another process may read the same files at this moment: who is second finds them read.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for path in paths:
                if not self._current(path):
                    self._store(path)
            self._db.execute("COMMIT")
        except BaseException:
            self._db.execute("ROLLBACK")
            raise

    def _store(self, path: str) -> None:
        for table in ("names", "includes"):
            self._db.execute(
                f"DELETE FROM {table} WHERE file IN (SELECT id FROM files WHERE path = ?)", (path,)
            )
        self._db.execute("DELETE FROM files WHERE path = ?", (path,))
        self._known[path] = False
        try:
            text = self.tree.read(path)
        except LastputError:
            return
        self._known[path] = True
        self._fresh.add(path)
        file = self._db.execute(
            "INSERT INTO files (path, stamp) VALUES (?, ?)", (path, self.tree.stamp(path))
        ).lastrowid
        self._db.executemany(
            "INSERT INTO names VALUES (?, ?, ?, ?, ?, ?)",
            ((one.name, one.kind, file, one.start, one.end, one.line) for one in scan(text)),
        )
        self._db.executemany(
            "INSERT INTO includes VALUES (?, ?, ?)", ((file, *one) for one in included(text))
        )


def _source() -> str:
    """A base that was made by another scan is made anew."""
    return files("lastput.facts.definitions").joinpath("scan.py").read_text("utf-8")


def _open(directory: Path, name: str) -> sqlite3.Connection:
    """The database, made if it is not there; in memory if it cannot be kept."""
    for where in (str(directory / name), ":memory:"):
        with contextlib.suppress(sqlite3.Error):
            db = sqlite3.connect(where, timeout=60, isolation_level=None)
            db.executescript("PRAGMA synchronous = OFF; PRAGMA cache_size = -20000;")
            if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'files'").fetchone() is None:
                db.executescript(_SCHEMA)
            return db
    raise AssertionError("sqlite has no memory")
