"""A BUG: or INFO: line of a kind that lastput does not know."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="other",
    source="",
    needles=(
        b"BUG: ",
        b"nobody cared",
        b"BUG at ",
        b"Unhandled exception",
        b"NMI received for unknown reason",
    ),
    heads=(
        re.compile(
            r"(?:^|[\w:] )BUG: (?P<what>(?!KASAN|KFENCE|KMSAN|KCSAN|unable to handle|Unable to handle"
            r"|kernel NULL|soft lockup|workqueue lockup).{3,200})"
        ),
        re.compile(r"(?P<what>irq \d{1,5}: nobody cared.{0,80})"),
    ),
    last=True,
)
