"""The fact base of a tree, brought up to date and opened."""

from __future__ import annotations

__all__ = ["opener", "opener_for_file", "store_of", "with_sound_base"]

import sqlite3
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from lastput.audit.fact_tree import FactTree
from lastput.audit.tree import OpenTree
from lastput.cli.progress import bytes_progress
from lastput.cli.run_index import coverage_lines
from lastput.facts.base import Facts
from lastput.facts.index import forget, update
from lastput.facts.location import database_path


def opener(tree: str, quiet: bool = False, kernel: Path | None = None) -> OpenTree:
    """Index ``tree`` as far as it has changed, and give what opens it in any process."""
    root = Path(tree)
    with bytes_progress("reading", wanted=not quiet) as progress:
        report = update(root, progress=progress, kernel=kernel)
    if report.damaged:
        _say_damaged(report.damaged)
    return partial(FactTree, root, report.database, coverage_lines(report, verbose=False)[0])


def opener_for_file(root: Path, path: str) -> OpenTree:
    """The same for a build, which has one file after the other checked: the tree is only looked through
    again if this file is not as the base has it."""
    database = database_path(root)
    if database.exists():
        with Facts(root, database) as facts:
            known = facts.sql("SELECT size, mtime FROM files WHERE path = ?", path)
        status = (root / path).stat()
        if known == [(status.st_size, status.st_mtime_ns)]:
            return partial(FactTree, root, database)
    return opener(str(root), quiet=True)


def store_of(root: Path, kernel: Path | None = None) -> Path:
    """The folder beside the fact base of ``root`` for what is derived from it."""
    return database_path(root, kernel=kernel).with_suffix("")


_T = TypeVar("_T")


def with_sound_base(root: Path, kernel: Path | None, ask: Callable[[], _T]) -> _T:
    """What ``ask`` gives, which opens the tree; once more from scratch if its base is damaged."""
    try:
        return ask()
    except sqlite3.DatabaseError as error:
        forget(database_path(root, kernel=kernel))
        _say_damaged(str(error))
        return ask()


def _say_damaged(what: str) -> None:
    print(f"lastput: the fact base was damaged ({what}); the tree is read anew", file=sys.stderr)
