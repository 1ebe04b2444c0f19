"""Several hung tasks that wait for each other."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Lock
from lastput.splat.holders import Holders
from lastput.splat.kernel import LOCK_WAITS, WAITS, WORK_FLUSHES
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 96

_THREAD = ("kthread_stop", "kthread_park", "kthread_stop_put")


def judge(view: View) -> Diagnosis | None:
    if view.report.kind not in ("hung-task", "stack") or view.report.facts.get("state", "D") != "D":
        return None
    holders = Holders(view.log)
    circle = holders.circle(view)
    if circle:
        return _itself(view, circle[0][1]) if len(circle) == 1 else _crosswise(view, circle, holders)
    owner = _owner(view)
    if owner is not None:
        return owner
    others = [other for other in view.others(view.report.kind) if other.report.pid != view.report.pid]
    for other in others:
        for waiter, worker in ((view, other), (other, view)):
            noun = _waits_for(waiter, worker)
            if noun and _needs(waiter, worker, holders):
                return _told(view, other, waiter, worker, noun, holders)
    return None


def _where(view: View) -> str:
    frame = view.waits_in()
    return call(frame.function) if frame else "a function that the log does not name"


def _itself(view: View, lock: Lock) -> Diagnosis:
    return rule(
        "wait_cycle", view, f"{view.who} waits in {_where(view)} for {lock.name}, which it holds itself",
        error="deadlock", certainty=Certainty.CERTAIN,
        causes=(f"{lock.name} stands twice in the list of its locks", f"{_where(view)} takes it again"),
        instead="call the inner function without the lock, or give it a variant that expects the lock held",
        terms=_terms(view), context="",
    )  # fmt: skip


def _crosswise(view: View, circle: list[tuple[str, Lock]], holders: Holders) -> Diagnosis:
    """Each waits for a lock that the next one holds, and the last for one of the first."""
    causes = []
    for at, (task, lock) in enumerate(circle):
        owner = circle[(at + 1) % len(circle)][0]
        here = view if task == view.task else holders.hung(task)
        where = f" in {_where(here)}" if here else ""
        causes.append(f"{task} waits{where} for {lock.name}, which {owner} holds")
    number = {2: "two", 3: "three"}.get(len(circle), str(len(circle)))
    names = [lock.name for _, lock in circle]
    inside = [_where(one) for task, _ in circle if (one := view if task == view.task else holders.hung(task))]
    return rule(
        "wait_cycle", view, f"{number} tasks wait for each other's locks, in {' and '.join(inside)}:"
                            f" {' and '.join(names)}",
        error="deadlock", certainty=Certainty.CERTAIN, causes=causes,
        instead="take the locks in one order everywhere", terms=_terms(view), context="",
    )  # fmt: skip


def _waits_for(waiter: View, worker: View) -> str:
    """``thread`` or ``work`` if one task waits for what the other runs in."""
    if waiter.first_of(_THREAD) >= 0 and worker.in_kthread:
        return "thread"
    if waiter.first_of(WORK_FLUSHES) >= 0 and worker.in_work:
        return "work"
    return ""


def _needs(waiter: View, worker: View, holders: Holders) -> bool:
    """Whether what the one waits for needs a lock that the waiting one has: it is in its list, or, without
    lists, both are of one module."""
    if worker.first_of(LOCK_WAITS) < 0:
        return False
    lock = holders.wanted(worker)
    if lock is not None:
        return waiter.task in holders.of(lock)
    if holders:
        return False
    mine, its = waiter.waits_in(), worker.waits_in()
    return bool(mine and its and mine.module and mine.module == its.module)


def _told(view: View, other: View, waiter: View, worker: View, noun: str, holders: Holders) -> Diagnosis:
    lock = holders.wanted(worker)
    name = lock.name if lock else "a lock"
    what = "a kernel thread to end" if noun == "thread" else "a work item"
    known = lock is not None
    return rule(
        "wait_cycle",
        view,
        f"two tasks wait for each other: {waiter.who} waits in {_where(waiter)} for {what},"
        f" {worker.who} waits in {_where(worker)} for {name}",
        error="deadlock",
        certainty=Certainty.LIKELY,
        causes=(
            f"{waiter.who} waits in {_where(waiter)}" + (f", holding {name}" if known else ""),
            f"{worker.who} waits in {_where(worker)} for {name}",
        ),
        unknown=(
            f"whether it is this {'thread' if noun == 'thread' else 'work item'} that is waited for: the"
            " log does not"
            " print it",
            "" if known else "who holds which lock: CONFIG_PROVE_LOCKING, or SysRq-d, would print it",
        ),
        instead="do not wait for a thread or a work item under a lock that it takes",
        terms=_terms(view, other),
        audit=("LCK001",),
        context="kthread" if noun == "thread" else "work",
    )


def _terms(*views: View) -> tuple[str, ...]:
    known = {*WAITS, *LOCK_WAITS}
    return tuple(name.lstrip("_") for view in views for name in view.names if name in known)


def _owner(view: View) -> Diagnosis | None:
    """Since 6.16 the kernel names the likely owner of the lock."""
    owner = view.report.facts.get("owner", "")
    name, _, pid = owner.rpartition(":")
    if not pid.isdigit():
        return None
    holder = next((one for one in view.others("hung-task") if one.report.pid == int(pid)), None)
    lock = view.report.facts.get("blocked_on", "lock")
    back = holder.report.facts.get("owner", "") if holder else ""
    mutual = back.rpartition(":")[2] == str(view.report.pid)
    does = f", which hangs itself in {_where(holder)}" if holder else ""
    if mutual and holder is not None:
        other = holder.report.facts.get("blocked_on", "lock")
        return rule(
            "wait_cycle", view,
            f"two tasks wait for each other: {view.who} for a {lock} of {name}/{pid}, {name}/{pid} for a"
            f" {other} of"
            f" {view.who}",
            error="deadlock", certainty=Certainty.LIKELY,
            causes=(f"{view.who} waits in {_where(view)}", f"{name}/{pid} waits in {_where(holder)}"),
            instead="take the locks in one order everywhere", terms=_terms(view, holder), context="",
        )  # fmt: skip
    return rule(
        "wait_cycle",
        view,
        f"{view.who} waits for a {lock} that {name}/{pid} holds{does}",
        error="deadlock",
        certainty=Certainty.LIKELY,
        causes=(f"{name}/{pid} took the {lock}" + does, f"{view.who} waits for it in {_where(view)}"),
        unknown=(
            "why that one does not go on"
            if holder
            else f"what {name}/{pid} does meanwhile: its stack is not in the log",
        ),
        terms=_terms(view, holder or view),
    )
