"""A WARN() or BUG() that no other rule knows."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 20

_LOCKS = ("DEBUG_LOCKS_WARN_ON", "unlock", "not locked", "not held", "lock is held", "rwsem")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("warning", "bug", "workqueue"):
        return None
    facts = report.facts
    place = facts.get("place", "")
    who = view.blame()
    at = facts.get("at") or (who.function if who else "")
    if report.kind == "workqueue":
        return _workqueue(view)
    word = "BUG()" if report.kind == "bug" else "WARN()"
    text = report.message or facts.get("what", "")
    caller = next((one.function for one in view.frames if one.function and one.function != at), "")
    misuse = any(word in text for word in _LOCKS) or place.startswith("kernel/locking/")
    return rule(
        "warning",
        view,
        f"{call(at)} hit a {word}" + (f" at {place}" if place else "") + (f": {text}" if text else ""),
        error="lock-misuse" if misuse else "warn",
        certainty=Certainty.CERTAIN if text else Certainty.UNKNOWN,
        causes=(f"{call(caller)} called {call(at)} in {view.who}" if caller and at else "",),
        unknown=(
            f"what it tests: read {place}" if place and not text else "",
            (
                ""
                if text
                else (
                    "I do not know what broke the assumption: the log has the stack that found it, not the"
                    " one that caused it"
                )
            ),
        ),
        terms=view.names[:5],
    )


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
        unknown=("which item blocks it: the lines `in-flight:` name the work functions that run",),
        terms=("queue_work",),
        context="work",
    )
