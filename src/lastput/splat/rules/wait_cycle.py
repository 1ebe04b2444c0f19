"""Several hung tasks that wait for each other."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Lock
from lastput.splat.kernel import LOCK_WAITS, WAITS, WORK_FLUSHES
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 93


def judge(view: View) -> Diagnosis | None:
    if view.report.kind not in ("hung-task", "stack") or view.report.facts.get("state", "D") != "D":
        return None
    owner = _owner(view)
    if owner is not None:
        return owner
    mine = _waits(view)
    others = [other for other in view.others(view.report.kind) if other.report.pid != view.report.pid]
    for other in others:
        if _cycle(mine, _waits(other), view, other):
            return _told(view, other, mine, _waits(other))
    return None


def _waits(view: View) -> str:
    """``lock``, ``thread``, ``work``, ``grace`` or ``""``: what a hung task waits for."""
    if view.first_of(LOCK_WAITS) >= 0:
        return "lock"
    if view.first_of(WORK_FLUSHES) >= 0:
        return "work"
    if view.first_of(("kthread_stop", "kthread_park")) >= 0:
        return "thread"
    if view.first_of(("synchronize_rcu", "synchronize_srcu", "__synchronize_srcu", "rcu_barrier")) >= 0:
        return "grace"
    return ""


def _cycle(mine: str, its: str, view: View, other: View) -> bool:
    """Whether two tasks can wait for each other."""
    if mine == "lock" and its == "lock":
        return True
    for first, second, waiter in ((mine, its, other), (its, mine, view)):
        if first == "thread" and second == "lock" and waiter.in_kthread:
            return True
        if first == "work" and second in ("lock", "work") and waiter.in_work:
            return True
    return False


_WAITS_FOR = {
    "lock": "a lock",
    "work": "a work item",
    "thread": "a kernel thread to end",
    "grace": "a grace period",
}


def _told(view: View, other: View, mine: str, its: str) -> Diagnosis:
    held = _locks_of(view), _locks_of(other)
    sure = bool(_wanted(view) & held[1]) and bool(_wanted(other) & held[0])
    here, there = _where(view), _where(other)
    return rule(
        "wait_cycle",
        view,
        f"two tasks wait for each other: {view.who} waits in {here} for {_WAITS_FOR[mine]},"
        f" {other.who} waits in {there} for {_WAITS_FOR[its]}",
        error="deadlock",
        certainty=Certainty.CERTAIN if sure else Certainty.LIKELY,
        causes=(
            f"{view.who} waits in {here}" + (f", holding {', '.join(sorted(held[0]))}" if held[0] else ""),
            f"{other.who} waits in {there}" + (f", holding {', '.join(sorted(held[1]))}" if held[1] else ""),
        ),
        unknown=() if sure else ("who holds which lock: CONFIG_PROVE_LOCKING, or SysRq-d, would print it",),
        instead=(
            "do not wait for a thread or a work item under a lock that it takes; take locks in one order"
            if mine != its
            else "take the locks in one order everywhere"
        ),
        terms=_terms(view, other),
        audit=("LCK001",) if {mine, its} & {"work", "thread"} else (),
        context="kthread" if "thread" in (mine, its) else "work" if "work" in (mine, its) else "",
    )


def _terms(view: View, other: View) -> tuple[str, ...]:
    known = {*WAITS, *LOCK_WAITS}
    return tuple(name.lstrip("_") for name in (*view.names, *other.names) if name in known)


def _where(view: View) -> str:
    """The innermost call that is no part of the waiting itself."""
    at = max(view.first_of(LOCK_WAITS), view.first_of(WAITS))
    known = {**LOCK_WAITS, **WAITS}
    while at + 1 < len(view.names) and view.names[at + 1] in known:
        at += 1
    return (
        call(view.names[at + 1])
        if 0 <= at < len(view.names) - 1
        else call(view.names[0] if view.names else "")
    )


def _mine(view: View) -> list[Lock]:
    who = f"{view.report.comm}/{view.report.pid}"
    return [lock for one in view.log for lock in one.locks if lock.by == who]


def _locks_of(view: View) -> set[str]:
    wanted = _wanted(view)
    return {lock.name for lock in _mine(view) if lock.name not in wanted}


def _wanted(view: View) -> set[str]:
    """lockdep lists the lock that a task waits for as its last: it is taken in the lock call itself."""
    locks = _mine(view)
    where = _where(view).removesuffix("()")
    return {lock.name for lock in locks[-1:] if lock.at in (where, *LOCK_WAITS)}


def _owner(view: View) -> Diagnosis | None:
    """Since 6.16 the kernel names the likely owner of the lock."""
    owner = view.report.facts.get("owner", "")
    name, _, pid = owner.rpartition(":")
    if not pid.isdigit():
        return None
    holder = next((one for one in view.others("hung-task") if one.report.pid == int(pid)), None)
    lock = view.report.facts.get("blocked_on", "lock")
    does = f", which hangs itself in {_where(holder)}" if holder else ""
    return rule(
        "wait_cycle",
        view,
        f"{view.who} waits for a {lock} that {name}/{pid} holds{does}",
        error="deadlock",
        certainty=Certainty.LIKELY,
        causes=(f"{name}/{pid} took the {lock}" + does, f"{view.who} waits for it in {_where(view)}"),
        unknown=() if holder else (f"what {name}/{pid} does meanwhile: its stack is not in the log",),
        terms=_terms(view, holder or view),
    )
