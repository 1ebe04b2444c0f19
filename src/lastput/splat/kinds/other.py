"""A BUG: line of a kind that lastput does not know."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="other",
    source="",
    needles=(b"BUG: ",),
    heads=(re.compile(r"(?:^|watchdog: )BUG: (?P<what>(?!KASAN|KFENCE|unable to handle).{3,200})"),),
    last=True,
)
