"""Inodes that are in use when their file system is unmounted."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="busy-inodes",
    source="fs/super.c: generic_shutdown_super",
    needles=(b"Busy inodes after",),
    heads=(
        Lazy(
            r"VFS: Busy inodes after unmount of (?P<device>\S{1,60}?)(?: \((?P<filesystem>\w{1,30})\)"
            r"|\. Self-destruct|$)"
        ),
        Lazy(r"(?P<what>Busy inodes after unmount)"),
    ),
    absorbs=frozenset({"bug", "warning"}),
)
