"""KASAN or KFENCE saw a use after the free, with the stacks of all three."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

import re

from lastput.schema.splat import Certainty, Diagnosis, Frame
from lastput.splat.kernel import MACHINERY, base_name, is_put
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86

_QUEUES = re.compile(
    r"(?:__)?(?:insert_work|(?:mod_|try_|re)?queue_|call_rcu|kvfree_call_rcu|schedule_work)\w*$"
)
_AUDIT = {"work": ("WRK001", "WRK002", "WRK003"), "kthread": ("KTH001", "KTH002")}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind not in ("kasan", "kfence") or not what.endswith("use-after-free"):
        return None
    user, freer = view.blame(), view.blame("freed")
    freed, allocated = view.stack("freed"), view.stack("allocated")
    maker = view.blame("allocated")
    using = call(user.function) if user else call(report.facts.get("at", ""))
    thing = _thing(view)
    by = f" by {call(freer.function)}" if freer else ""
    put = next(
        (
            one
            for one in (freed.frames if freed else ())
            if is_put(one.function) and base_name(one.function) not in MACHINERY
        ),
        None,
    )
    same = freed is not None and freed.pid == report.pid and report.pid > 0
    queued = _queuer(view)
    deferred = freed is not None and any(
        one.function in ("rcu_do_batch", "rcu_core", "rcu_core_si") for one in freed.frames
    )
    causes = (
        (
            f"{call(maker.function)} allocated {thing}"
            + (f" (task {allocated.pid})" if allocated and allocated.pid else "")
            if maker
            else ""
        ),
        (
            f"{call(freer.function)} freed it"
            + (f" (task {freed.pid}{', the same task' if same else ''})" if freed and freed.pid else "")
            + (f", out of {call(put.function)}" if put and freer and put.function != freer.function else "")
            + (", after an RCU grace period" if deferred else "")
            if freer
            else ""
        ),
        f"{call(queued.function)} had queued work or an RCU callback with it" if queued else "",
        f"{view.who} used it in {using}",
    )
    return rule(
        "use_after_free",
        view,
        f"{view.who} used {thing} in {using} after it was freed{by}",
        error="use-after-free",
        certainty=Certainty.CERTAIN,
        causes=causes,
        unknown=(
            "" if freer else "who freed it: the log has no stack of the free",
            "which reference should have kept it: the log names calls, not references",
        ),
        instead=_instead(view, same, deferred),
        terms=_terms(view),
        audit=_AUDIT.get(view.context, ("REF005",)),
    )


def _queuer(view: View) -> Frame | None:
    """Who queued work, or an RCU callback, with the object: the caller of the queueing itself."""
    stack = view.stack("queued")
    names = [base_name(one.function) for one in stack.frames] if stack else []
    inside = [at for at, name in enumerate(names) if name in MACHINERY or _QUEUES.match(name)]
    at = max(inside, default=-1) + 1
    return stack.frames[at] if stack and at < len(names) else None


def _thing(view: View) -> str:
    facts = view.report.facts
    if "type" in facts:
        return f"a struct {facts['type']}"
    cache = facts.get("cache", "")
    if cache and not cache.startswith(("kmalloc", "dma-kmalloc")):
        return f"an object of {cache}"
    size = facts.get("object_size", "")
    return f"an object of {size} bytes" if size else "an object"


def _instead(view: View, same: bool, deferred: bool) -> str:
    if view.in_work:
        return (
            "the work item needs a reference of its own, or whoever frees the object must cancel_work_sync()"
            " first"
        )
    if view.in_kthread:
        return "whoever frees the object must kthread_stop() its thread first"
    if deferred:
        return "the reader must be inside rcu_read_lock(), and take its reference with an inc_not_zero"
    if same:
        return "one task: the put comes too early, or one put is too many"
    return "the user needs a reference that it took while the object was certain to live"


def _terms(view: View) -> tuple[str, ...]:
    terms = ["kfree"]
    if view.in_work:
        terms += ["queue_work", "schedule_work"]
    if view.in_kthread:
        terms += ["kthread_run", "kthread_stop"]
    freed = view.stack("freed")
    if freed and any(one.function in ("__fput", "____fput") for one in freed.frames):
        terms.append("close")
    return (*terms, *[name for name in view.names[:4] if name])
