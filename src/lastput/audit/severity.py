"""How bad a finding is: the class of error, who can bring it about, where it runs, how wide the window is.

A finding happens where all its sides run, so what counts is the side that is hardest to bring about; a part
that only sets things up at boot, and a callback that runs by itself once it is armed, restrict nobody.
"""

from __future__ import annotations

__all__ = ["graded"]

import re
from collections.abc import Iterator

import msgspec

from lastput.audit.reach import GRADES, Reach, Way
from lastput.facts.base import Facts
from lastput.schema.finding import Finding
from lastput.schema.severity import Level, Severity

_HIGH, _MEDIUM = 75, 50
#: What a line that leaves a function on an error looks like.
_FAILS = re.compile(r"\breturn\s+(?:-E|ERR_PTR|ERR_CAST|PTR_ERR)|\bgoto\s+\w*(?:err|fail|out|free|put|unw)")
#: What a family is about, where a rule makes no claim.
_ERRORS = {"MOD": "unmapped-text", "FIL": "unmapped-text", "KTH": "unmapped-text", "WRK": "use-after-free",
           "LCK": "deadlock", "REF": "use-after-free"}  # fmt: skip


def graded(facts: Facts, finding: Finding) -> Finding:
    """The finding with its severity; one that is harmless (superfluous) has none."""
    if finding.verdict != "bug":
        return finding
    return msgspec.structs.replace(finding, severity=_severity(facts, finding))


def _severity(facts: Facts, finding: Finding) -> Severity:
    error = finding.claim.error if finding.claim else _ERRORS.get(finding.code[:3], "use-after-free")
    sides = list(_sides(facts, finding))
    way = _hardest(sides)
    if error == "unmapped-text":
        way = Way("unload", f"rmmod {finding.text[0]}" if finding.text else "rmmod")
    atomic = any(one.atomic for one in sides)
    window = _window(facts, finding, error)
    points = GRADES.error.get(error, 30) + GRADES.who[way.who].points + GRADES.window[window]
    points = max(0, min(100, points + 2 * atomic))
    through = f" ({way.how})" if way.how else ""
    words = (
        error,
        GRADES.who[way.who].says + through,
        "in atomic context" if atomic else "",
        GRADES.window_says[window],
    )
    return Severity(
        level=_level(points),
        points=points,
        error=error,
        who=way.who,
        how=way.how,
        context="atomic" if atomic else "process",
        window=window,
        reason="; ".join(word for word in words if word),
    )


def _level(points: int) -> Level:
    return "high" if points >= _HIGH else "medium" if points >= _MEDIUM else "low"


def _sides(facts: Facts, finding: Finding) -> Iterator[Way]:
    """How each function in which it happens is come to, where that is known."""
    places = [(finding.where.path, finding.where.function)]
    if finding.claim is not None:
        places += [(one.path, one.function) for one in finding.claim.sites if one.role != "callback"]
    else:
        places += [(one.where.path, one.where.function) for one in finding.causes]
    places += [(one.where.path, one.function) for one in finding.chain[:1]]
    reach = facts.once(Reach)
    for path, name in dict.fromkeys(places):
        for function in facts.functions(name, path)[:1] if name else ():
            way = reach.easiest(function.id)
            if way is not None:
                yield way
            elif name == finding.where.function:
                yield Way("unknown", "")


def _hardest(sides: list[Way]) -> Way:
    told = [one for one in sides if one.who]
    acting = [one for one in told if one.who != "boot"] or told
    return min(acting, key=lambda one: GRADES.who[one.who].points, default=Way("unknown", ""))


def _window(facts: Facts, finding: Finding, error: str) -> str:
    rules = GRADES.rules
    window = rules.get(finding.code) or rules.get(finding.code[:3], "always")
    if window == "always" and error == "leak" and finding.causes:
        last = finding.causes[-1].where
        if _FAILS.search(_line(facts, last.path, last.line)):
            return "error-path"
    return window


def _line(facts: Facts, path: str, line: int) -> str:
    try:
        lines = facts.content(path).splitlines()
    except OSError:
        return ""
    return lines[line - 1].decode("utf-8", "replace") if 0 < line <= len(lines) else ""
