"""Where the fact base of a tree lies: outside of the tree, one file for each tree and schema."""

from __future__ import annotations

__all__ = ["SCHEMA_VERSION", "cache_directory", "cache_folder", "database_path", "version"]

import hashlib
import os
import tempfile
from functools import cache
from importlib.resources import files
from pathlib import Path

import platformdirs

#: Goes up with every change of the schema or of what is extracted; other versions' files are left alone.
SCHEMA_VERSION = 2


@cache
def version() -> str:
    """Stands in every base: one made with another schema, or another table of calls, is made anew."""
    parts = [
        files("lastput.facts").joinpath(name).read_bytes()
        for name in (
            "schema.sql",
            "indexes.sql",
            "api.toml",
            "core/ops.txt",
            "core/drivers.txt",
            "core/tables.txt",
        )
    ]
    return f"{SCHEMA_VERSION}-{hashlib.sha256(b''.join(parts)).hexdigest()[:16]}"


def cache_folder(directory: Path | None = None) -> Path:
    """Where what is derived from trees lies: ``directory``, ``$LASTPUT_CACHE``, or the user's cache."""
    return directory or Path(os.environ.get("LASTPUT_CACHE") or platformdirs.user_cache_dir("lastput"))


def database_path(tree: Path, directory: Path | None = None, kernel: Path | None = None) -> Path:
    """The database of ``tree``, read with the headers of ``kernel``; ``directory`` as in
    ``cache_directory``."""
    where = os.fsencode(tree.resolve()) + (b"\0" + os.fsencode(kernel.resolve()) if kernel else b"")
    key = hashlib.sha256(where).hexdigest()[:16]
    name = f"facts-{key}-v{SCHEMA_VERSION}.sqlite"
    return cache_directory(directory, name) / name


def cache_directory(directory: Path | None = None, name: str = "") -> Path:
    """``cache_folder``, made if need be.

    One that cannot be written, and does not hold ``name`` already, is replaced by one below the system's
    temporary directory.
    """
    wanted = cache_folder(directory)
    try:
        wanted.mkdir(parents=True, exist_ok=True)
        writable = os.access(wanted, os.W_OK)
    except OSError:
        writable = False
    if not writable and not (name and (wanted / name).exists()):
        wanted = Path(tempfile.gettempdir()) / f"lastput-{os.getuid()}"
        wanted.mkdir(mode=0o700, exist_ok=True)
    return wanted
