"""A work item that waits, inside its own function, for a work item: for itself, as a rule."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import WORK_FLUSHES, public
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 95


def judge(view: View) -> Diagnosis | None:
    if view.report.kind not in ("hung-task", "stack", "soft-lockup") or view.work_at < 0:
        return None
    inner = view.first_of(WORK_FLUSHES)
    if inner < 0 or inner >= view.work_at:
        return None
    flush = view.outermost_of(WORK_FLUSHES, inner)
    name = view.names[flush]
    single = "work" in WORK_FLUSHES[name] and "every" not in WORK_FLUSHES[name]
    shown = public(name)
    work = view.work
    put = view.put_between(flush, view.work_at)
    if put is not None and view.frames.index(put) < view.work_at - 2:
        put = None  # far from the work function: of another object, as a rule
    through = f" through the last {call(put.function)}" if put else ""
    whole = view.names[flush + 1 : view.work_at][::-1]
    confirmed = _lockdep_agrees(view)
    waiter = view.frames[flush + 1] if flush + 1 < view.work_at else put
    near = (
        put is not None
        and single
        and waiter is not None
        and waiter.module == view.frames[view.work_at].module
    )
    if not confirmed and not near:
        return _some_work(view, shown, WORK_FLUSHES[name], flush)
    target = "its own work item" if single else "its own workqueue"
    return rule(
        "self_flush",
        view,
        f"the kworker waits for {target}: {call(shown)} is reached from {call(work)}{through}",
        error="deadlock",
        certainty=Certainty.CERTAIN if confirmed else Certainty.LIKELY,
        causes=(
            f"{call(work)} runs as a work item"
            + (f" of {view.report.workqueue}" if view.report.workqueue else ""),
            f"it puts a reference, which is the last: {call(put.function)}" if put else "",
            (
                "destruction goes on inside the work item: " + " -> ".join(call(one) for one in whole)
                if whole
                else ""
            ),
            f"{call(shown)} waits for {WORK_FLUSHES[name]}, and {call(work)} returns only when that returns",
        ),
        unknown=(
            ()
            if confirmed
            else (
                (
                    "which work item it waits for: the log does not print it. If it is another one, see what"
                    " that one waits for"
                ),
            )
        ),
        instead=(
            "let the work item hold no reference whose last put flushes it: whoever destroys the object"
            " flushes first"
        ),
        terms=(
            shown,
            "queue_work",
            "schedule_work",
            *view.names[flush + 1 : view.work_at + 1],
        ),
        audit=("WRK004",),
        context="work",
    )


def _some_work(view: View, shown: str, what: str, flush: int) -> Diagnosis:
    """A work item waits for work: for itself perhaps, and mostly for another one."""
    user = about(view.frames[flush + 1 :])
    where = f" in {call(user.function)}" if user and user.function != view.work else ""
    queue = f" of {view.report.workqueue}" if view.report.workqueue else ""
    return rule(
        "self_flush",
        view,
        f"the kworker that runs {call(view.work)}{queue} waits{where} for {what}",
        error="deadlock",
        certainty=Certainty.UNKNOWN,
        causes=(
            f"{call(shown)} waits for {what}, and {call(view.work)} returns only when that has returned",
        ),
        unknown=(
            "which one it waits for: the log does not print it. If it is the item that runs here, or one"
            " that needs"
            " its worker or its locks, nothing ever wakes it; lockdep would tell (CONFIG_PROVE_LOCKING)",
            "what the other items do: SysRq-w prints the blocked tasks, SysRq-t the workers",
        ),
        terms=(shown, "queue_work", *view.names[flush + 1 : view.work_at + 1]),
        context="work",
    )


def _lockdep_agrees(view: View) -> bool:
    """Whether lockdep saw the same task wait for what it is in."""
    return any(
        other.report.facts.get("what") == "recursive locking"
        and any(lock.name.startswith(("(work_completion)", "(wq_completion)")) for lock in other.report.locks)
        and other.report.pid in (0, view.report.pid)
        for other in view.others("lockdep")
    )
