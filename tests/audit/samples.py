"""A tree in memory-sized files, findings and rules to try the audit on, without a fact base."""

from __future__ import annotations

__all__ = ["PAGE", "OverlaidTree", "TextTree", "finding", "rule"]

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from lastput.audit.rule import SECTIONS, Rule, read_page
from lastput.audit.tree import FunctionRange, OpenTree
from lastput.schema.audit import OwnModule
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

PAGE = "A made-up warning.\n\n" + "\n\n".join(f"{title}\n    Words." for title in SECTIONS)


class TextTree:
    """Files below ``root``, and nothing known of them but where their functions are."""

    release = "6.12"
    coverage = "parsed 2 of 2 functions"

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def facts(self) -> TextTree:
        return self

    @property
    def digest(self) -> str:
        digest = hashlib.sha256()
        for path in self.paths():
            digest.update(f"{path}\0{self.text(path)}\0".encode())
        return digest.hexdigest()

    # As much of a fact base as the severity of a finding asks: who calls what is not known.

    def once(self, make: Callable[[Any], Any]) -> Any:
        return make(self)

    def functions(self, name: str, path: str | None = None) -> list[Any]:
        return []

    def calls_of(self, names: object) -> list[Any]:
        return []

    def content(self, path: str) -> bytes:
        return (self.root / path).read_bytes()

    def paths(self) -> list[str]:
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.c"))

    def marked(self) -> list[str]:
        return self.paths()

    def own_modules(self) -> list[OwnModule]:
        return []

    def text(self, path: str) -> str | None:
        file = self.root / path
        return file.read_text("utf-8", "replace") if file.is_file() else None

    def functions_in(self, path: str) -> list[FunctionRange]:
        found = []
        for match in re.finditer(
            r"^[a-z][^\n]*?(\w+)\([^)\n]*\)\n\{\n.*?^\}", self.text(path) or "", re.M | re.S
        ):
            first = (self.text(path) or "").count("\n", 0, match.start()) + 1
            found.append(FunctionRange(match[1], first, first + match[0].count("\n")))
        return found


class OverlaidTree(TextTree):
    """The same with other texts of some files."""

    def __init__(self, root: Path, texts: Mapping[str, str | None] | None = None) -> None:
        super().__init__(root)
        self._texts = dict(texts or {})

    def marked(self) -> list[str]:
        return self.paths()

    def text(self, path: str) -> str | None:
        return self._texts[path] if path in self._texts else super().text(path)

    @contextmanager
    def overlaid(self, texts: Mapping[str, str | None], folder: Path) -> Iterator[OpenTree]:
        yield partial(OverlaidTree, self.root, texts)


def rule(run: Callable[[Any], Iterator[Finding]], code: str = "MOD901", name: str = "made-up") -> Rule:
    """A rule with a page."""
    return Rule(code, name, read_page(PAGE), run)


def finding(**fields: Any) -> Finding:
    """A release callback that puts its own module."""
    path = "drivers/x/a.c"
    given: dict[str, Any] = {
        "code": "MOD901",
        "verdict": "bug",
        "confidence": "high",
        "message": "the last reference to foo.ko is put by foo.ko's own release callback",
        "where": Where(path, 12, 2, "foo_release"),
        "kind": "O",
        "site": "module_put",
        "object": "THIS_MODULE",
        "statement": "module_put(THIS_MODULE)",
        "causes": (
            Cause(Where(path, 5, 2, "foo_open"), "foo_open() takes a reference to foo.ko"),
            Cause(Where(path, 12, 2, "foo_release"), "foo_release() puts it; the count may be 0 now"),
            Cause(Where(path, 13, 2, "foo_release"), "it still has to return, through text that may be gone"),
        ),
        "evidence": (
            Evidence("role", "foo_release is .release of foo_fops", where=Where(path, 16)),
            Evidence("pin", "foo_fops has no owner", where=Where(path, 15)),
            Evidence("handshake", "the exit waits for nothing", searched=(Where(path, 22, 0, "foo_exit"),)),
        ),
        "chain": (
            Link("__fput", Where("fs/file_table.c", 431)),
            Link("foo_release", Where(path, 12), "ops table foo_fops.release"),
        ),
        "remedy": "foo_fops.owner = THIS_MODULE, and no reference of its own",
    }
    return Finding(**{**given, **fields})
