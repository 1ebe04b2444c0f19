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
    "bad contention": (
        "lock-misuse",
        "is waited for in a way that does not fit the locks held",
        "an unlock is missing, or one is too many",
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
    "locks held": (
        "lock-misuse",
        "is still held when the task ends or freezes",
        "a path returns without its unlock",
    ),
    "lock held at task exit": (
        "lock-misuse",
        "is still held when the task ends",
        "a path returns without its unlock",
    ),
    "nested lock was not taken": (
        "lock-misuse",
        "is taken as nested in a lock that is not held",
        "the lock named by the _nest_lock() call is not taken on this path",
    ),
    "trying to register non-static key": (
        "lock-misuse",
        "was never initialised: its key is no static object",
        "the lock lies in memory that was not set up (spin_lock_init(), mutex_init()), or that was freed"
        " and cleared",
    ),
}
_INTERRUPTS = ("inconsistent lock state", "irq lock inversion", "unsafe lock order")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "lockdep" or report.facts.get("what") not in _WAYS:
        return None
    error, words, cause = _WAYS[report.facts["what"]]
    what = report.facts["what"]
    lock = report.facts.get("lock", "")  # the one that the line names; those that are held are others
    if not lock and report.locks:
        lock = report.locks[0].name
    who = view.user
    where = f", in {call(who.function)}" if who else view.whom and f",{view.whom}"
    return rule(
        "lock_context",
        view,
        f"{lock or 'a lock'} {words}{where}",
        error=error,
        certainty=Certainty.LIKELY if what in _INTERRUPTS else Certainty.CERTAIN,
        causes=(cause,),
        unknown=(
            ""
            if lock or what == "trying to register non-static key"
            else "which lock: the log does not print it" + (", it is cut" if report.truncated else ""),
            "whether the orders can meet: lockdep saw each of them, not both at once"
            if what in _INTERRUPTS
            else "",
        ),
        terms=("spin_lock", "spin_unlock", "mutex_unlock", "mutex_lock"),
        context="",
    )
