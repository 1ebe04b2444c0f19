"""How bad a finding is, and why: what breaks, who can bring it about, where, and in how wide a window."""

from __future__ import annotations

__all__ = ["LEVELS", "Level", "Severity"]

from typing import Literal

import msgspec

#: ``high``: memory corruption or a hang that somebody without rights, or a plain unplug, can bring about.
#: ``low``: what costs some memory, or what only root can do, with luck.
Level = Literal["high", "medium", "low"]
LEVELS: tuple[Level, ...] = ("high", "medium", "low")


class Severity(msgspec.Struct, frozen=True, omit_defaults=True):
    """``points`` (0 to 100) put findings of a level in order. ``error`` is the class of error, ``who`` can
    bring it about (a name of severity.toml), ``how`` they get there (``ioctl of foo_fops``), ``context`` is
    where the last step runs, ``window`` how wide it is: ``always``, ``wide``, ``narrow`` or ``error-path``.
    ``reason`` says all of it in one line."""

    level: Level
    points: int
    error: str
    who: str
    how: str = ""
    context: str = "process"
    window: str = "always"
    reason: str = ""
