"""Two entries of one name in sysfs or proc."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="sysfs-duplicate",
    source="fs/sysfs/dir.c: sysfs_warn_dup; lib/kobject.c: kobject_add_internal; fs/proc/generic.c:"
    " proc_register",
    needles=(b"cannot create duplicate filename", b"failed for ", b" already registered"),
    heads=(
        Lazy(r"sysfs: cannot create duplicate filename '(?P<name>[^']{1,200})'"),
        Lazy(r"kobject_add(?:_internal)? failed for (?P<name>.{1,80}?) (?:\(error: |with )-EEXIST"),
        Lazy(r"(?:proc_dir_entry|debugfs:.{0,40}) '(?P<name>[^']{1,200})' already (?:registered|present)"),
    ),
    absorbs=frozenset({"warning"}),
)
