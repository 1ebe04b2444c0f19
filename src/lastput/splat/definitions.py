"""Which files of a tree define a function: one list, made once and kept beside the other caches.

The list has a line a file, its path and the names that stand before a parenthesis at the beginning of a
line. It is made anew when a folder of the tree changed; a function that moved since is just not found.
"""

from __future__ import annotations

__all__ = ["containing"]

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

_HEAD = re.compile(rb"^[A-Za-z_][^\n;={}#]{0,300}?\(", re.MULTILINE)
_NAME = re.compile(rb"([A-Za-z_]\w*)\s*\($")
_FORMAT = b"lastput-definitions/1\n"
_MOST_FILES = 400  # that one name may stand in: a name like ``probe`` tells nothing


def containing(root: Path, names: Sequence[str], say: Callable[[str], None]) -> dict[str, str]:
    """The C files that define one of ``names``: path -> text."""
    table = _table(root, say)
    found: set[str] = set()
    for name in names:
        paths = list(_lookup(table, name.encode()))
        if len(paths) <= _MOST_FILES:
            found.update(paths)
    texts = {}
    for path in sorted(found):
        try:
            texts[path] = (root / path).read_bytes().decode("utf-8", "replace")
        except OSError:
            continue  # gone since
    return texts


def _lookup(table: bytes, name: bytes) -> Iterator[str]:
    position = 0
    word = b" " + name + b" "
    while (at := table.find(word, position)) >= 0:
        start = table.rfind(b"\n", 0, at) + 1
        yield table[start : table.index(b" ", start)].decode("utf-8", "replace")
        position = table.find(b"\n", at)
        if position < 0:
            return


def _table(root: Path, say: Callable[[str], None]) -> bytes:
    files, stamp = _files(root)
    kept = _kept(root)
    head = _FORMAT + stamp.encode() + b"\n"
    try:
        data = kept.read_bytes() if kept else b""
    except OSError:
        data = b""
    if data.startswith(head):
        return data
    say(f"listing the functions of {root}: once")
    rows = [head]
    for path in files:
        try:
            text = (root / path).read_bytes()
        except OSError:
            continue
        found = {match[1] for line in _HEAD.findall(text) if (match := _NAME.search(line))}
        if found:
            rows.append(path.encode() + b" " + b" ".join(sorted(found)) + b" \n")
    data = b"".join(rows)
    if kept is not None:
        try:
            kept.parent.mkdir(parents=True, exist_ok=True)
            new = kept.with_suffix(f".{os.getpid()}")
            new.write_bytes(data)
            new.replace(kept)
        except OSError as error:
            say(f"not kept in {kept.parent}: {error.strerror}")
    return data


def _files(root: Path) -> tuple[list[str], str]:
    """The C files of a tree, and a stamp of its folders."""
    found: list[str] = []
    stamp = hashlib.sha256()
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        stamp.update(f"{folder} {Path(folder).stat().st_mtime_ns}\n".encode())
        inside = os.path.relpath(folder, root)
        prefix = "" if inside == "." else f"{inside}/"
        found += [f"{prefix}{name}" for name in sorted(names) if name.endswith(".c") and " " not in name]
    return found, stamp.hexdigest()


def _kept(root: Path) -> Path | None:
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        home = Path(base) if base.startswith("/") else Path.home() / ".cache"
    except RuntimeError:  # no home at all
        return None
    key = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:20]
    return home / "lastput" / "definitions" / key
