"""Objects left in a cache that goes; slab's own checks."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="slab",
    source="mm/slab_common.c: kmem_cache_destroy; mm/slub.c: slab_bug",
    needles=(
        b"Objects remaining ",
        b"still has objects",
        b"already free",
        b"Poison overwritten",
        b"Redzone overwritten",
    ),
    heads=(
        re.compile(
            r"BUG (?P<cache>\S{1,80}) \(.{1,80}\): (?P<what>Objects remaining|Object already free|Poison"
            r" overwritten|\w{0,8} ?Redzone overwritten)"
        ),
        re.compile(
            r"kmem_cache_destroy (?P<cache>\S{1,80}): Slab cache (?P<what>still has objects)(?: when called"
            r" from (?P<at>[\w.$]{1,200}))?"
        ),
    ),
    details=(
        re.compile(
            r"(?:Slab|Object|INFO: Object|INFO: Slab|Allocated in|Freed in|Redzone|Padding|Disabling lock) ?"
        ),
    ),
    absorbs=frozenset({"warning"}),
)
