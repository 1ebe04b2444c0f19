"""Kbuild and Kconfig of a tree into the tables ``configs``, ``modules`` and ``module_files``."""

from __future__ import annotations

__all__ = ["write_membership"]

import posixpath
import sqlite3
from collections.abc import Sequence
from pathlib import Path

from lastput.c.kbuild.kconfig import symbol_types
from lastput.c.kbuild.makefile import read_makefile
from lastput.c.kbuild.modules import directory_modules
from lastput.facts.walk import Found


def write_membership(
    connection: sqlite3.Connection, tree: Path, makefiles: Sequence[Found], kconfigs: Sequence[Found]
) -> None:
    """Make the three tables anew. What cannot be read is left out."""
    for table in ("configs", "modules", "module_files"):
        connection.execute(f"DELETE FROM {table}")
    types: dict[str, str] = {}
    for one in kconfigs:
        for name, kind in symbol_types(_read(tree, one.path) or "").items():
            if types.get(name) != "tristate":
                types[name] = kind
    connection.executemany("INSERT INTO configs VALUES (?, ?)", sorted(types.items()))
    identifier = 0
    for one in makefiles:
        directory, name = posixpath.split(one.path)
        if name not in ("Makefile", "Kbuild"):
            continue
        variables = read_makefile(directory, name, lambda path: _read(tree, path))
        for module in directory_modules(directory, variables):
            identifier += 1
            modular = module.goal == "m" or (
                module.goal == "config" and types.get(module.config) == "tristate"
            )
            connection.execute(
                "INSERT INTO modules VALUES (?, ?, ?, ?, ?)",
                (identifier, module.name, directory, module.config, modular),
            )
            connection.executemany(
                "INSERT OR IGNORE INTO module_files VALUES (?, ?)",
                ((identifier, path) for path in module.files),
            )


def _read(tree: Path, path: str) -> str | None:
    try:
        return (tree / path).read_text("latin-1")
    except (OSError, ValueError):
        return None
