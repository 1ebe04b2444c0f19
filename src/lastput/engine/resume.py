"""Resume files: a stopped search on disk.

A file is written whole or not at all. Its layout: a magic line with the version; the length of the
description, 8 bytes; the description in MessagePack; the buffers (BUFFERS); a checksum over all that.
"""

from __future__ import annotations

__all__ = ["load", "save"]

import contextlib
import errno
import hashlib
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO

import msgspec

from lastput.engine.program import Program
from lastput.engine.snapshot import Snapshot, fingerprint
from lastput.errors import LastputError

MAGIC = b"lastput-resume 3\n"
CHECKSUM = 32
PIECE = 1 << 24
#: Fields of a snapshot that are buffers.
BUFFERS = ("states", "shared", "local", "stack", "futures")
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class _Description(msgspec.Struct, frozen=True):
    byteorder: str
    snapshot: Snapshot
    sizes: tuple[int, ...]  # bytes of each buffer


def save(path: str | os.PathLike[str], snapshot: Snapshot) -> None:
    """Writes a snapshot. Raises LastputError ``disk-full`` or ``cannot-write``; the file is then as it
    was before."""
    target = Path(path)
    if target.exists() and not target.is_file():
        raise LastputError(
            "cannot-write", f"the resume file {target} is no regular file", "name another file, or a new one"
        )
    buffers = [memoryview(getattr(snapshot, name)).cast("B") for name in BUFFERS]
    bare = msgspec.structs.replace(snapshot, **dict.fromkeys(BUFFERS))
    head = msgspec.msgpack.encode(_Description(sys.byteorder, bare, tuple(map(len, buffers))))
    name = ""
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as file:
            name = file.name
            digest = hashlib.blake2b(digest_size=CHECKSUM)
            front = MAGIC + struct.pack("<Q", len(head)) + head
            for part in (memoryview(front), *buffers):
                for start in range(0, len(part), PIECE):
                    piece = part[start : start + PIECE]
                    digest.update(piece)
                    file.write(piece)
            file.write(digest.digest())
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except BaseException as error:
        if name:
            with contextlib.suppress(OSError):
                Path(name).unlink()
        if isinstance(error, OSError):
            raise _cannot_write(target, error) from error
        raise


def _cannot_write(target: Path, error: OSError) -> LastputError:
    if error.errno in _FULL:
        return LastputError(
            "disk-full",
            f"no room for the resume file {target}",
            "make room, or name a file on another disk; nothing was written",
        )
    return LastputError(
        "cannot-write",
        f"the resume file {target} cannot be written: {error.strerror}",
        "name a file in a directory that you may write to",
    )


def load(path: str | os.PathLike[str], program: Program) -> Snapshot:
    """Reads a snapshot of a search of ``program``. Raises LastputError ``bad-resume`` if the file is not
    whole or not one of ours, ``resume-mismatch`` if it is of another program."""
    source = Path(path)
    if source.exists() and not source.is_file():
        raise _bad(source, "it is no regular file")
    try:
        size = source.stat().st_size
        with source.open("rb") as file:
            description, buffers = _read(file, size, source)
    except OSError as error:
        raise _bad(source, error.strerror or "cannot be read") from error
    snapshot = description.snapshot
    if snapshot.program != fingerprint(program):
        raise LastputError(
            "resume-mismatch",
            f"{source} is of another test, or of other options or another version of this one",
            "start again without it, or give the test and the options that it was made with",
        )
    return msgspec.structs.replace(snapshot, **dict(zip(BUFFERS, buffers, strict=True)))


def _read(file: BinaryIO, size: int, source: Path) -> tuple[_Description, list[bytearray]]:
    digest = hashlib.blake2b(digest_size=CHECKSUM)

    def take(count: int) -> bytearray:
        if count < 0 or count > size:
            raise _bad(source, "it is cut short")
        part = bytearray(count)
        view = memoryview(part)
        done = 0
        while done < count:
            got = file.readinto(view[done : done + PIECE])  # type: ignore[attr-defined]
            if not got:
                raise _bad(source, "it is cut short")
            digest.update(view[done : done + got])
            done += got
        return part

    if take(min(len(MAGIC), size)) != MAGIC:
        raise _bad(source, "it is not a resume file of this version of lastput")
    (length,) = struct.unpack("<Q", take(8))
    try:
        description = msgspec.msgpack.decode(take(length), type=_Description)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(source, "its description cannot be read") from error
    if description.byteorder != sys.byteorder:
        raise _bad(source, "it was written by a machine with another byte order")
    if len(description.sizes) != len(BUFFERS):
        raise _bad(source, "its description cannot be read")
    buffers = [take(size) for size in description.sizes]
    expected = digest.digest()
    if file.read(CHECKSUM + 1) != expected:
        raise _bad(source, "its checksum is wrong")
    return description, buffers


def _bad(source: Path, why: str) -> LastputError:
    return LastputError(
        "bad-resume", f"the resume file {source} is of no use: {why}", "start again without it"
    )
