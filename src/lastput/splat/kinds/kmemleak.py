"""Memory to which no pointer is left."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kmemleak",
    source="mm/kmemleak.c: print_unreferenced",
    needles=(
        b"unreferenced object ",
        b"BUG: ",
    ),
    heads=(
        Lazy(
            r"unreferenced object(?: \(percpu\))? (?P<address>0x[0-9a-f]{8,16}) \(size "
            r"(?P<object_size>\d{1,12})\):"
        ),
        Lazy(r"BUG: (?P<what>memory leak)"),
    ),
    details=(
        Lazy(r'comm "(?P<comm>.{0,24})", pid (?P<pid>\d{1,10}), jiffies'),
        Lazy(r"hex dump \(first|(?:[0-9a-f]{2} ){8}"),
        Lazy(r"\[leak (?P<leaked>[\w.]{1,40})\]"),
    ),
    stacks=((Lazy(r"backtrace(?: \(crc [0-9a-f]{1,8}\))?:"), Role.ALLOCATED),),
)
