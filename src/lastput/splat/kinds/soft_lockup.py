"""A CPU that ran one task in the kernel without a break."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="soft-lockup",
    source="kernel/watchdog.c: watchdog_timer_fn",
    needles=(b"BUG: ",),
    heads=(
        Lazy(
            r"BUG: soft lockup - CPU#(?P<cpu>\d{1,5}) stuck for (?P<seconds>\d{1,10})s!"
            r"(?: \[(?P<comm>.{1,24}):(?P<pid>\d{1,10})\])?"
        ),
        Lazy(r"BUG: soft lockup - CPU#(?P<cpu>\d{1,5})"),
    ),
    details=(Lazy(r"CPU#\d{1,5} (?:Utilization|Detect HardIRQ)|#\d{1,2}: {1,4}\d{1,3}% system"),),
)
