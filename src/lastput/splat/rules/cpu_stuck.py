"""Soft and hard lockups and RCU stalls: a CPU that makes no progress."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import SPINS
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

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
    who = _cpu(view)
    since = f" for {report.facts['seconds']} s" if "seconds" in report.facts else ""
    at = view.first_of(SPINS)
    if at >= 0 and about(view.frames[:at]) is None:
        return _spins(view, who, since, at)
    where = view.blame()
    starved = report.facts.get("starved", "")
    held = view.report.kind == "rcu-stall" and not view.frames
    if where is not None:
        story = f"{who} {_KINDS[report.kind]}{since}: {view.who} ran{view.inside(call(where.function))}"
    elif starved and held:
        story = (
            "an RCU grace period does not end: its own kernel thread got no CPU for"
            f" {report.facts['starved_for']} jiffies"
        )
    else:
        story = f"{who} {_KINDS[report.kind]}{since}; the log has no stack of it"
    return rule(
        "cpu_stuck",
        view,
        story,
        certainty=Certainty.UNKNOWN,
        causes=(f"{starved}: the grace-period thread itself got no CPU time" if starved else "",),
        unknown=(
            (
                "whether it loops, or only runs long: take several samples (SysRq-l) and compare"
                if where
                else "what the CPU did: SysRq-l prints a stack of each CPU"
            ),
        ),
        terms=view.names[:3],
        context="",
    )


def _cpu(view: View) -> str:
    """The CPU, or the task, that is held up."""
    report = view.report
    stalled = report.facts.get("stalled", "").split()
    if report.kind == "rcu-stall" and not stalled and report.facts.get("blocker"):
        return f"task {report.facts['blocker']}"
    cpu = str(report.cpu) if report.cpu >= 0 else ", ".join(stalled[:4])
    return f"CPU {cpu}" if cpu else "a CPU"


def _spins(view: View, cpu: str, since: str, at: int) -> Diagnosis:
    at = view.outermost_of(SPINS, at)
    user = about(view.frames[at + 1 :])
    where = call(user.function) if user else view.who
    others = _others(view)
    return rule(
        "cpu_stuck",
        view,
        f"{cpu} spins{since} in {where}, waiting for {SPINS[view.names[at]]}",
        error="deadlock",
        certainty=Certainty.UNKNOWN,
        causes=(f"{view.who} spins in {call(view.names[at])}, called by {where}", *others),
        unknown=(
            (
                "which of the others holds it, or whether this CPU holds it itself: lockdep"
                " (CONFIG_PROVE_LOCKING)"
                " would tell"
                if others
                else "who holds it: only the spinning side is in the log. SysRq-l prints all CPUs, lockdep"
                " the held"
                " locks"
            ),
        ),
        terms=(view.names[at].lstrip("_"), "spin_lock", *view.names[at + 1 : at + 3]),
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
