"""The claim of a finding as a drawing of two columns, for a commit message: who does what, in which order."""

from __future__ import annotations

__all__ = ["race"]

from lastput.schema.claim import Claim, Site

WIDTH = 72
ROWS = 12
_COLUMN = 36
_RACES = ("use-after-free", "deadlock", "unmapped-text", "sleep-in-atomic")
#: What a site of a role does, where it names no call.
_WORDS = {
    "teardown": "(ends without waiting)",
    "callback": "(still runs)",
    "exit": "return",
    "free": "frees it",
    "use": "uses it",
}


def race(claim: Claim | None) -> list[str]:
    """At most a dozen rows of 72 columns; none if one thread alone does it."""
    if claim is None or claim.error not in _RACES:
        return []
    sites = [one for one in claim.sites if one.function and one.role not in ("ops", "branch")]
    theirs = {one.function for one in sites if one.role in ("callback", "rearm")}
    if not theirs or theirs >= {one.function for one in sites}:
        return []
    rows = ["CPU 0".ljust(_COLUMN) + "CPU 1"]
    last = ""
    for one in sites:
        right = one.function in theirs
        if one.function != last:
            rows.append(_row(f"{one.function}()", right))
            last = one.function
        rows.append(_row(f"  {_said(one)}", right))
    if len(rows) > ROWS:
        return []
    return [row for row in rows if row.strip()]


def _row(text: str, right: bool) -> str:
    room = WIDTH - _COLUMN if right else _COLUMN - 1
    cut = text if len(text) <= room else f"{text[: room - 3]}..."
    return (" " * _COLUMN if right else "") + cut


def _said(one: Site) -> str:
    if one.call:
        return f"{one.call}({one.text})" if one.text and "(" not in one.call else one.call
    return _WORDS.get(one.role, one.text or one.role)
