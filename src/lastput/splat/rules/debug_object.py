"""debugobjects: something active was freed."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86

_WAIT = {
    "work_struct": (
        "work item",
        "cancel_work_sync() or cancel_delayed_work_sync()",
        ("cancel_work_sync", "queue_work"),
    ),
    "timer_list": ("timer", "timer_shutdown_sync()", ("del_timer_sync", "timer_delete_sync", "mod_timer")),
    "hrtimer": ("timer", "hrtimer_cancel()", ("hrtimer_cancel",)),
    "rcu_head": ("RCU callback", "rcu_barrier()", ("call_rcu", "rcu_barrier")),
    "percpu_counter": ("percpu counter", "percpu_counter_destroy()", ()),
}


_WAYS = {
    ("init", "active"): "a {noun} was initialised again while it was active",
    ("activate", "active"): "a {noun} was started that is active already",
    ("activate", "destroyed"): "a {noun} was started after its end",
    ("activate", "not available"): "a {noun} was started that was never initialised",
    ("assert_init", "not available"): "a {noun} was used that was never initialised",
    ("active_state", "active"): "a {noun} is active, in another state than expected",
    ("deactivate", "inactive"): "a {noun} ended that was not active",
    ("destroy", "active"): "a {noun} was destroyed while it was active",
}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "odebug":
        return None
    facts = report.facts
    what, state = facts.get("what", ""), facts.get("state", "")
    noun, wait, terms = _WAIT.get(facts.get("type", ""), ("object", "the call that ends it", ()))
    who = view.blame()
    where = call(who.function) if who else view.who
    hint = "" if facts.get("hint", "0x0").startswith("0x") else f" of {call(facts['hint'])}"
    if what == "free" and state == "active":
        return rule(
            "debug_object",
            view,
            f"{where} freed an object while the {noun}{hint} in it was still active: it will run on freed"
            " memory",
            error="use-after-free",
            certainty=Certainty.CERTAIN,
            causes=(
                f"the {noun}{hint} was queued or running",
                f"{where} freed the object around it without waiting",
            ),
            instead=f"call {wait} before the free, once nothing can start it again",
            terms=(*terms, "kfree"),
            audit=() if noun in ("object", "percpu counter") else ("WRK001", "WRK002"),
        )
    told = _WAYS.get((what, state), f"the {noun} is {state} when it is to be {what}d")
    return rule(
        "debug_object",
        view,
        f"{where}: {told.format(noun=noun)}{f' ({hint[4:]})' if hint else ''}",
        error="warn",
        also=("use-after-free",) if state == "destroyed" else (),
        certainty=Certainty.CERTAIN,
        unknown=("which path set it up, or ended it, before: the log has only this one",),
        terms=terms,
    )
