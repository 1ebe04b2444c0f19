"""What must hold of a patch before it is shown: it applies, parses, silences, and brings nothing new."""

from __future__ import annotations

__all__ = ["Edited", "applies", "counted", "parses", "rechecked"]

from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from lastput.audit.apply import sides
from lastput.audit.patch import from_diff
from lastput.c.raw.body import parse_body
from lastput.c.raw.source import Source
from lastput.errors import LastputError
from lastput.schema.finding import Finding, at_least, places, reported
from lastput.schema.patch import Check

#: What is told apart of a finding though lines, statements and ordinals change.
_Key = tuple[str, str, str, str]


class Edited(msgspec.Struct, frozen=True):
    """A finding and files with an edit that should mend it, before and after."""

    finding: Finding
    before: dict[str, bytes]
    after: dict[str, bytes]
    diff: str


def applies(one: Edited) -> Check:
    """Whether the diff, put on the files as they are, gives the edited ones."""

    def read(path: str) -> str | None:
        content = one.before.get(path)
        return None if content is None else content.decode("utf-8", "surrogateescape")

    try:
        both = sides(from_diff(one.diff), read)
    except LastputError as error:
        return Check("applies", False, error.what)
    wanted = {path: content.decode("utf-8", "surrogateescape") for path, content in one.after.items()}
    same = both.after == wanted and not both.applied
    return Check("applies", same, "the diff gives the edited file" if same else "the diff gives another file")


def parses(one: Edited) -> Check:
    """Whether the functions are the same, or more, and those that were understood still are."""
    for path, content in one.after.items():
        old, new = Source(path, one.before[path]), Source(path, content)
        if not new.scan.balanced and old.scan.balanced:
            return Check("parses", False, f"braces of {path} do not match")
        had = {function.head.name: function for function in old.functions}
        have = {function.head.name: function for function in new.functions}
        for name, function in had.items():
            if name not in have:
                return Check("parses", False, f"{name}() is gone from {path}")
            text = old.content[function.start : function.end]
            if new.content[have[name].start : have[name].end] == text:
                continue
            if parse_body(old, function).clean and not parse_body(new, have[name]).clean:
                return Check("parses", False, f"{name}() has a syntax error")
    return Check("parses", True, "the edited functions have no syntax error")


def _key(one: Finding) -> _Key:
    return (one.code, one.where.path, one.where.function, one.object)


def counted(findings: Iterable[Finding]) -> Counter[_Key]:
    """How many findings of each kind there are, of those that are shown by default."""
    return Counter(_key(one) for one in findings if reported(one) and at_least(one, "medium"))


def rechecked(one: Edited, before: Sequence[Finding], after: Sequence[Finding]) -> tuple[Check, Check]:
    """Whether the finding is gone, and whether there is a new one that speaks of the edited files. ``after``
    may be of a tree with more edits, of other files."""
    had, have = counted(before), counted(after)
    key = _key(one.finding)
    low = at_least(one.finding, "medium")
    told = sum(_key(other) == key for other in after if reported(other))
    was = sum(_key(other) == key for other in before if reported(other))
    gone = have[key] < had[key] if low else told < was
    code = one.finding.code
    silenced = Check(
        "silenced", gone, f"{code} does not report it any more" if gone else f"{code} still reports it"
    )
    for other in after:
        if not (reported(other) and at_least(other, "medium")) or have[_key(other)] <= had[_key(other)]:
            continue
        if any(place.path in one.after for place in places(other)):
            what = f"{other.code} at {other.where}: {other.message}"
            return silenced, Check("nothing-new", False, what)
    return silenced, Check("nothing-new", True, "no rule reports anything new in what it touches")
