"""Directories that are removed when they are no longer needed, also by whoever comes next if this process
is killed."""

from __future__ import annotations

__all__ = ["scratch"]

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_YOUNG = 60.0  # seconds in which a directory may not be locked yet


@contextmanager
def scratch(prefix: str, beside: Path | None = None) -> Iterator[tuple[Path, Path]]:
    """A new directory in ``beside`` (None: where temporary files go), and a short name for it that is good
    in this process: the path of a socket has 107 bytes at most (unix(7)).

    It is locked while it is in use. Directories of the same prefix that nobody locks are removed.
    """
    parent = beside or Path(tempfile.gettempdir())
    _sweep(parent, prefix)
    path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    lock = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path, Path(f"/proc/self/fd/{lock}")
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def _sweep(parent: Path, prefix: str) -> None:
    for found in parent.glob(f"{prefix}*"):
        with suppress(OSError):  # somebody else's, or somebody else was faster
            stat = found.stat()
            if not found.is_dir() or stat.st_uid != os.getuid() or time.time() - stat.st_mtime < _YOUNG:
                continue
            lock = os.open(found, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(found, ignore_errors=True)
            finally:
                os.close(lock)
