"""One pass over a packed kernel tree, which must be whole: a damaged archive is an error, not a gap."""

from __future__ import annotations

__all__ = ["is_archive", "scan", "search", "unpack"]

import bz2
import gzip
import lzma
import re
import tarfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, cast

from lastput.errors import LastputError, Place

#: Kept in any case: what the files of a kernel include.
_HEADERS = ("include/", "arch/x86/include/")
_MAX_FILE = 16 << 20  # bytes; the largest C file of a kernel has about a tenth of it
_MAX_KEPT = 256 << 20  # bytes, all files together

_MAGIC = ((b"\xfd7zXZ\0", "xz"), (b"\x1f\x8b", "gz"), (b"BZh", "bz2"))


def _kind(path: Path) -> str:
    with path.open("rb") as file:
        head = file.read(512)
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    return "tar" if head[257:262] == b"ustar" else ""


def is_archive(path: Path) -> bool:
    """Whether the file begins as a tar archive does, packed or not."""
    return _kind(path) != ""


class _Watched:
    """A stream that remembers how it ended: tarfile takes any damage between members for the end."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.tail = b""

    def read(self, size: int) -> bytes:
        data = self.file.read(size)
        if data:
            self.tail = (self.tail + data[-1024:])[-1024:]
        return data

    def ended_well(self) -> bool:
        """Whether nothing but zeros follows, and at least the two blocks that end an archive."""
        while data := self.read(1 << 20):
            if data.strip(b"\0"):
                return False
        return len(self.tail) == 1024 and not self.tail.strip(b"\0")


def scan(
    path: Path, inner: Callable[[str], str], wanted: set[str], folders: set[str]
) -> tuple[dict[str, bytes], list[str]]:
    """The contents of the files ``wanted``, of the C files in ``folders`` and of the kernel's own headers;
    the names of all files.

    ``inner`` maps the name of a member to a path in the tree. Raises LastputError ``bad-tree``.
    """
    files: dict[str, bytes] = {}
    names: list[str] = []

    def keep(name: str) -> bool:
        names.append(name)
        return _keep(name, wanted, folders)

    kept = 0
    for name, content in _contents(path, inner, keep):
        kept += len(content)
        if kept <= _MAX_KEPT:
            files[name] = content
    return files, names


def search(path: Path, inner: Callable[[str], str], words: Iterable[str]) -> dict[str, bytes]:
    """The C files of the archive that contain one of ``words``. Raises LastputError ``bad-tree``."""
    pattern = re.compile(rb"\b(?:" + b"|".join(re.escape(word.encode()) for word in words) + rb")\(")
    files = _contents(path, inner, lambda name: name.endswith(".c"))
    return {name: content for name, content in files if pattern.search(content)}


def unpack(path: Path, folder: Path, keep: Callable[[str], bool]) -> None:
    """Write the files of the archive that ``keep`` wants below ``folder``, without the one folder that is
    around all of them, if there is one. Links are passed over. Raises LastputError ``bad-tree``; OSError."""
    tops: set[str] = set()

    def inside(name: str) -> str:
        parts = [part for part in name.split("/") if part not in ("", ".")]
        tops.add(parts[0] if len(parts) > 1 else "")
        return "/".join(parts)

    for name, content in _contents(path, inside, lambda name: ".." not in name.split("/") and keep(name)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (top,) = tops if len(tops) == 1 else ("",)
    if top:
        around = folder / f".{top}.around"
        (folder / top).rename(around)
        for one in around.iterdir():
            one.rename(folder / one.name)
        around.rmdir()


def _contents(
    path: Path, inner: Callable[[str], str], keep: Callable[[str], bool]
) -> Iterator[tuple[str, bytes]]:
    try:
        with _unpacked(path) as raw:
            watched = _Watched(raw)
            with tarfile.open(fileobj=cast(IO[bytes], watched), mode="r|") as tar:
                while member := tar.next():
                    vars(tar)["members"].clear()  # tarfile remembers them all: here some 100 MB
                    if not member.isreg():
                        continue
                    name = inner(member.name)
                    if not keep(name) or member.size > _MAX_FILE:
                        continue
                    content = tar.extractfile(member)
                    if content is not None:
                        yield name, content.read()
                if not watched.ended_well():
                    raise tarfile.ReadError("it ends too early")
    except (OSError, EOFError, tarfile.TarError, lzma.LZMAError, zlib.error, ValueError) as error:
        raise LastputError(
            "bad-tree", f"{path.name} is damaged: {error}", "fetch or install it again", Place(str(path))
        ) from None


def _keep(name: str, wanted: set[str], folders: set[str]) -> bool:
    return (
        name in wanted
        or (name.endswith((".c", ".h")) and name.rpartition("/")[0] in folders)
        or (name.endswith(".h") and name.startswith(_HEADERS))
    )


def _unpacked(path: Path) -> IO[bytes]:
    kind = _kind(path)
    if kind == "xz":
        return cast(IO[bytes], lzma.open(path, "rb"))
    if kind == "gz":
        return cast(IO[bytes], gzip.open(path, "rb"))
    if kind == "bz2":
        return cast(IO[bytes], bz2.open(path, "rb"))
    return path.open("rb")
