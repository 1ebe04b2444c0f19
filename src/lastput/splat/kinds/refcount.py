"""What refcount_t says when it saturates, is taken from zero or put once too often."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="refcount",
    source="lib/refcount.c: refcount_warn_saturate; until 5.5 refcount_inc_checked and others",
    needles=(b"refcount_t",),
    heads=(
        Lazy(
            r"refcount_t: (?P<what>addition on 0|increment on 0|underflow|decrement hit 0|saturated)"
            r"; (?P<effect>[\w -]{1,40})"
        ),
        Lazy(r"refcount_t: (?P<what>addition on 0|increment on 0|underflow|decrement hit 0|saturated)"),
        Lazy(r"refcount_t: (?P<what>unknown saturation event)"),
        # x86 and arm64, 4.14 to 5.4: refcount_error_report()
        Lazy(
            r"refcount_t (?P<what>hit zero|overflow|underflow) at "
            r"(?P<at>[\w.$]{1,200})\+0x[0-9a-f]{1,8}/0x[0-9a-f]{1,8}"
            r"(?: \[[\w-]+\])? in (?P<comm>.{1,24})\[(?P<pid>\d{1,10})\]"
        ),
    ),
    absorbs=frozenset({"warning"}),
)
