"""The fact base of a tree as it would be with other contents of some files. The tree is not touched."""

from __future__ import annotations

__all__ = ["overlay", "put_texts"]

import contextlib
import hashlib
import secrets
import shutil
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from lastput.facts.core import has_core, write_core
from lastput.facts.entries import write_entries
from lastput.facts.extract import extract, worth_reading
from lastput.facts.macro_tables import write_macro_tables
from lastput.facts.membership import is_kernel
from lastput.facts.own_modules import write_own_modules
from lastput.facts.store import Writer
from lastput.facts.walk import Found


def overlay(tree: Path, database: Path, target: Path, texts: Mapping[str, bytes | None]) -> None:
    """Copy the base ``database`` of ``tree`` to ``target``, with ``texts`` (None: absent) in place of files.

    What Makefiles say stays as it is in the tree. Raises OSError.
    """
    shutil.copyfile(database, target)
    with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as db:
        db.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -100000;")
        # Answers that are kept for single places belong to the ids of one base. Those for the one that this
        # is a copy of hold, for ids that are the same: a file that was replaced has new ones.
        db.execute(
            "INSERT OR REPLACE INTO meta SELECT 'copy-of', value FROM meta WHERE key = 'token' AND NOT EXISTS"
            " (SELECT 1 FROM meta WHERE key = 'copy-of')"
        )
        db.execute(
            "INSERT OR IGNORE INTO meta VALUES ('copied-from', ?)", (str(database.with_suffix("").resolve()),)
        )
        db.execute("INSERT OR REPLACE INTO meta VALUES ('token', ?)", (secrets.token_hex(16),))
        put_texts(db, tree, texts)


def put_texts(db: sqlite3.Connection, tree: Path, texts: Mapping[str, bytes | None]) -> None:
    """Other contents of some files (None: absent) into a base, as one transaction."""
    db.execute("BEGIN")
    writer = Writer(db)
    for path, content in sorted(texts.items()):
        writer.remove(path)
        if content is None or not path.endswith((".c", ".h")):
            continue
        facts = extract(path, content) if worth_reading(path, content) and b"\0" not in content else None
        digest = hashlib.blake2b(content, digest_size=16).digest()
        writer.add(Found(path, len(content), 0, ""), digest, facts, "", b"lastput:" in content)
    writer.finish()
    if writer.declarations_changed():
        db.execute("INSERT OR REPLACE INTO meta VALUES ('declared', ?)", (secrets.token_hex(16),))
    if has_core(db):
        write_core(db)
    again = None if writer.macros_changed() else frozenset(writer.added)
    write_entries(db, again)
    write_macro_tables(db, again)
    write_own_modules(db, tree, is_kernel(tree))
    db.execute("COMMIT")
