"""A BUG: or INFO: line of a kind that lastput does not know."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="other",
    source="",
    needles=(
        b"BUG: ",
        b"nobody cared",
    ),
    heads=(
        Lazy(
            r"(?:^|[\w:] )BUG: (?P<what>(?!KASAN|KFENCE|KMSAN|KCSAN|unable to handle|Unable to handle"
            r"|kernel NULL|soft lockup|workqueue lockup).{3,200})"
        ),
        Lazy(r"(?P<what>irq \d{1,5}: nobody cared.{0,80})"),
    ),
    last=True,
)
