"""Objects left in a cache that goes; slab's own checks."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Frame, Role
from lastput.splat.draft import Draft
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

_TRACK = Lazy(
    r"(?:INFO: )?(?P<what>Allocated|Freed) in (?P<function>[\w.$]{1,200})"
    r"(?:\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8})?"
    r"(?: \[(?P<module>[\w-]{1,64})\])? age=\d{1,20}(?: cpu=\d{1,5} pid=(?P<pid>-?\d{1,10}))?"
)


def _take(draft: Draft, text: str) -> bool:
    """SLUB names who allocated and freed the object; with stack depots, with their stacks."""
    match = _TRACK.match(text)
    if match is None:
        return False
    freed = match["what"] == "Freed"
    draft.open_stack(Role.FREED if freed else Role.ALLOCATED, pid=max(int(match["pid"] or 0), 0))
    draft.add(Frame(match["function"], match["module"] or ""))
    return True


KIND = Kind(
    name="slab",
    source="mm/slab_common.c: kmem_cache_destroy; mm/slub.c: slab_bug; mm/slab.c until 6.7",
    needles=(
        b"BUG ",
        b"orrupt",
        b"still has objects",
        b"lab error in",
    ),
    heads=(
        Lazy(
            r"BUG (?P<cache>\S{1,80})(?: \(.{1,80}\))?: (?P<what>Objects remaining|Object already free|Poison"
            r" overwritten|\w{0,8} ?[Rr]edzone overwritten|Freepointer corrupt|Freechain corrupt"
            r"|Wrong object count"
            r"|Object padding overwritten|Padding overwritten|Wrong freelist|Invalid object pointer"
            r"|Freelist cycle detected"
            r"|Free pointer corrupt|Attempt to free object)"
        ),
        Lazy(
            r"kmem_cache_destroy\(?\)? (?P<cache>\S{1,80}?): Slab cache (?P<what>still has objects)"
            r"(?: when called"
            r" from (?P<at>[\w.$]{1,200}))?"
        ),
        Lazy(
            r"slab error in \w{1,40}\(\): cache `(?P<cache>[^']{1,80})': (?P<what>Can't free all objects"
            r"|double free detected|.{1,80})"
        ),
        Lazy(r"(?P<what>Slab corruption)(?: \(.{1,40}\))?: (?P<cache>\S{1,80})"),
    ),
    details=(
        Lazy(
            r"(?:Slab|Object|INFO: Object|INFO: Slab|INFO: 0x|0x[0-9a-f]{8,16}-0x|Allocated in|Freed in"
            r"|Redzone|Padding|Disabling lock"
            r"|Bytes b4|Right Redzone|Left Redzone|FIX |-{20,}|={20,}|Last user:|Prev obj|Next obj"
            r"|[0-9a-f]{3}: [0-9a-f ]{20,}) ?"
        ),
    ),
    take=_take,
    absorbs=frozenset({"warning"}),
)
