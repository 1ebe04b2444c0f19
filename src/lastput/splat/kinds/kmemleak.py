"""Memory to which no pointer is left."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind

KIND = Kind(
    name="kmemleak",
    source="mm/kmemleak.c: print_unreferenced",
    needles=(b"unreferenced object ", b"BUG: memory leak"),
    heads=(
        re.compile(
            r"unreferenced object(?: \(percpu\))? (?P<address>0x[0-9a-f]{8,16}) \(size "
            r"(?P<object_size>\d{1,12})\):"
        ),
        re.compile(r"BUG: (?P<what>memory leak)"),
    ),
    details=(
        re.compile(r'comm "(?P<comm>.{0,24})", pid (?P<pid>\d{1,10}), jiffies'),
        re.compile(r"hex dump \(first|(?:[0-9a-f]{2} ){8}"),
        re.compile(r"\[leak (?P<leaked>[\w.]{1,40})\]"),
    ),
    stacks=((re.compile(r"backtrace(?: \(crc [0-9a-f]{1,8}\))?:"), Role.ALLOCATED),),
)
