"""lockdep: a task takes what it holds, or locks in both orders."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from collections.abc import Sequence

from lastput.schema.splat import Certainty, Diagnosis, Frame, Lock, Role
from lastput.splat.kernel import LOCK_WAITS, WAITS, base_name, public
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

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
            f"lockdep saw {what}" + (f" in {call(user.function)}" if (user := view.user) else ""),
            error="deadlock",
            certainty=Certainty.UNKNOWN,
            unknown=(
                "which locks: the log breaks off before it names them"
                if report.truncated
                else "which locks: the lines that name them are missing, or I cannot read them",
            ),
            context="",
        )
    return _recursive(view, wants, holds) if what == "recursive locking" else _circular(view, wants, holds)


def _recursive(view: View, wants: Lock, holds: list[Lock]) -> Diagnosis:
    held = next((lock for lock in holds if _kind(lock.name) == _kind(wants.name)), None)
    if held is None:
        return rule(
            "lock_order",
            view,
            f"{view.who} takes {wants.name} in {_at(wants)} while it holds a lock of that class",
            error="deadlock",
            unknown=("which call took the first: the log breaks off", _LIMIT),
            terms=("mutex_lock", wants.at),
            context="",
        )
    if wants.name.startswith(_FLUSHES):
        story = f"{view.who} waits for its own work: {_at(wants)} is reached from inside {wants.name}"
        terms: tuple[str, ...] = ("flush_work", "cancel_work_sync", "queue_work", *view.names[:6])
        causes = (
            f"{_at(held)} runs the work item {held.name}",
            f"{_at(wants)} waits until it has finished",
        )
        instead = (
            "a work item must not flush or cancel_sync itself, nor put the reference whose last put does"
        )
        context = "work"
    else:
        story = (
            f"{view.who} takes {wants.name} in {_at(wants)} while it holds {held.name}, taken in {_at(held)}"
        )
        terms = ("mutex_lock", wants.at, held.at)
        causes = (
            f"{_at(held)} took {held.name}",
            f"{_at(wants)} takes {wants.name}, which is of the same class",
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
    stacks = [one for one in view.report.stacks if one.role is Role.LOCK and one.title]
    names = [one.title for one in stacks]
    where = f" in {_at(wants)}" if wants.at else ""
    flush = wants.name.startswith(_FLUSHES) or any(name.startswith(_FLUSHES) for name in names)
    if wants.name.startswith(_FLUSHES):
        story = (
            f"{view.who} waits for {wants.name} in {_at(wants)} under {held.name}, and that work"
            f" takes {held.name} itself"
        )
    elif flush:
        story = f"{view.who}, a work item, takes {wants.name}, under which somebody flushes that work"
    elif len(set(names)) > 2:
        others = [name for name in dict.fromkeys(names) if name not in (wants.name, held.name)]
        story = (
            f"{wants.name} and {held.name} are taken in both orders, the other way through"
            f" {' and '.join(others[:3])}: {view.who} takes {wants.name}{where} under {held.name}"
        )
    else:
        story = (
            f"{wants.name} and {held.name} are taken in both orders: {view.who} takes"
            f" {wants.name}{where} under {held.name}"
        )
    seen = tuple(_link(one.title, one.frames) for one in stacks[::-1][:6])
    return rule(
        "lock_order",
        view,
        story,
        error="deadlock",
        certainty=Certainty.LIKELY,
        causes=(
            *seen,
            f"now {view.who} takes {wants.name} in {_at(wants)} while it holds {held.name}",
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


def _at(lock: Lock) -> str:
    return call(public(lock.at)) if lock.at else "an unknown function"


def _kind(name: str) -> str:
    return name.partition("#")[0].partition("/")[0]


def _link(lock: str, frames: Sequence[Frame]) -> str:
    own = about([one for one in frames if base_name(one.function) not in {**LOCK_WAITS, **WAITS}])
    return f"{lock} was taken before in {call(own.function)}" if own else f"{lock} was taken before"
