"""A die() whose headline was lost, or that has none of its own: traps, invalid opcodes, arm64 aborts."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="oops",
    source="arch/x86/kernel/dumpstack.c: __die_header; arch/arm64/kernel/traps.c: __die",
    needles=(b"Oops: ", b"Internal error: ", b"invalid opcode: ", b"stack guard page"),
    heads=(
        re.compile(r"(?:Oops: )?(?P<trap>invalid opcode|divide error|stack segment|int3|bounds): 0000 \[#"),
        re.compile(r"Internal error: (?P<trap>[\w -]{1,60}): (?P<oops>[0-9a-f]{8,16}) \[#"),
        re.compile(r"Oops: (?:Oops: )?(?P<oops>[0-9a-f]{4}) \[#"),
        re.compile(r"BUG: (?P<trap>stack guard page) was hit at (?P<address>[0-9a-f]{8,16})"),
    ),
)
