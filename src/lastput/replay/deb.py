"""The files of a Debian package: an ``ar`` archive that has a ``data.tar`` (deb(5))."""

from __future__ import annotations

__all__ = ["unpack"]

import lzma
import shutil
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO

import zstandard

from lastput.errors import LastputError, Place
from lastput.replay import ending

_MAGIC = b"!<arch>\n"
_HEADER = 60


def unpack(package: Path, into: Path, wanted: Callable[[str], bool]) -> None:
    """Unpack the files whose name (``boot/vmlinuz-...``) is wanted below ``into``.

    Raises LastputError ``bad-package`` for what is no package, or only a part of one.
    """
    try:
        with package.open("rb") as file:
            member = _data(file, package)
            stream = zstandard.ZstdDecompressor().stream_reader(file) if member.endswith(".zst") else file
            with tarfile.open(fileobj=stream, mode="r|*") as archive:
                for entry in archive:
                    ending.check()
                    name = entry.name.removeprefix("./")
                    if entry.isfile() and wanted(name):
                        _keep(archive, entry, into / _inside(name, package))
    except (tarfile.TarError, lzma.LZMAError, zlib.error, zstandard.ZstdError, EOFError) as error:
        raise _bad(package, str(error) or "it ends too early") from None


def _inside(name: str, package: Path) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise _bad(package, f"it has a file {name}")
    return path


def _keep(archive: tarfile.TarFile, entry: tarfile.TarInfo, target: Path) -> None:
    """``TarFile.extract`` is safe from Python 3.11.4 on, Debian 12 has an older one."""
    source = archive.extractfile(entry)
    assert source is not None
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        shutil.copyfileobj(source, out)


def _data(file: IO[bytes], package: Path) -> str:
    """Seek to the contents of ``data.tar*``; gives its name."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise _bad(package, "it does not begin as one")
    size = package.stat().st_size
    while len(header := file.read(_HEADER)) == _HEADER:
        try:
            name, length = header[:16].decode("ascii").strip().rstrip("/"), int(header[48:58])
        except ValueError:
            raise _bad(package, "a header is damaged") from None
        if file.tell() + length > size:
            raise _bad(package, f"it is cut off: {name} should have {length:,} bytes")
        if name.startswith("data.tar"):
            return name
        file.seek(length + length % 2, 1)
    raise _bad(package, "it has no data.tar")


def _bad(package: Path, why: str) -> LastputError:
    return LastputError(
        "bad-package",
        f"this is no whole Debian package: {why}",
        "download it again: apt-get download NAME, or --fetch",
        Place(str(package)),
    )
