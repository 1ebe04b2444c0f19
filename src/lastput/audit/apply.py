"""Patches that lie in the tree already, or do not: both sides of the files, worked out in memory.

A hunk may stand some lines away from where it says, and up to ``FUZZ`` lines of its context at either end may
be others, as patch(1) has it.
"""

from __future__ import annotations

__all__ = ["FUZZ", "Sides", "apply", "sides"]

import difflib
from collections.abc import Callable, Sequence
from itertools import takewhile

import msgspec

from lastput.audit.patch import Change, Hunk, from_diff
from lastput.errors import LastputError, Place

FUZZ = 2


class Sides(msgspec.Struct, frozen=True):
    """The files that a series of patches changes, ``before`` and ``after`` (None: absent). ``applied``: the
    tree has the second."""

    before: dict[str, str | None]
    after: dict[str, str | None]
    applied: bool

    def changes(self) -> tuple[Change, ...]:
        """The whole of it as one change a file, with the lines as they are after it."""
        found: list[Change] = []
        for path in sorted(self.after):
            old, new = self.before[path], self.after[path]
            diff = difflib.unified_diff(
                (old or "").splitlines(keepends=True),
                (new or "").splitlines(keepends=True),
                f"a/{path}" if old is not None else "/dev/null",
                f"b/{path}" if new is not None else "/dev/null",
            )
            text = "".join(line if line.endswith("\n") else f"{line}\n" for line in diff)
            found += from_diff(text) if text else ()
        return tuple(found)


def sides(changes: Sequence[Change], read: Callable[[str], str | None]) -> Sides:
    """Both sides of every file of a series; ``read`` gives a file of the tree, None if there is none.

    Raises LastputError ``patch-does-not-apply`` with the first hunk that is in the tree neither way.
    """
    names = {name for one in changes for name in (one.path, one.old_path) if name}
    here = {name: read(name) for name in sorted(names)}
    # A patch that is there line for line is applied; so is one that only fits backwards.
    for exact in (True, False):
        with_it = _through(dict(here), [_reversed(one) for one in reversed(changes)], exact)
        if not isinstance(with_it, LastputError):
            return Sides(with_it, here, applied=True)
        without = _through(dict(here), changes, exact)
        if not isinstance(without, LastputError):
            return Sides(here, without, applied=False)
        refusal = without
    raise refusal


def _through(
    texts: dict[str, str | None], changes: Sequence[Change], exact: bool
) -> dict[str, str | None] | LastputError:
    for change in changes:
        old = texts.get(change.old_path) if change.old_path else ""
        if old is None or (not change.old_path and texts.get(change.path)):
            state = "is not there" if old is None else "is there already"
            return _refused(change, f"{change.old_path or change.path} {state}")
        new = apply(old, change, exact)
        if isinstance(new, Hunk):
            return _refused(change, f"the hunk at line {new.old_start} of {change.old_path} fits nowhere")
        if change.old_path and change.old_path != change.path:
            texts[change.old_path] = None
        if change.path:
            texts[change.path] = new
    return texts


def _refused(change: Change, what: str) -> LastputError:
    return LastputError(
        "patch-does-not-apply",
        what,
        "the tree has it neither applied nor as the patch wants it; check out what it is based on",
        Place(change.path or change.old_path),
    )


def apply(text: str, change: Change, exact: bool = False) -> str | Hunk:
    """The text after the change, or the hunk that does not fit."""
    lines = text.split("\n")
    ended = lines[-1] == ""
    if ended:
        lines.pop()
    shift = 0
    for hunk in change.hunks:
        found = _place(lines, hunk, hunk.old_start - 1 + shift, exact)
        if found is None:
            return hunk
        start, top, bottom = found
        old, new = _cut(hunk.old, top, bottom), _cut(hunk.new, top, bottom)
        lines[start : start + len(old)] = new
        shift += start - top - (hunk.old_start - 1 + shift) + len(new) - len(old)
    return "\n".join(lines) + ("\n" if (ended or not text) and lines else "")


def _place(lines: list[str], hunk: Hunk, wanted: int, exact: bool) -> tuple[int, int, int] | None:
    """Where the old side of a hunk stands, and how many lines at its ends were left out for it."""
    if not hunk.old:
        return (max(0, min(wanted, len(lines))), 0, 0)
    above, below = _context(hunk)
    bare = [line.rstrip("\r") for line in lines]
    for fuzz in range(1 if exact else FUZZ + 1):
        top, bottom = min(fuzz, above), min(fuzz, below)
        old = list(_cut(hunk.old, top, bottom))
        last = len(lines) - len(old)
        ahead = [wanted + top] if exact else sorted(range(last + 1), key=lambda one: abs(one - wanted - top))
        for start in ahead:
            if 0 <= start <= last and bare[start : start + len(old)] == old:
                return start, top, bottom
    return None


def _context(hunk: Hunk) -> tuple[int, int]:
    """How many lines at the top and at the bottom are the same on both sides."""
    pairs = list(zip(hunk.old, hunk.new, strict=False))
    top = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    ends = zip(reversed(hunk.old[top:]), reversed(hunk.new[top:]), strict=False)
    return top, len(list(takewhile(lambda pair: pair[0] == pair[1], ends)))


def _cut(lines: Sequence[str], top: int, bottom: int) -> Sequence[str]:
    return lines[top : len(lines) - bottom]


def _reversed(change: Change) -> Change:
    return Change(
        path=change.old_path,
        old_path=change.path,
        hunks=tuple(Hunk(one.new_start, one.old_start, one.new, one.old) for one in change.hunks),
    )
