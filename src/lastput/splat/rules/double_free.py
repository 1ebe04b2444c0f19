"""The same memory was freed twice."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    twice = what.startswith(("double-free", "invalid-free", "invalid free", "Object already free"))
    if report.kind not in ("kasan", "kfence", "slab") or not twice:
        return None
    second, first = view.blame(), view.blame("freed")
    here = call(second.function) if second else view.who
    before = call(first.function) if first else "somebody"
    invalid = what.startswith("invalid") and first is None
    if invalid:
        story, error = f"{here} freed what is not the start of an allocated object", ""
    else:
        story, error = f"{here} freed an object that {before} had freed already", "double-free"
    return rule(
        "double_free",
        view,
        story,
        error=error,
        certainty=Certainty.CERTAIN if first or report.kind != "slab" else Certainty.LIKELY,
        causes=(f"{before} freed it" if not invalid else "", f"{view.who} freed it in {here}"),
        unknown=(
            "" if first else "who freed it first: the log has no stack of that",
            "whether one put is too many, or one reference was never taken",
        ),
        instead="both ways out must not free: let one owner put the last reference",
        terms=("kfree",),
    )
