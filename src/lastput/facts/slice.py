"""A part of a fact base that is small enough to be judged while somebody types: one file and what it needs.

It has the files of the file's modules and its folder, the headers that they include, and the files that
define what they call, some calls deep. Rows keep their ids, so answers that were kept stay true. What only
the whole tree can tell (how many tables of a type have an owner, say) is not in it.
"""

from __future__ import annotations

__all__ = ["edit", "slice_base"]

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

from lastput.facts.base import Facts
from lastput.facts.overlay import put_texts
from lastput.facts.resolve import linked, program
from lastput.facts.store import create_indexes, create_schema

_INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([\w./+-]+)[>"]', re.MULTILINE)
_DEPTH = 3  # calls from the file into others
_MOST = 500  # files of functions that are called
_BESIDE = 60  # files of the folder that belong to no module of the file

_OF_FILES = ("functions", "variables", "file_macros", "callbacks", "records", "macros", "exports", "entries")
_OF_OTHERS = (
    ("call_row", "function", "functions"),
    ("stores", "function", "functions"),
    ("field_row", "variable", "variables"),
)


def slice_base(facts: Facts, path: str, target: Path) -> int:
    """Make the base ``target`` of what ``path`` needs of a whole one; gives how many files that are."""
    wanted = _wanted(facts, path)
    target.unlink(missing_ok=True)
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -100000;")
        create_schema(db)
        db.execute("ATTACH ? AS whole", (f"file:{facts.database}?mode=ro",))
        db.execute("CREATE TEMP TABLE wanted (id INTEGER PRIMARY KEY)")
        db.execute("BEGIN")
        db.executemany("INSERT INTO wanted VALUES (?)", [(one,) for one in sorted(wanted)])
        db.execute("INSERT INTO main.files SELECT * FROM whole.files WHERE id IN wanted")
        for table in _OF_FILES:
            db.execute(f"INSERT INTO main.{table} SELECT * FROM whole.{table} WHERE file IN wanted")
        for table, column, of in _OF_OTHERS:
            db.execute(
                f"INSERT INTO main.{table} SELECT * FROM whole.{table} WHERE {column} IN"
                f" (SELECT id FROM main.{of})"
            )
        db.execute(
            "INSERT INTO main.names SELECT * FROM whole.names WHERE id IN (SELECT name FROM main.call_row)"
        )
        for table in ("meta", "configs", "modules", "module_files"):
            db.execute(f"INSERT INTO main.{table} SELECT * FROM whole.{table}")
        db.execute("COMMIT")
        create_indexes(db)
    return len(wanted)


def edit(tree: Path, database: Path, path: str, content: bytes) -> None:
    """Put another content of a file into a base, in place. Answers that were kept for other files stay."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -100000;")
        put_texts(db, tree, {path: content})


def _wanted(facts: Facts, path: str) -> set[int]:
    ids = {one: number for number, one in facts.sql("SELECT id, path FROM files")}
    near = _near(facts, path, ids)
    found = {ids[one] for one in near}
    found |= {ids[one] for one in _headers(facts, near, ids)}
    return found | _called(facts, found, path)


def _near(facts: Facts, path: str, ids: dict[str, int]) -> list[str]:
    """The file, those of its modules, and those of its folder if they are few."""
    rows = facts.sql(
        "SELECT DISTINCT o.path FROM module_files m JOIN module_files o ON o.module = m.module"
        " WHERE m.path = ?",
        path,
    )
    folder = path.rpartition("/")[0]
    beside = [one for one in ids if one.rpartition("/")[0] == folder]
    found = {path, *(row[0] for row in rows), *(beside if len(beside) <= _BESIDE else ())}
    return sorted(one for one in found if one in ids)


def _headers(facts: Facts, near: Iterable[str], ids: dict[str, int]) -> set[str]:
    """The headers that files include, as far as they lie in the tree; of architectures, x86 if it has one."""
    found: set[str] = set()
    pending = list(near)
    while pending:
        one = pending.pop()
        for name in _includes(facts, one):
            for where in _places(name, one):
                if where in ids and where not in found:
                    found.add(where)
                    pending.append(where)
                    break
    return found


def _includes(facts: Facts, path: str) -> Iterator[str]:
    try:
        content = facts.content(path)
    except OSError:
        return
    for match in _INCLUDE.finditer(content):
        yield match[1].decode()


def _places(name: str, includer: str) -> Iterator[str]:
    folder = includer.rpartition("/")[0]
    yield _plain(f"{folder}/{name}")
    arch = includer.split("/")[1] if includer.startswith("arch/") else "x86"
    for root in ("include", f"arch/{arch}/include", "include/uapi", f"arch/{arch}/include/uapi"):
        yield f"{root}/{name}"
    parts = folder.split("/")
    for depth in range(len(parts) - 1, 0, -1):  # -I of a Makefile above
        yield _plain("/".join((*parts[:depth], name)))


def _plain(path: str) -> str:
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in (".", ""):
            parts.append(part)
    return "/".join(parts)


def _called(facts: Facts, start: set[int], path: str) -> set[int]:
    """Files that define what ``path``'s module calls, and what that calls."""
    found: set[int] = set()
    home = program(path)
    level = {file for file in start if not facts.path(file).endswith(".h")}
    seen: set[str] = set()
    for _ in range(_DEPTH):
        names: set[str] = set()
        for file in sorted(level):
            rows = facts.sql(
                "SELECT DISTINCT c.name FROM functions f JOIN calls c ON c.function = f.id WHERE f.file = ?",
                file,
            )
            names |= {row[0] for row in rows}
        following: set[int] = set()
        for name in sorted(names - seen):
            rows = facts.sql("SELECT file FROM functions WHERE name = ? AND NOT static", name)
            homes = {row[0] for row in rows if linked(home, program(facts.path(row[0])))}
            if len(homes) <= 2:
                following |= homes
        seen |= names
        level = following - found - start
        if len(found) + len(level) > _MOST:
            break
        found |= level
    return found
