"""A tree as its fact base has it, in the form that the audit needs."""

from __future__ import annotations

__all__ = ["FactTree", "release_of"]

import contextlib
import hashlib
import re
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from lastput.audit.tree import FunctionRange, OpenTree
from lastput.facts.base import Facts
from lastput.facts.overlay import overlay
from lastput.schema.audit import OwnModule

_VERSION = re.compile(r"^(VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*=[ \t]*(\S*)", re.MULTILINE)
_UNLINKED = "no Makefile says what is linked into a module, and rules that ask for one are silent"


class FactTree:
    """Opens the database of ``root`` for reading; ``coverage`` is the line that indexing ended with."""

    def __init__(
        self, root: Path, database: Path, coverage: str = "", texts: dict[str, bytes | None] | None = None
    ) -> None:
        self.root = root
        self._texts = texts or {}
        self._coverage = coverage
        self._database = database
        self._db = sqlite3.connect(f"file:{database}?mode=ro", uri=True)

    @property
    def coverage(self) -> str:
        """That line, and what a tree without Makefiles, such as a folder out of one, cannot tell."""
        linked = self._db.execute("SELECT 1 FROM modules LIMIT 1").fetchone()
        return self._coverage if linked else f"{self._coverage}; {_UNLINKED}"

    @cached_property
    def facts(self) -> Any:
        return Facts(self.root, self._database, self._texts)

    @cached_property
    def release(self) -> str:
        return release_of(self.text("Makefile") or "")

    @cached_property
    def digest(self) -> str:
        digest = hashlib.sha256()
        for row in self._db.execute("SELECT path, hash FROM files ORDER BY path"):
            digest.update(f"{row[0]}\0{row[1].hex()}\n".encode("utf-8", "surrogateescape"))
        for (value,) in self._db.execute("SELECT value FROM meta WHERE key = 'kbuild'"):
            digest.update(value.encode())
        return digest.hexdigest()

    def own_modules(self) -> list[OwnModule]:
        rows = self._db.execute(
            "SELECT m.own, m.name, count(*) FROM modules m JOIN module_files f ON f.module = m.id"
            " WHERE m.own != '' GROUP BY m.id ORDER BY m.own"
        )
        return [OwnModule(*row) for row in rows]

    def paths(self) -> list[str]:
        rows = self._db.execute("SELECT path FROM files WHERE skipped = '' AND id > 0 ORDER BY path")
        return [path for (path,) in rows]

    def marked(self) -> list[str]:
        rows = self._db.execute("SELECT path FROM files WHERE marked ORDER BY path")
        return [path for (path,) in rows]

    def text(self, path: str) -> str | None:
        if path in self._texts:
            given = self._texts[path]
            return None if given is None else given.decode("utf-8", "replace")
        try:
            return (self.root / path).read_text("utf-8", "replace")
        except OSError:
            return None

    @contextlib.contextmanager
    def overlaid(self, texts: Mapping[str, str | None], folder: Path) -> Iterator[OpenTree]:
        """What opens the tree as it would be with ``texts``, in any process; its base lies in ``folder``
        until then."""
        contents = {path: None if text is None else text.encode() for path, text in texts.items()}
        folder.mkdir(parents=True, exist_ok=True)
        # In a folder of its own, for what rules keep beside a base goes with it.
        with tempfile.TemporaryDirectory(prefix="overlay-", dir=folder, ignore_cleanup_errors=True) as own:
            target = Path(own) / "facts.sqlite"
            overlay(self.root, self._database, target, contents)
            yield partial(FactTree, self.root, target, self._coverage, contents)

    def functions_in(self, path: str) -> list[FunctionRange]:
        rows = self._db.execute(
            "SELECT f.name, f.line, f.end_line FROM functions f JOIN files p ON p.id = f.file"
            " WHERE p.path = ? ORDER BY f.line",
            (path,),
        )
        return [FunctionRange(*row) for row in rows]


def release_of(makefile: str) -> str:
    """The release that the tree's first Makefile names, such as ``6.12.117``; "" if it names none."""
    parts: dict[str, str] = dict(_VERSION.findall(makefile))
    number = ".".join(parts[name] for name in ("VERSION", "PATCHLEVEL", "SUBLEVEL") if parts.get(name))
    return number + parts.get("EXTRAVERSION", "")
