"""lockdep: locks and interrupts, unbalanced unlocks, locks that are freed while held."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 84

_WAYS = {
    "inconsistent lock state": (
        "deadlock",
        "is taken with interrupts enabled in one place and inside an interrupt in another",
        "an interrupt that comes while the lock is held spins for ever on the same CPU",
    ),
    "irq lock inversion": (
        "deadlock",
        "can be interrupted by a handler that takes it, through another lock",
        "an interrupt under the inner lock closes the circle",
    ),
    "unsafe lock order": (
        "deadlock",
        "is used in interrupts and depends on one that is taken with interrupts enabled",
        "an interrupt under the outer lock closes the circle",
    ),
    "bad unlock balance": (
        "lock-misuse",
        "is released by a task that does not hold it",
        "an unlock has no lock on this path",
    ),
    "held lock freed": (
        "use-after-free",
        "lies in memory that is freed while the lock is held",
        "an object is freed inside its own critical section",
    ),
    "lock held when": (
        "lock-misuse",
        "is still held on the way back to user space",
        "a path returns without its unlock",
    ),
    "still has locks held": (
        "lock-misuse",
        "is still held when the task ends or freezes",
        "a path returns without its unlock",
    ),
}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind == "rcu-usage":
        place = report.facts.get("place", "an unknown place")
        return rule(
            "lock_context",
            view,
            f"{place} reads RCU-protected data outside of a reader and without the lock that protects it",
            error="use-after-free",
            certainty=Certainty.LIKELY,
            causes=("the pointer is read where its object may be freed",),
            unknown=("whether the caller holds something that lockdep does not know",),
            instead="rcu_read_lock() around the use, or name the lock in rcu_dereference_protected()",
            terms=("rcu_read_lock", "call_rcu", "synchronize_rcu"),
            context="",
        )
    if report.kind != "lockdep" or report.facts.get("what") not in _WAYS:
        return None
    error, words, cause = _WAYS[report.facts["what"]]
    lock = report.locks[0].name if report.locks else report.facts.get("lock", "a lock")
    who = view.user
    where = f", in {call(who.function)}" if who else ""
    return rule(
        "lock_context",
        view,
        f"{lock} {words}{where}",
        error=error,
        certainty=Certainty.CERTAIN if error != "deadlock" else Certainty.LIKELY,
        causes=(cause,),
        terms=("spin_lock", "spin_unlock", "mutex_unlock", "mutex_lock"),
        context="",
    )
