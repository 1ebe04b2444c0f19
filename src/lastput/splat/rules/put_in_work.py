"""A warning below a put that a work item makes: destruction inside the work item."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import is_put
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 60


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("warning", "bug", "stack") or view.work_at < 1:
        return None
    put, work = view.frames[view.work_at - 1], view.frames[view.work_at]
    if not is_put(put.function) or put.module != work.module:
        return None  # what the work function itself does not call is the end of something else
    module = put.module or work.module
    place = report.facts.get("place", "")
    return rule(
        "put_in_work",
        view,
        (
            f"the work item {call(work.function)} puts a reference itself: the warning in"
            f" {call(view.names[0])} comes from {call(put.function)}"
            if view.names[0] != put.function
            else (
                f"the work item {call(work.function)} puts a reference itself, and {call(put.function)} warns"
                " about it"
            )
        ),
        error="warn",
        also=("deadlock", "unmapped-text"),
        certainty=Certainty.LIKELY,
        causes=(
            f"{call(work.function)} runs as a work item"
            + (f" of {report.workqueue}" if report.workqueue else ""),
            (
                f"it calls {call(put.function)}; if that is the last reference, the object is destroyed"
                " inside the work item"
            ),
            (
                "destruction that flushes the work would wait for itself; and nothing keeps the text of"
                f" {module or 'the module'} until {call(work.function)} has returned"
            ),
        ),
        unknown=(
            f"what the warning tests: read {place}" if place else "what the warning tests",
            report.message and f"its text: {report.message}",
        ),
        instead=(
            "let the work item hold no reference: whoever destroys the object flushes or cancels it first"
        ),
        terms=(work.function, put.function, "schedule_work", "queue_work", "module_put"),
        audit=("MOD001", "WRK004"),
        context="work",
    )
