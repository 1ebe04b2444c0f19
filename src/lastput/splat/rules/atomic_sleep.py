"""A task that may not sleep called something that may."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Frame
from lastput.splat.kernel import LOCK_WAITS, WAITS, base_name, public
from lastput.splat.machinery import ALLOCATORS, HELPERS, REPORTERS, SLEEP
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "sleep-in-atomic":
        return None
    facts = report.facts
    what = facts.get("what", "")
    if what == "workqueue leaked":
        return _leaked(view)
    if what.lower() == "invalid wait context":
        return _wait_context(view)
    sleeper, user = _sleeper(view)
    why = _why(view)
    place = facts.get("place", "")
    disabled = facts.get("disabled_at", "")
    if what == "assuming atomic context":
        return rule(
            "atomic_sleep", view, f"code at {place} is made for atomic context, and runs where a task may"
                                  " sleep",
            error="warn", certainty=Certainty.CERTAIN, context="",
        )  # fmt: skip
    name = call(public(base_name(sleeper.function))) if sleeper else ""
    where = call(user.function) if user else ""
    sleeps = "slept" if what.startswith(("scheduling", "Voluntary")) else "may sleep"
    if name and where:
        story = f"{where} calls {name}, which {sleeps}, {why}"
    elif name or where:
        story = f"{name or where} {sleeps}, {why}"
    else:
        story = f"{view.who} calls what {sleeps}{f' ({place})' if place else ''}, {why}"
    return rule(
        "atomic_sleep",
        view,
        story,
        error="sleep-in-atomic",
        certainty=Certainty.CERTAIN,
        causes=(
            f"preemption was disabled in {call(disabled)}" if disabled else f"{view.who} is {why}",
            f"{name or 'what it calls'} {sleeps}" + (f" ({place})" if place else ""),
        ),
        unknown=(
            "" if name or where else "which function: the log has no stack of it",
            (
                "where preemption was disabled: CONFIG_DEBUG_PREEMPT prints it"
                if not disabled and facts.get("in_atomic") == "1" and not view.interrupting
                else ""
            ),
        ),
        instead="do it after the spinlock, the RCU reader or the interrupt; or hand it to a work item",
        terms=("might_sleep", "spin_lock", "rcu_read_lock", *view.names[:4]),
        context="",
    )


def _sleeper(view: View) -> tuple[Frame | None, Frame | None]:
    """The call that may sleep, as its caller wrote it, and that caller."""
    frames = [one for one in view.frames if one.function]
    names = [base_name(one.function) for one in frames]
    at = next((at for at, name in enumerate(names) if name not in REPORTERS), -1)
    if at < 0:
        return None, None

    def waits(name: str) -> bool:
        return name in SLEEP or name in WAITS or name in LOCK_WAITS

    if waits(names[at]):
        while at + 1 < len(names) and waits(names[at + 1]):
            at += 1
    elif names[at] in ALLOCATORS:
        while at + 1 < len(names) and names[at + 1] in ALLOCATORS:
            at += 1
    elif names[at] in HELPERS:
        while at + 1 < len(names) and names[at] in HELPERS and names[at + 1] in HELPERS:
            at += 1
    return frames[at], about(frames[at + 1 :])


def _why(view: View) -> str:
    facts = view.report.facts
    if facts.get("what", "").startswith("Voluntary") or facts.get("rcu_depth", "0") not in ("0", ""):
        return "inside an RCU reader"
    if view.interrupting:
        return "in an interrupt or softirq"
    if facts.get("irqs_disabled", "0") != "0":
        return "with interrupts disabled"
    return "in atomic context (a spinlock, preemption off, or an interrupt)"


def _wait_context(view: View) -> Diagnosis:
    wants = next((lock for lock in view.report.locks if lock.role == "wants"), None)
    user = view.user
    taken = wants.name if wants else "a lock that may sleep on PREEMPT_RT"
    where = f" in {call(user.function)}" if user else ""
    return rule(
        "atomic_sleep",
        view,
        f"{view.who} takes {taken}{where}, which may sleep on PREEMPT_RT, where sleeping is forbidden",
        error="sleep-in-atomic",
        certainty=Certainty.CERTAIN,
        causes=("it holds a raw spinlock, or is in an interrupt that is not threaded",),
        unknown=("" if wants else "which lock: the log does not name it",),
        instead="take it outside, or make it a raw_spinlock_t if all that it covers is short",
        terms=("raw_spin_lock", "spin_lock"),
        context="",
    )


def _leaked(view: View) -> Diagnosis:
    function = view.report.facts.get("workfn") or view.work
    return rule(
        "atomic_sleep",
        view,
        f"{call(function) if function else 'a work function'} returned with a lock, an RCU reader or"
        " preemption"
        " still off",
        error="lock-misuse",
        certainty=Certainty.CERTAIN,
        causes=("a path through the work function returns without its unlock",),
        unknown=("" if function else "which work function: the line `last function:` is missing",),
        terms=("mutex_lock", "queue_work"),
        context="",
    )
