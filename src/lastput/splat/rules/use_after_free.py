"""KASAN or KFENCE saw a use after the free, with the stacks of all three."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.kernel import base_name
from lastput.splat.machinery import HELPERS, MACHINERY
from lastput.splat.rules import rule
from lastput.splat.view import View, call
from lastput.splat.words import Life, thing

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    tagged = _tagged(view)
    if report.kind == "kasan-tail":
        if view.stack(Role.FREED) is None:
            return None
    elif not tagged and (report.kind not in ("kasan", "kfence") or not what.endswith("use-after-free")):
        return None
    life = Life(view)
    using = _where(view)
    by = f" by {life.freer_name}" if life.freer_name else ""
    own_work = _own_work(view, life)
    stack = "stack" in report.facts.get("memory", "") or "scope" in what
    lost = report.kind == "kasan-tail"
    used = f" used {thing(view)}{view.inside(using)}"
    return rule(
        "use_after_free",
        view,
        (f"the headline is lost: {view.who}" if lost else view.who) + f"{used} after it was freed{by}",
        error="use-after-free",
        certainty=Certainty.UNKNOWN if lost else Certainty.LIKELY if stack or tagged else Certainty.CERTAIN,
        causes=(
            life.made(),
            life.freed(),
            life.queued(),
            f"{view.who} used it{view.inside(using)}",
        ),
        unknown=(
            "" if life.freer_name else "who freed it: the log has no stack of the free",
            "" if own_work else "which reference should have kept it: the log names calls, not references",
            "whether it was a use after the free at all, or a second free: that stands in the headline"
            if lost
            else "",
            "whether it was beyond the end: one tag marks free memory and the gaps between objects"
            if tagged
            else "",
        ),
        instead=_instead(view, life, own_work),
        terms=_terms(view),
        audit=("WRK001", "WRK002", "WRK003", "WRK006") if own_work else ("REF005",),
        context="work" if own_work else "release" if view.in_release else "",
    )


def _tagged(view: View) -> bool:
    """Whether tag-based KASAN met memory that nobody may use, of an object that was freed (mm/kasan/kasan.h:
    KASAN_TAG_INVALID)."""
    facts = view.report.facts
    invalid = facts.get("what") == "invalid-access" and facts.get("memory_tag") == "fe"
    return view.report.kind == "kasan" and invalid and view.stack(Role.FREED) is not None


def _where(view: View) -> str:
    """The function that used it: KASAN names it, unless it is a helper."""
    at = base_name(view.report.facts.get("at", ""))
    user = view.blame()
    if user is None:
        return call(at) if at else ""
    name = base_name(user.function)
    if at and at in view.names and at not in MACHINERY and at not in HELPERS:
        return call(at)
    if at and at != name and at in HELPERS and at in view.names:
        return f"{call(name)}, through {call(at)}"
    return call(name)


def _own_work(view: View, life: Life) -> bool:
    """Whether a work item that lies in the object was freed with it, and ran: KASAN knows who queued it."""
    queued = life.queue()
    return view.in_work and queued is not None and queued.to == "a work item"


def _instead(view: View, life: Life, own_work: bool) -> str:
    if own_work:
        return (
            "the work item needs a reference of its own, or whoever frees the object must call"
            " cancel_work_sync() first"
        )
    if life.deferred:
        return (
            "the use must lie inside one rcu_read_lock(), with a reference taken there by an inc_not_zero if"
            " it goes on after it"
        )
    if life.same_task:
        return "one task: the put comes too early, or one put is too many"
    return "the user needs a reference that it took while the object was certain to live"


def _terms(view: View) -> tuple[str, ...]:
    terms = ["kfree"]
    if view.in_work:
        terms += ["queue_work", "schedule_work"]
    if view.in_kthread:
        terms += ["kthread_run", "kthread_stop"]
    freed = view.stack(Role.FREED)
    if freed and any(one.function in ("__fput", "____fput") for one in freed.frames):
        terms.append("close")
    return (*terms, *[name for name in view.names[:4] if name and name not in MACHINERY])
