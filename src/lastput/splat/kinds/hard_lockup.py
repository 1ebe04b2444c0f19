"""A CPU that took no interrupt for seconds."""

from __future__ import annotations

__all__ = ["KIND"]

from lastput.splat.kinds import Kind
from lastput.splat.lazy import Lazy

KIND = Kind(
    name="hard-lockup",
    source="kernel/watchdog.c: watchdog_hardlockup_check; arch/powerpc/kernel/watchdog.c",
    needles=(b"ard LOCKUP", b"self-detected hard"),
    heads=(
        Lazy(r"Watchdog detected hard LOCKUP on cpu ?(?P<cpu>\d{1,5})"),
        Lazy(r"watchdog: CPU (?P<cpu>\d{1,5}) (?:self-)?detected hard LOCKUP"),
    ),
    absorbs=frozenset({"warning"}),
)
