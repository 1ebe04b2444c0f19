"""BUG_ON() and BUG()."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="bug",
    source="lib/bug.c: report_bug; arch/mips/kernel/traps.c: do_trap_or_bp",
    needles=(b"kernel BUG at", b"Kernel BUG at", b"ernel bug detected", b"BUG: failure at"),
    heads=(
        re.compile(r"kernel BUG at (?P<place>[\w./+-]{1,200}:\d{1,6})!"),
        re.compile(r"kernel BUG at (?P<at>[\w.$]{1,200})\(\): (?P<what>.{1,200})"),
        re.compile(r"[Kk]ernel BUG at (?P<at>[\w.$]{1,200})(?:\+0x| \[verbose)"),
        re.compile(r"[Kk]ernel BUG at (?P<where>[0-9a-fx]{8,18}) \[verbose"),
        re.compile(r"BUG: failure at (?P<place>[\w./+-]{1,200}:\d{1,6})/(?P<at>[\w.$]{1,200})\(\)!"),
        re.compile(r"(?P<trap>[Kk]ernel bug detected)\[#(?P<number>\d+)\]"),
    ),
    absorbs=frozenset({"oops", "warning"}),
)
