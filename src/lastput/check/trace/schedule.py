"""A schedule as a short string, and back.

``v1:unmapped-text:a3b12a.1`` reads: format 1; the error class; then runs of steps: three of thread 0,
twelve of thread 1, one of thread 0 that takes choice 1. Threads are a to z, A to Z, then {52}, {53}.
"""

from __future__ import annotations

__all__ = ["decode", "encode"]

import re
import string

from lastput.errors import LastputError

_LETTERS = string.ascii_letters
_RUN = re.compile(r"(?:([a-zA-Z])|\{(\d{1,6})\})(?:\.(\d{1,6})|(\d{1,7}))?")
_MOST = 1_000_000  # steps; a longer one is a mistake

Schedule = tuple[tuple[int, int], ...]


def encode(error: str, schedule: Schedule) -> str:
    """The string of ``schedule``, whose error class has the slug ``error``."""
    parts: list[str] = []
    position = 0
    while position < len(schedule):
        thread, choice = schedule[position]
        name = _LETTERS[thread] if thread < len(_LETTERS) else f"{{{thread}}}"
        if choice:
            parts.append(f"{name}.{choice}")
            position += 1
            continue
        end = position
        while end < len(schedule) and schedule[end] == (thread, 0):
            end += 1
        parts.append(name + (str(end - position) if end - position > 1 else ""))
        position = end
    return f"v1:{error}:{''.join(parts)}"


def decode(text: str) -> tuple[str, Schedule]:
    """Error class and steps of a string. Raises LastputError ``bad-schedule``."""
    version, _, rest = text.strip().partition(":")
    error, colon, runs = rest.partition(":")
    if version != "v1" or not colon or not re.fullmatch(r"[a-z]+(-[a-z]+)*", error):
        raise _bad(text, "it does not begin like v1:unmapped-text:")
    steps: list[tuple[int, int]] = []
    position = 0
    while position < len(runs):
        match = _RUN.match(runs, position)
        if match is None:
            raise _bad(text, f"at {runs[position : position + 8]!r}")
        letter, number, choice, times = match.groups()
        thread = _LETTERS.index(letter) if letter else int(number)
        repeat = int(times) if times else 1
        if len(steps) + repeat > _MOST:
            raise _bad(text, f"it has more than {_MOST:,} steps")
        steps += [(thread, int(choice) if choice else 0)] * repeat
        position = match.end()
    return error, tuple(steps)


def _bad(text: str, why: str) -> LastputError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return LastputError(
        "bad-schedule",
        f"{shown!r} is no schedule: {why}",
        "copy it whole from the line `replay:` of a report",
    )
