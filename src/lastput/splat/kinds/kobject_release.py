"""A kobject whose last reference is put, and that cannot be freed."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kobject-release",
    source="lib/kobject.c: kobject_cleanup, kobject_put, kobject_get; drivers/base/core.c: device_release",
    needles=(
        b"does not have a release() function",
        b"is not initialized, yet kobject_",
        b"tried to init an initialized",
    ),
    heads=(
        Lazy(r"kobject: '(?P<name>[^']{0,80})' \(.{1,40}\): (?P<what>does not have a release\(\) function)"),
        Lazy(r"Device '(?P<name>[^']{0,80})' (?P<what>does not have a release\(\) function)"),
        Lazy(
            r"kobject: '(?P<name>[^']{0,80})' \(.{1,40}\): (?P<what>is not initialized, yet kobject_(?:put"
            r"|get|del)\(\) is being called)"
        ),
        Lazy(r"kobject \(.{1,40}\): (?P<what>tried to init an initialized object)"),
    ),
    absorbs=frozenset({"warning"}),
)
