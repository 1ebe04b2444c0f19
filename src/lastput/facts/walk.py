"""The files of a tree that facts come from."""

from __future__ import annotations

__all__ = ["Found", "is_read", "walk"]

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

_LARGEST = 64 << 20
#: What may say which files make a module: Makefiles by all their names, and what writes them.
_BUILD = re.compile(
    r"(?i:makefile)|^Kbuild|\.(?:mk|mak|[Kk]build)(?:\.in)?$|^(?:CMakeLists\.txt|dkms\.conf(?:\.in)?|configure\.(?:ac|in))$"
)


class Found(NamedTuple):
    """A file: ``path`` relative to the tree, ``size`` in bytes, ``mtime`` in nanoseconds; ``skipped`` says
    why it is not to be read, "" otherwise."""

    path: str
    size: int
    mtime: int
    skipped: str


def is_read(name: str) -> bool:
    """Whether files of that name are looked at."""
    return name.endswith((".c", ".h")) or _BUILD.search(name) is not None or name.startswith("Kconfig")


def walk(tree: Path) -> tuple[list[Found], list[Found], list[Found]]:
    """Sources (.c and .h), Makefiles and their like, and Kconfig files of a tree, each sorted by path.

    Symbolic links are not followed: what they point to is in the tree under its own name, or not of it.
    """
    sources: list[Found] = []
    makefiles: list[Found] = []
    kconfigs: list[Found] = []
    pending = [""]
    while pending:
        directory = pending.pop()
        try:
            entries = sorted(os.scandir(tree / directory), key=lambda entry: entry.name)
        except OSError as error:
            sources.append(Found(directory + "/", 0, 0, error.strerror or "unreadable directory"))
            continue
        for entry in entries:
            path = f"{directory}/{entry.name}" if directory else entry.name
            if entry.is_symlink():
                continue
            if not _utf8(entry.name):
                if entry.is_dir(follow_symlinks=False) or is_read(entry.name):
                    shown = os.fsencode(path).decode("utf-8", "backslashreplace")
                    sources.append(Found(shown, 0, 0, "its name is not UTF-8"))
                continue
            if entry.is_dir(follow_symlinks=False):
                if entry.name != ".git":
                    pending.append(path)
                continue
            name = entry.name
            kind = (
                sources
                if name.endswith((".c", ".h"))
                else makefiles
                if _BUILD.search(name)
                else kconfigs
                if name.startswith("Kconfig")
                else None
            )
            if kind is None:
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                kind.append(Found(path, 0, 0, error.strerror or "unreadable"))
                continue
            skipped = ""
            if not stat.S_ISREG(status.st_mode):
                skipped = "not a regular file"
            elif status.st_size > _LARGEST:
                skipped = f"larger than {_LARGEST >> 20} MiB"
            kind.append(Found(path, status.st_size, status.st_mtime_ns, skipped))
    return sorted(sources), sorted(makefiles), sorted(kconfigs)


def _utf8(name: str) -> bool:
    """Whether a name is text; other bytes come as lone surrogates, which no report can hold."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True
