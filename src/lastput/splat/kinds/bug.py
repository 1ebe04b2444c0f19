"""BUG_ON() and BUG()."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="bug",
    source="lib/bug.c: report_bug",
    needles=(b"kernel BUG at", b"Kernel BUG at"),
    heads=(
        re.compile(r"kernel BUG at (?P<place>[\w./+-]{1,200}:\d{1,6})!"),
        re.compile(r"Kernel BUG at (?P<at>[\w.$]{1,200})\+0x"),
        re.compile(r"kernel BUG at (?P<at>[\w.$]{1,200})\(\): (?P<what>.{1,200})"),
    ),
    absorbs=frozenset({"oops"}),
)
