"""Soft and hard lockups and RCU stalls: a CPU that makes no progress."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import SPINS
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 50

_KINDS = {
    "soft-lockup": "has run in the kernel without a break",
    "hard-lockup": "takes no interrupts",
    "rcu-stall": "holds up an RCU grace period",
}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in _KINDS:
        return None
    cpu = report.cpu if report.cpu >= 0 else report.facts.get("stalled", "?")
    since = f" for {report.facts['seconds']} s" if "seconds" in report.facts else ""
    at = view.first_of(SPINS)
    if at >= 0:
        at = view.outermost_of(SPINS, at)
        user = next((one for one in view.frames[at + 1 :] if one.function), None)
        where = call(user.function) if user else view.who
        what = SPINS[view.names[at]]
        holder = _others(view)
        return rule(
            "cpu_stuck",
            view,
            f"CPU {cpu} spins{since} in {where}, waiting for {what}",
            error="deadlock",
            certainty=Certainty.LIKELY if holder else Certainty.UNKNOWN,
            causes=(f"{view.who} spins in {call(view.names[at])}, called by {where}", *holder),
            unknown=(
                ("who holds it: only the spinning side is in the log",)
                if not holder
                else ("which of the others holds it",)
            ),
            terms=(view.names[at].lstrip("_"), "spin_lock", *view.names[at + 1 : at + 3]),
            context="",
        )
    who = view.blame()
    where = call(who.function) if who else "an unknown function"
    starved = report.facts.get("starved", "")
    return rule(
        "cpu_stuck",
        view,
        (
            f"CPU {cpu} {_KINDS[report.kind]}{since}: {view.who} was in {where}"
            if view.frames
            else f"CPU {cpu} {_KINDS[report.kind]}{since}; the log has no stack of it"
        ),
        error="",
        certainty=Certainty.UNKNOWN,
        causes=(f"{starved}: the grace-period thread itself got no CPU time" if starved else "",),
        unknown=("whether it loops, or only runs long: take several samples (SysRq-l) and compare",),
        terms=view.names[:3],
        context="",
    )


def _others(view: View) -> list[str]:
    """What other stuck CPUs of the log do."""
    found = [*view.others("soft-lockup"), *view.others("hard-lockup")]
    return [
        f"CPU {one.report.cpu} is stuck as well, in {call(user.function)}"
        for one in found
        if (user := one.blame()) is not None and one.report.cpu != view.report.cpu
    ][:4]
