"""The fact base as its readers see it: SQL, typed rows, and the source and flow graph of a function."""

from __future__ import annotations

__all__ = ["CallFact", "Facts", "FunctionFact", "argument", "member"]

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import msgspec

from lastput.c.flow.build import build_graph
from lastput.c.flow.graph import Graph
from lastput.c.raw.heads import Parameter, split_arguments
from lastput.c.raw.source import Source
from lastput.errors import LastputError, Place
from lastput.facts.api import API

_T = TypeVar("_T")
_MEMBER = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*\)*\s*$")
_NORETURN = frozenset(API.noreturn.names)
_FUNCTION = (
    "SELECT f.id, f.file, f.name, f.static, f.inline, f.section, f.returns, f.parameters, f.macro,"
    " f.line, f.end_line, f.start FROM functions f"
)
_PARAMETERS = msgspec.json.Decoder(list[tuple[str, str]])


class FunctionFact(msgspec.Struct, frozen=True):
    """A function definition; the columns of the table ``functions`` and the path of its file."""

    id: int
    file: int
    path: str
    name: str
    static: bool
    inline: bool
    section: str
    returns: str
    parameters: tuple[Parameter, ...]
    macro: str
    line: int
    end_line: int
    start: int

    @property
    def place(self) -> Place:
        """Where its head stands."""
        return Place(self.path, self.line)


class CallFact(msgspec.Struct, frozen=True):
    """A row of the view ``calls``."""

    function: int
    seq: int
    name: str
    receiver: str
    arguments: str
    line: int
    use: str
    result: str

    def argument(self, index: int) -> str:
        """Argument ``index`` from 0, "" if there is none."""
        return argument(self.arguments, index)


def argument(arguments: str, index: int) -> str:
    """One argument of a call's text, counted from 0; "" if there is none. Also an SQL function."""
    parts = split_arguments(arguments)
    return parts[index] if 0 <= index < len(parts) else ""


def member(text: str) -> str:
    """The last name of an expression: ``work`` of ``&priv->reset.work``. Also an SQL function."""
    found = _MEMBER.search(text)
    return found[1] if found is not None else ""


class Facts:
    """A fact base, open for reading. Helpers give what they find in the order of the tree's paths; rows that
    a query orders by an id come in the order in which their files were read, which edits change."""

    def __init__(self, tree: Path, database: Path, texts: Mapping[str, bytes | None] | None = None) -> None:
        """``texts`` stand in place of files of the tree (see ``overlay``). Raises LastputError (``no-facts``)
        if there is no base at ``database``."""
        self.tree = tree
        self._texts = texts or {}
        self.database = database
        if not database.exists():
            raise LastputError("no-facts", f"{tree} has not been read yet", f"run: lastput index {tree}")
        self.db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
        self.db.executescript(
            "PRAGMA query_only = 1; PRAGMA mmap_size = 1000000000; PRAGMA cache_size = -100000;"
        )
        self.db.create_function("argument", 2, argument, deterministic=True)
        self.db.create_function("member", 1, member, deterministic=True)
        self._paths: dict[int, str] = dict(self.db.execute("SELECT id, path FROM files"))
        self._shared: dict[object, object] = {}
        self.source = lru_cache(maxsize=64)(self._source)
        self.function = lru_cache(maxsize=30_000)(self._function)

    @cached_property
    def token(self) -> str:
        """Names this base: ids of another one mean other things. Those of a file that changes are never used
        again."""
        rows = self.sql("SELECT value FROM meta WHERE key = 'token'")
        return str(rows[0][0]) if rows else str(self.database.stat().st_mtime_ns)

    @cached_property
    def copied_from(self) -> tuple[str, Path] | None:
        """The token of the base that this is a copy of, with other contents of some files, and the folder
        beside it; None for a base of its own."""
        rows = dict(self.sql("SELECT key, value FROM meta WHERE key IN ('copy-of', 'copied-from')"))
        return (rows["copy-of"], Path(rows["copied-from"])) if len(rows) == 2 else None

    @cached_property
    def declared(self) -> str:
        """Another one whenever a header changes the members of a struct, or a function-like macro."""
        rows = self.sql("SELECT value FROM meta WHERE key = 'declared'")
        return str(rows[0][0]) if rows else self.token

    def close(self) -> None:
        """Let go of the database."""
        with contextlib.suppress(sqlite3.Error):
            self.db.close()

    def __enter__(self) -> Facts:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sql(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """All rows of a query; ``argument(text, n)`` and ``member(text)`` can be used in it."""
        return self.db.execute(query, parameters).fetchall()

    def once(self, make: Callable[[Facts], _T]) -> _T:
        """What ``make`` makes of this base: made when it is first asked for, and the same for all who ask."""
        if make not in self._shared:
            self._shared[make] = make(self)
        return cast(_T, self._shared[make])

    # -- functions and calls

    def _function(self, identifier: int) -> FunctionFact:
        rows = self.sql(f"{_FUNCTION} WHERE f.id = ?", identifier)
        if not rows:
            raise KeyError(identifier)
        return self._as_function(rows[0])

    def path(self, file: int) -> str:
        """The path of a file by its id."""
        return str(self._paths[file])

    def in_order(self, files: Iterable[int]) -> list[int]:
        """Files in the order of their paths: their ids tell when they were last read."""
        return sorted(files, key=self._paths.__getitem__)

    def functions(self, name: str, path: str | None = None) -> list[FunctionFact]:
        """All definitions of ``name``, in one file or in the tree."""
        if path is None:
            rows = self.sql(f"{_FUNCTION} WHERE f.name = ? ORDER BY f.id", name)
        else:
            rows = self.sql(
                f"{_FUNCTION} WHERE f.name = ? AND f.file = (SELECT id FROM files WHERE path = ?)"
                " ORDER BY f.id", name, path,
            )  # fmt: skip
        return sorted(map(self._as_function, rows), key=lambda one: (one.path, one.id))

    def _as_function(self, row: tuple[Any, ...]) -> FunctionFact:
        identifier, file, name, static, inline, section, returns, parameters, *rest = row
        return FunctionFact(
            identifier, file, self._paths[file], name, bool(static), bool(inline), section, returns,
            tuple(Parameter(*one) for one in _PARAMETERS.decode(parameters)), *rest,
        )  # fmt: skip

    def calls_in(self, function: int) -> list[CallFact]:
        """The calls of a function in source order."""
        rows = self.sql("SELECT * FROM calls WHERE function = ? ORDER BY seq", function)
        return [CallFact(*row) for row in rows]

    def calls_of(self, names: Iterable[str]) -> list[CallFact]:
        """Every direct call of one of ``names`` in the tree; statics of that name are not told apart."""
        found: list[CallFact] = []
        for name in names:
            rows = self.sql(
                "SELECT * FROM calls WHERE name = ? AND receiver = '' ORDER BY function, seq", name
            )
            found += [CallFact(*row) for row in rows]
        return found

    # -- source

    def _source(self, path: str) -> Source:
        return Source(path, self.content(path))

    def content(self, path: str) -> bytes:
        """The bytes of a file. Raises OSError."""
        given = self._texts.get(path, b"")
        if given is None:
            raise FileNotFoundError(path)
        return given if path in self._texts else (self.tree / path).read_bytes()

    def graph(self, function: int) -> Graph | None:
        """The flow graph of a function; None if its file has changed since it was read."""
        fact = self.function(function)
        try:
            source = self.source(fact.path)
        except OSError:
            return None
        for one in source.functions:
            if one.start == fact.start and one.head.name == fact.name:
                return build_graph(source, one, _NORETURN)
        return None
