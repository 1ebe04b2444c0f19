"""A WARN() or BUG() that no other rule knows."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import base_name
from lastput.splat.machinery import MACHINERY
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 20

_LOCKS = ("DEBUG_LOCKS_WARN_ON", "unlock", "not locked", "not held", "lock is held", "rwsem")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("warning", "bug", "workqueue"):
        return None
    facts = report.facts
    place = facts.get("place", "")
    if report.kind == "workqueue":
        return _workqueue(view)
    at = _at(view)
    word = "BUG()" if report.kind == "bug" else "WARN()"
    text = report.message or facts.get("what", "")
    condition = facts.get("condition", "")
    caller = about(
        view.frames[len(view.names) - view.names[::-1].index(at) :] if at in view.names else view.frames
    )
    misuse = any(word in text for word in _LOCKS) or place.startswith("kernel/locking/")
    told = (f" at {place}" if place else "") + (f", which tests {condition}" if condition else "")
    return rule(
        "warning",
        view,
        f"{call(at) if at else view.who} hit a {word}{told}" + (f": {text}" if text else ""),
        error="lock-misuse" if misuse else "warn",
        certainty=Certainty.CERTAIN if text or condition else Certainty.UNKNOWN,
        causes=(f"{call(caller.function)} called {call(at)}{view.whom}" if caller and at else "",),
        unknown=(
            f"what it tests: read {place}" if place and not text and not condition else "",
            (
                ""
                if text
                else (
                    "what broke the assumption: the log has the stack that found it, not the one that"
                    " caused it"
                )
            ),
        ),
        terms=view.names[:5],
    )


def _at(view: View) -> str:
    """The function of the WARN(): the headline's, unless that is one that only reports."""
    at = base_name(view.report.facts.get("at", ""))
    if at and at not in MACHINERY:
        return at
    who = view.user or view.blame()
    return base_name(who.function) if who else at


def _workqueue(view: View) -> Diagnosis:
    facts = view.report.facts
    if "target" in facts:
        return rule(
            "warning",
            view,
            f"{facts['who']}, on which memory reclaim depends, waits for {facts['target']}, which may need"
            " memory itself",
            error="deadlock",
            certainty=Certainty.LIKELY,
            causes=(
                (
                    "the flushing workqueue has WQ_MEM_RECLAIM, the flushed one has not, so no rescuer thread"
                    " runs it"
                ),
            ),
            instead="give both workqueues WQ_MEM_RECLAIM, or do not flush across",
            terms=("flush_work", "flush_workqueue"),
            context="work",
        )
    return rule(
        "warning",
        view,
        f"no worker of a pool has made progress for {facts.get('seconds', '?')} s",
        certainty=Certainty.UNKNOWN,
        causes=(f"running there: {facts['in_flight']}" if "in_flight" in facts else "",),
        unknown=(
            "what the items that run there wait for: SysRq-t prints the stacks of all tasks"
            if "in_flight" in facts
            else "which item blocks it: the lines `in-flight:` name the work functions that run",
        ),
        terms=("queue_work",),
        context="work",
    )
