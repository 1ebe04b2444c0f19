"""The end of a KASAN report whose headline is lost: the log begins too late."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind, kasan
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="kasan-tail",
    source=kasan.KIND.source,
    needles=(b" by task ",),
    heads=(
        Lazy(
            r"^(?P<access>Read|Write) of size (?P<bytes>\d{1,10}) at addr (?P<address>[0-9a-f]{8,16})"
            r" by task (?P<comm>.{1,24})/(?P<pid>\d{1,10})$"
        ),
        Lazy(
            r"^(?P<access>Free) of addr (?P<address>[0-9a-f]{8,16}) by task (?P<comm>.{1,24})/"
            r"(?P<pid>\d{1,10})$"
        ),
        Lazy(r"^Allocated by task (?P<maker>\d{1,10})(?: on cpu \d+ at [\d.]+s)?:$"),
        Lazy(r"^Freed by task (?P<freer>\d{1,10})(?: on cpu \d+ at [\d.]+s)?:$"),
    ),
    details=kasan.KIND.details,
    stacks=kasan.KIND.stacks,
    end=kasan.KIND.end,
    last=True,
    bare=True,
)
