"""What no rule knows: said, not guessed."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = -100


def judge(view: View) -> Diagnosis | None:
    report = view.report
    who = view.blame()
    where = f"; it was met in {call(who.function)}" if who else ""
    unknown = (
        "the log begins or breaks off before the part that would tell"
        if report.truncated or report.kind == "stack"
        else ("lastput has no rule for this kind of report")
    )
    named = "" if report.kind in ("other", "stack") else f": a {report.kind.replace('-', ' ')}"
    return rule(
        "unknown",
        view,
        f"I do not know what this is{named}{where}",
        certainty=Certainty.UNKNOWN,
        unknown=(unknown,),
        terms=view.names[:3],
    )
