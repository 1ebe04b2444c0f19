"""The guest's root file system: a cpio archive in the format that the kernel unpacks
(Documentation/driver-api/early-userspace/buffer-format.rst)."""

from __future__ import annotations

__all__ = ["archive"]

import gzip
from collections.abc import Mapping

_DIRECTORY, _FILE, _DEVICE = 0o040755, 0o100755, 0o020600
_CONSOLE = (5, 1)


def archive(files: Mapping[str, bytes]) -> bytes:
    """A compressed archive of ``files`` by their names (``bin/busybox``), all executable, with the
    directories that they need and /dev/console. The same files give the same bytes."""
    folders = {"dev", "proc", "sys"}
    for name in files:
        parts = name.split("/")[:-1]
        folders |= {"/".join(parts[: end + 1]) for end in range(len(parts))}
    entries = [(name, _DIRECTORY, b"", (0, 0)) for name in sorted(folders)]
    entries.append(("dev/console", _DEVICE, b"", _CONSOLE))
    entries += [(name, _FILE, files[name], (0, 0)) for name in sorted(files)]
    packed = b"".join(_entry(number, *entry) for number, entry in enumerate(entries, 1))
    return gzip.compress(packed + _entry(0, "TRAILER!!!", 0, b"", (0, 0)), compresslevel=1, mtime=0)


def _entry(inode: int, name: str, mode: int, data: bytes, device: tuple[int, int]) -> bytes:
    fields = (inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0)
    head = b"070701" + b"".join(b"%08x" % field for field in fields) + name.encode() + b"\0"
    return _padded(head) + _padded(data)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
