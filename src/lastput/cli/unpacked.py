"""A packed tree, unpacked once into the user's cache: what facts are read from, and no more."""

from __future__ import annotations

__all__ = ["unpacked"]

import fcntl
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path, PurePosixPath

from lastput.c.archive import is_archive, unpack
from lastput.errors import LastputError
from lastput.facts.location import cache_folder
from lastput.facts.walk import is_read

_ALSO = frozenset({"MAINTAINERS", "CREDITS", "lastput.toml"})


def unpacked(archive: Path) -> Path:
    """The folder with the contents of ``archive``, a tar file packed by xz, gzip, bzip2 or not at all.

    Raises LastputError ``no-tree`` for another file, ``bad-tree`` if it is damaged; OSError.
    """
    if not is_archive(archive):
        raise LastputError(
            "no-tree", f"{archive} is no folder, C file or tar archive", "such as linux-source-6.12.tar.xz"
        )
    status = archive.stat()
    key = f"{archive.resolve()}\n{status.st_size}\n{status.st_mtime_ns}".encode("utf-8", "surrogateescape")
    home = cache_folder() / "sources"
    folder = home / f"{_plain(archive.name)}-{hashlib.sha256(key).hexdigest()[:12]}"
    home.mkdir(parents=True, exist_ok=True)
    with (home / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            print(
                f"lastput: unpacking {archive.name}: once, a minute for a kernel", file=sys.stderr, flush=True
            )
            for left in home.glob(".new-*"):
                shutil.rmtree(left, ignore_errors=True)
            fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=home))
            try:
                unpack(archive, fresh, _wanted)
                fresh.replace(folder)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
    return folder


def _plain(name: str) -> str:
    return name.split(".tar")[0].removesuffix(".tgz").replace("/", "_")


def _wanted(path: str) -> bool:
    name = PurePosixPath(path).name
    return is_read(name) or name in _ALSO
