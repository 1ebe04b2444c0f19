"""Modules that no Makefile names: a file with ``module_init()`` or a driver macro is one by itself.

Where Makefiles link nothing of its folder, it is taken together with the files beside and below it, if no
other file there begins a module. Programs of user space are left out.
"""

from __future__ import annotations

__all__ = ["write_own_modules"]

import posixpath
import re
import sqlite3
from pathlib import Path

_USER = re.compile(
    rb"^\s*#\s*include\s*<(?:stdio|stdlib|unistd|string|stdint|assert|pthread|sys/\w+|gtest/\w+)\.h>",
    re.MULTILINE,
)

_PROGRAMS = ("tools/", "scripts/", "Documentation/")


def write_own_modules(connection: sqlite3.Connection, tree: Path, whole_kernel: bool) -> None:
    """Make these modules anew, from the tables ``entries`` and ``module_files``. In a whole kernel tree a
    file that begins a module stands alone, and must have a licence as one: most that no rule of a Makefile
    names there are parts of the kernel, under a name that only make knows."""
    connection.execute("DELETE FROM module_files WHERE module IN (SELECT id FROM modules WHERE own != '')")
    connection.execute("DELETE FROM modules WHERE own != ''")
    rows = connection.execute(
        "SELECT DISTINCT p.path FROM entries e JOIN files p ON p.id = e.file"
        " WHERE p.path LIKE '%.c' AND p.path NOT IN (SELECT path FROM module_files) ORDER BY p.path"
    ).fetchall()
    begins = [path for (path,) in rows if _begins(tree, path, whole_kernel)]
    if not begins:
        return
    files = {path: [path] for path in begins}
    if not whole_kernel:
        for path, begin in _beside(connection, tree, begins):
            files[begin].append(path)
    (number,) = connection.execute("SELECT coalesce(max(id), 0) FROM modules").fetchone()
    for identifier, begin in enumerate(begins, number + 1):
        directory, name = posixpath.split(begin)
        short = name.removesuffix(".c").replace("-", "_")
        connection.execute(
            "INSERT INTO modules VALUES (?, ?, ?, '', 1, ?)", (identifier, short, directory, begin)
        )
        connection.executemany(
            "INSERT OR IGNORE INTO module_files VALUES (?, ?)", ((identifier, path) for path in files[begin])
        )


def _begins(tree: Path, path: str, whole_kernel: bool) -> bool:
    content = _content(tree, path)
    if whole_kernel and (b"MODULE_LICENSE" not in content or path.startswith(_PROGRAMS)):
        return False
    return not _USER.search(content)


def _beside(connection: sqlite3.Connection, tree: Path, begins: list[str]) -> list[tuple[str, str]]:
    """Files that nothing links, each with the one file above or beside it that begins a module."""
    homes: dict[str, list[str]] = {}
    for path in begins:
        homes.setdefault(posixpath.dirname(path), []).append(path)
    linked = {posixpath.dirname(path) for (path,) in connection.execute("SELECT path FROM module_files")}
    rows = connection.execute(
        "SELECT path FROM files WHERE path LIKE '%.c' AND skipped = ''"
        " AND path NOT IN (SELECT path FROM module_files)"
        " AND id NOT IN (SELECT file FROM functions WHERE name = 'main') ORDER BY path"
    ).fetchall()
    found = []
    for (path,) in rows:
        if path in begins:
            continue
        directory = posixpath.dirname(path)
        while directory and directory not in homes:
            directory = posixpath.dirname(directory)
        home = homes.get(directory, [])
        if len(home) == 1 and directory not in linked and not _USER.search(_content(tree, path)):
            found.append((path, home[0]))
    return found


def _content(tree: Path, path: str) -> bytes:
    try:
        return (tree / path).read_bytes()
    except OSError:
        return b""
