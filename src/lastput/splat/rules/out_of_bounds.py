"""KASAN or KFENCE saw an access outside of the object: no matter of lifetimes."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 40


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind not in ("kasan", "kfence") and not report.facts.get("what", "").endswith(
        "Redzone overwritten"
    ):
        return None
    who = view.blame()
    where = call(who.function) if who else call(report.facts.get("at", ""))
    return rule(
        "out_of_bounds",
        view,
        f"{where}: {what.strip() or 'an invalid access'}; a matter of sizes and indices rather than of"
        " lifetimes",
        certainty=Certainty.UNKNOWN,
        unknown=("lastput follows the lives of objects; it has no diagnosis for accesses beyond their ends",),
    )
