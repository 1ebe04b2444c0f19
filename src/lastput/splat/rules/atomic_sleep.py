"""A task that may not sleep called something that may."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import LOCK_WAITS, WAITS, base_name, public
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "sleep-in-atomic":
        return None
    facts = report.facts
    if facts.get("what") == "workqueue leaked":
        return rule(
            "atomic_sleep",
            view,
            f"{call(facts.get('workfn') or view.work)} returned with a lock, an RCU reader or preemption"
            " still off",
            error="lock-misuse",
            certainty=Certainty.CERTAIN,
            causes=("a path through the work function returns without its unlock",),
            terms=("mutex_lock", "queue_work"),
            context="",
        )
    known = {**WAITS, **LOCK_WAITS}
    at = view.first_of(known)
    sleeper = view.frames[view.outermost_of(known, at)] if at >= 0 else view.blame()
    user = next(
        (
            one
            for one in view.frames[(at if at >= 0 else 0) + 1 :]
            if one.function and view.names[view.frames.index(one)] not in known and one is not sleeper
        ),
        None,
    )
    name = call(public(base_name(sleeper.function))) if sleeper else "something"
    where = call(user.function) if user else view.who
    return rule(
        "atomic_sleep",
        view,
        f"{where} calls {name}, which may sleep, {_why(facts)}",
        error="sleep-in-atomic",
        certainty=Certainty.CERTAIN,
        causes=(
            f"the task is {_why(facts)}",
            f"{name} may sleep" + (f" ({facts['place']})" if facts.get("place") else ""),
        ),
        unknown=(
            ("where preemption was disabled: CONFIG_DEBUG_PREEMPT prints it",)
            if facts.get("in_atomic") == "1"
            else ()
        ),
        instead="do it after the spinlock, the RCU reader or the interrupt; or hand it to a work item",
        terms=("might_sleep", "spin_lock", "rcu_read_lock", *view.names[:4]),
        context="",
    )


def _why(facts: dict[str, str]) -> str:
    if facts.get("what") == "Invalid wait context":
        return "under a lock that must not be held while sleeping"
    if facts.get("irqs_disabled") == "1":
        return "with interrupts disabled"
    if facts.get("rcu_depth", "0") not in ("0", ""):
        return "inside an RCU reader"
    return "in atomic context (a spinlock, preemption off, or an interrupt)"
