"""A CPU that took no interrupt for seconds."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="hard-lockup",
    source="kernel/watchdog.c: watchdog_hardlockup_check",
    needles=(b"hard LOCKUP on cpu",),
    heads=(re.compile(r"Watchdog detected hard LOCKUP on cpu (?P<cpu>\d{1,5})"),),
)
