"""Schedules as short strings, for command lines and bug reports.

``1:0x12,2,0x3,1c1`` is version 1 of the format; 12 steps of thread 0, one of thread 2, three of
thread 0, and one of thread 1 in which it takes choice 1.
"""

from __future__ import annotations

__all__ = ["decode", "encode"]

import re
from itertools import groupby

from lastput.engine.verdict import Schedule
from lastput.errors import LastputError

VERSION = 1
#: Longer schedules are not taken for ours.
LONGEST = 1_000_000

_RUN = re.compile(r"([0-9]{1,6})(?:c([0-9]{1,9}))?(?:x([0-9]{1,7}))?")


def encode(schedule: Schedule) -> str:
    """The string of a schedule; ``decode`` gives it back."""
    runs = []
    for (thread, choice), same in groupby(schedule):
        count = sum(1 for _ in same)
        runs.append(f"{thread}{f'c{choice}' if choice else ''}{f'x{count}' if count > 1 else ''}")
    return f"{VERSION}:{','.join(runs)}"


def decode(text: str) -> Schedule:
    """The schedule of a string. Raises LastputError ``bad-schedule``."""
    version, colon, rest = text.strip().partition(":")
    if not colon or not version.isdecimal():
        raise _bad("a schedule begins with its version, as in 1:0x12,2,0x3", text)
    if int(version) != VERSION:
        raise _bad(f"this lastput reads schedules of version {VERSION}", text)
    steps: list[tuple[int, int]] = []
    for run in rest.split(",") if rest else ():
        match = _RUN.fullmatch(run)
        if match is None:
            raise _bad(f"a run looks like 0, 0x12 or 1c1, not like {run[:40]!r}", text)
        thread, choice, count = (int(g) if g else None for g in match.groups())
        if count == 0 or len(steps) + (count or 1) > LONGEST:
            raise _bad(f"a run of {count} steps", text)
        steps.extend([(thread or 0, choice or 0)] * (count or 1))
    return tuple(steps)


def _bad(why: str, text: str) -> LastputError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return LastputError("bad-schedule", f"{shown!r} is not a schedule: {why}", "copy the whole string again")
