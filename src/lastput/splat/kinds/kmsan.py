"""KMSAN: a value that nobody wrote is used."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.schema.splat import Role
from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kmsan",
    source="mm/kmsan/report.c: kmsan_report",
    needles=(b"BUG: ",),
    heads=(
        Lazy(r"BUG: KMSAN: (?P<what>[\w-]{1,40}) in (?P<at>[\w.$]{1,200})"),
        Lazy(r"BUG: KMSAN: (?P<what>[\w-]{1,40})"),
    ),
    details=(
        Lazy(r"Bytes? (?P<bytes>\d{1,6}(?:-\d{1,6})?) of (?P<of>\d{1,6}) (?:are|is) uninitialized"),
        Lazy(r"Memory access of size (?P<size>\d{1,9}) starts at (?P<address>[0-9a-f]{8,16})"),
        Lazy(r"Data copied to user address"),
    ),
    stacks=(
        (Lazy(r"Uninit was stored to memory at:"), Role.STORED),
        (Lazy(r"Uninit was created at:"), Role.CREATED),
        (Lazy(r"Local variable (?P<variable>\S{1,80}) created at:"), Role.CREATED),
        (Lazy(r"(?:<balanced>|chained origin)"), Role.STORED),
    ),
    end=Lazy(r"={50,80}$"),
)
