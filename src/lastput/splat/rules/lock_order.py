"""lockdep: a task takes what it holds, or locks in both orders."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Lock
from lastput.splat.kernel import public
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86

_FLUSHES = ("(work_completion)", "(wq_completion)", "(delayed_work)")
_LIMIT = (
    "lockdep reasons about classes of locks: if the two are different objects that are always taken in one"
    " order, a subclass is missing"
)


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind != "lockdep" or what not in ("recursive locking", "circular locking dependency"):
        return None
    wants = next((lock for lock in report.locks if lock.role == "wants"), None)
    holds = [lock for lock in report.locks if lock.role == "holds" and (wants is None or lock != wants)]
    if wants is None:
        return rule(
            "lock_order",
            view,
            f"lockdep saw {what}, but the log breaks off before it names the locks",
            error="deadlock",
            certainty=Certainty.UNKNOWN,
            unknown=("which locks: the log is cut",),
            context="",
        )
    return _recursive(view, wants, holds) if what == "recursive locking" else _circular(view, wants, holds)


def _recursive(view: View, wants: Lock, holds: list[Lock]) -> Diagnosis:
    held = next((lock for lock in holds if _kind(lock.name) == _kind(wants.name)), None)
    if held is None:
        return rule(
            "lock_order",
            view,
            f"{view.who} takes {wants.name} in {call(public(wants.at))} while it holds a lock of that class",
            error="deadlock",
            unknown=("which call took the first: the log breaks off", _LIMIT),
            terms=("mutex_lock", wants.at),
            context="",
        )
    if wants.name.startswith(_FLUSHES):
        story = (
            f"{view.who} waits for its own work: {call(public(wants.at))} is reached from inside {wants.name}"
        )
        terms: tuple[str, ...] = ("flush_work", "cancel_work_sync", "queue_work", *view.names[:6])
        causes = (
            f"{call(public(held.at))} runs the work item {held.name}",
            f"{call(public(wants.at))} waits until it has finished",
        )
        instead = (
            "a work item must not flush or cancel_sync itself, nor put the reference whose last put does"
        )
        context = "work"
    else:
        story = (
            f"{view.who} takes {wants.name} in {call(public(wants.at))} while it holds {held.name}, taken in"
            f" {call(public(held.at))}"
        )
        terms = ("mutex_lock", wants.at, held.at)
        causes = (
            f"{call(public(held.at))} took {held.name}",
            f"{call(public(wants.at))} takes {wants.name}, which is of the same class",
        )
        instead = "call the inner function without the lock, or give it a variant that expects the lock held"
        context = ""
    same = wants.address == held.address and wants.address.strip("0x") != ""
    return rule(
        "lock_order",
        view,
        story,
        error="deadlock",
        certainty=Certainty.CERTAIN if same else Certainty.LIKELY,
        causes=causes,
        unknown=() if same else (_LIMIT,),
        instead=instead,
        terms=terms,
        audit=("WRK004",) if context == "work" else (),
        context=context,
    )


def _circular(view: View, wants: Lock, holds: list[Lock]) -> Diagnosis:
    held = holds[0] if holds else wants
    names = [one.title.removeprefix("lock ") for one in view.report.stacks if one.title.startswith("lock ")]
    flush = wants.name.startswith(_FLUSHES) or any(name.startswith(_FLUSHES) for name in names)
    if wants.name.startswith(_FLUSHES):
        story = (
            f"{view.who} waits for {wants.name} in {call(public(wants.at))} under {held.name}, and that work"
            f" takes {held.name} itself"
        )
    elif flush:
        story = f"{view.who}, a work item, takes {wants.name}, under which somebody flushes that work"
    else:
        story = (
            f"{wants.name} and {held.name} are taken in both orders: {view.who} takes {wants.name} under"
            f" {held.name}"
        )
    stacks = [one for one in view.report.stacks if one.title.startswith("lock ")]
    seen = tuple(
        _link(one.title.removeprefix("lock "), [f.function for f in one.frames]) for one in stacks[::-1][:6]
    )
    return rule(
        "lock_order",
        view,
        story,
        error="deadlock",
        certainty=Certainty.LIKELY,
        causes=(
            *seen,
            f"now {view.who} takes {wants.name} in {call(public(wants.at))} while it holds {held.name}",
        ),
        unknown=("whether the orders can meet: lockdep saw each of them, not both at once",),
        instead=(
            "flush after the lock is dropped, or let the work do without the lock"
            if flush
            else "take them in one order everywhere"
        ),
        terms=("flush_work", "cancel_work_sync", "mutex_lock") if flush else ("mutex_lock", "spin_lock"),
        audit=("LCK001",) if flush else (),
        context="work" if flush else "",
    )


def _kind(name: str) -> str:
    return name.partition("#")[0].partition("/")[0]


def _link(lock: str, functions: list[str]) -> str:
    own = [
        name
        for name in functions
        if not name.startswith(
            (
                "__lock_acquire",
                "lock_acquire",
                "__mutex",
                "mutex_lock",
                "_raw_spin",
                "down_",
                "__flush",
                "process_",
            )
        )
    ]
    return f"{lock} was taken before in {call(own[0])}" if own else f"{lock} was taken before"
