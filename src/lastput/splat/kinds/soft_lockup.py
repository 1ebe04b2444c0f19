"""A CPU that ran one task in the kernel without a break."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="soft-lockup",
    source="kernel/watchdog.c: watchdog_timer_fn",
    needles=(b"soft lockup - CPU#",),
    heads=(
        re.compile(
            r"BUG: soft lockup - CPU#(?P<cpu>\d{1,5}) stuck for (?P<seconds>\d{1,10})s!"
            r"(?: \[(?P<comm>.{1,24}):(?P<pid>\d{1,10})\])?"
        ),
        re.compile(r"BUG: soft lockup - CPU#(?P<cpu>\d{1,5})"),
    ),
    details=(re.compile(r"CPU#\d{1,5} (?:Utilization|Detect HardIRQ)|#\d{1,2}: {1,4}\d{1,3}% system"),),
)
