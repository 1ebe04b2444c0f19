"""What refcount_t says when it saturates, is taken from zero or put once too often."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="refcount",
    source="lib/refcount.c: refcount_warn_saturate",
    needles=(b"refcount_t: ",),
    heads=(
        re.compile(
            r"refcount_t: (?P<what>addition on 0|underflow|decrement hit 0|saturated)"
            r"; (?P<effect>[\w -]{1,40})"
        ),
        re.compile(r"refcount_t: (?P<what>unknown saturation event)"),
    ),
    absorbs=frozenset({"warning"}),
)
