"""The litmus tests that come with lastput, as data in which a kernel log can be looked up."""

from __future__ import annotations

__all__ = ["shelf_tests"]

import re
from pathlib import Path

from lastput.cli import shelf
from lastput.model.header import read_header
from lastput.replay.bindings import has_plan
from lastput.splat.shelf import ShelfTest, functions_of

_INCLUDE = re.compile(r'^\s*#include\s+"([\w./-]+)"', re.MULTILINE)


def shelf_tests() -> tuple[ShelfTest, ...]:
    """The tests of the shelf that expect a fault, as data to be searched."""
    root = shelf.root()
    if root is None:
        return ()
    found = []
    texts: dict[Path, str] = {}
    for path in sorted(root.rglob("*.c")):
        text = path.read_text("utf-8", "replace")
        header = read_header(text, path.name)
        if not header.expected:
            continue
        errors = tuple(one.error for one in header.expected)
        around: frozenset[str] = frozenset()
        for included in _included(path, text, texts):
            around |= functions_of(included)
        found.append(
            ShelfTest(
                name=path.relative_to(root).as_posix().removesuffix(".c"),
                question=header.question,
                errors=errors,
                functions=functions_of(text),
                around=around,
                needs_tree=header.needs_tree,
                replayed=has_plan(path, errors),
            )
        )
    return tuple(found)


def _included(path: Path, text: str, texts: dict[Path, str], depth: int = 0) -> list[str]:
    found = []
    for name in _INCLUDE.findall(text):
        file = path.parent / name
        if file not in texts:
            texts[file] = file.read_text("utf-8", "replace") if file.is_file() else ""
        if texts[file]:
            found.append(texts[file])
            if depth < 4:
                found += _included(file, texts[file], texts, depth + 1)
    return found
