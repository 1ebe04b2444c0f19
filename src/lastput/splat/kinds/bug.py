"""BUG_ON() and BUG()."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="bug",
    source="lib/bug.c: report_bug; arch/mips/kernel/traps.c: do_trap_or_bp",
    needles=(
        b"BUG at",
        b"ernel bug detected",
        b"BUG: ",
    ),
    heads=(
        Lazy(r"kernel BUG at (?P<place>[\w./+-]{1,200}:\d{1,6})!"),
        Lazy(r"kernel BUG at (?P<at>[\w.$]{1,200})\(\): (?P<what>.{1,200})"),
        Lazy(r"[Kk]ernel BUG at (?P<where>[0-9a-fx]{8,18}) \[verbose"),
        Lazy(r"[Kk]ernel BUG at (?P<at>[\w.$]{1,200})(?:\+0x| \[verbose)"),
        Lazy(r"BUG: failure at (?P<place>[\w./+-]{1,200}:\d{1,6})/(?P<at>[\w.$]{1,200})\(\)!"),
        Lazy(r"(?P<trap>[Kk]ernel bug detected)\[#(?P<number>\d+)\]"),
    ),
    absorbs=frozenset({"oops", "warning"}),
)
