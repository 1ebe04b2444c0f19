"""A CPU that took no interrupt for seconds."""

from __future__ import annotations

__all__ = ["KIND"]

import re

from lastput.splat.kinds import Kind

KIND = Kind(
    name="hard-lockup",
    source="kernel/watchdog.c: watchdog_hardlockup_check; arch/powerpc/kernel/watchdog.c",
    needles=(b"ard LOCKUP", b"self-detected hard"),
    heads=(
        re.compile(r"Watchdog detected hard LOCKUP on cpu ?(?P<cpu>\d{1,5})"),
        re.compile(r"watchdog: CPU (?P<cpu>\d{1,5}) (?:self-)?detected hard LOCKUP"),
        re.compile(r"CPU ?(?P<cpu>\d{1,5}): Watchdog detected hard LOCKUP"),
    ),
    absorbs=frozenset({"warning"}),
)
