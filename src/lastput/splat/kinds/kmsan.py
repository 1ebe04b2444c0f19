"""KMSAN: a value that nobody wrote is used."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind

KIND = Kind(
    name="kmsan",
    source="mm/kmsan/report.c: kmsan_report",
    needles=(b"BUG: KMSAN: ",),
    heads=(
        re.compile(r"BUG: KMSAN: (?P<what>[\w-]{1,40}) in (?P<at>[\w.$]{1,200})"),
        re.compile(r"BUG: KMSAN: (?P<what>[\w-]{1,40})"),
    ),
    details=(
        re.compile(r"Bytes? (?P<bytes>\d{1,6}(?:-\d{1,6})?) of (?P<of>\d{1,6}) (?:are|is) uninitialized"),
        re.compile(r"Memory access of size (?P<size>\d{1,9}) starts at (?P<address>[0-9a-f]{8,16})"),
        re.compile(r"Data copied to user address"),
    ),
    stacks=(
        (re.compile(r"Uninit was stored to memory at:"), Role.STORED),
        (re.compile(r"Uninit was created at:"), Role.CREATED),
        (re.compile(r"Local variable (?P<variable>\S{1,80}) created at:"), Role.CREATED),
        (re.compile(r"(?:<balanced>|chained origin)"), Role.STORED),
    ),
    end=re.compile(r"={50,80}$"),
)
