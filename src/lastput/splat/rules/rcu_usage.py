"""What lockdep says of RCU: reads outside of a reader, a sleep inside of one."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 84


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "rcu-usage":
        return None
    what = report.facts.get("what", "")
    place = report.facts.get("place", "")
    user = view.user
    where = call(user.function) if user else view.who
    at = f" ({place})" if place else ""
    if "context switch" in what or "blocking in" in what or "sleep" in what:
        return rule(
            "rcu_usage", view, f"{where} may sleep inside an RCU reader{at}", error="sleep-in-atomic",
            certainty=Certainty.CERTAIN,
            causes=("a read-side critical section is open", f"{where} calls what may sleep{view.whom}"),
            instead="leave the reader first, and take a reference that outlives it",
            terms=("rcu_read_lock", "might_sleep", *view.names[:4]), context="",
        )  # fmt: skip
    if "idle" in what or "offline" in what or "Unbalanced" in what:
        return rule(
            "rcu_usage", view, f"{where} uses RCU where it does not watch this CPU{at}: {what}", error="warn",
            certainty=Certainty.CERTAIN, terms=("rcu_read_lock",), context="",
        )  # fmt: skip
    held = [lock.name for lock in report.locks]
    return rule(
        "rcu_usage",
        view,
        f"{where} reads a pointer that RCU protects{at}, outside of a reader and without a lock that the"
        " check"
        " knows",
        error="lock-misuse",
        also=("use-after-free",),
        certainty=Certainty.CERTAIN if what else Certainty.UNKNOWN,
        causes=(
            f"the check failed: {what}" if what else "",
            f"held there: {', '.join(held[:4])}" if held else "",
            "without a reader, what the pointer leads to can be freed under the user",
        ),
        unknown=("whether the caller is safe by something that the check does not name",),
        instead="rcu_read_lock() around the use, or name the lock in rcu_dereference_protected()",
        terms=("rcu_read_lock", "call_rcu", "synchronize_rcu"),
        context="",
    )
