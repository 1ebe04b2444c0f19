"""The rules that turn a report into a diagnosis, one file each.

A module here has ``judge(view) -> Diagnosis | None`` and ``WEIGHT``: rules with more weight know more
special cases and are asked first. They are found by walking this package; ``unknown`` takes what is left.
"""

from __future__ import annotations

__all__ = ["judge", "names", "rule"]

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from functools import cache
from typing import cast

from lastput.schema.splat import Certainty, Diagnosis, Report
from lastput.splat.families import family
from lastput.splat.view import View

Judge = Callable[[View], Diagnosis | None]


@cache
def _rules() -> tuple[tuple[str, Judge], ...]:
    found = []
    for one in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{one.name}")
        found.append((-cast(int, module.WEIGHT), one.name, cast(Judge, module.judge)))
    return tuple((name, function) for _, name, function in sorted(found, key=lambda row: row[:2]))


def names() -> tuple[str, ...]:
    """All rules, in the order in which they are asked."""
    return tuple(name for name, _ in _rules())


def judge(report: Report, log: Sequence[Report] = ()) -> Diagnosis:
    """The diagnosis of the first rule that has one. ``log`` are all reports of the same log."""
    view = View(report, log or (report,))
    for _, function in _rules():
        diagnosis = function(view)
        if diagnosis is not None:
            return diagnosis
    raise AssertionError("the rule `unknown` takes every report")


def rule(
    name: str,
    view: View,
    story: str,
    *,
    error: str = "",
    also: Sequence[str] = (),
    certainty: Certainty = Certainty.LIKELY,
    causes: Sequence[str] = (),
    unknown: Sequence[str] = (),
    instead: str = "",
    terms: Sequence[str] = (),
    audit: Sequence[str] = (),
    context: str | None = None,
) -> Diagnosis:
    """A diagnosis, with the family that its class and the report's context give."""
    return Diagnosis(
        rule=name,
        story=story,
        certainty=certainty,
        error=error,
        also=tuple(also),
        family=family(error, view.context if context is None else context),
        causes=tuple(one for one in causes if one),
        unknown=tuple(one for one in unknown if one),
        instead=instead,
        terms=tuple(terms),
        audit=tuple(audit),
    )
