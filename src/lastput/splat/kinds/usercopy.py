"""A copy from or to user space that leaves the object."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="usercopy",
    source="mm/usercopy.c: usercopy_abort",
    needles=(b"usercopy: ",),
    heads=(
        Lazy(
            r"usercopy: Kernel memory (?P<what>exposure|overwrite) attempt detected (?:from|to) "
            r"(?P<object>.{1,100}?)"
            r"(?: \(offset (?P<offset>\d{1,12}), size (?P<bytes>\d{1,12})\))?!"
        ),
        Lazy(
            r"usercopy: kernel memory (?P<what>exposure|overwrite) attempt detected (?:from|to) "
            r"(?P<object>.{1,100})"
        ),
    ),
    absorbs=frozenset({"bug", "oops"}),
)
