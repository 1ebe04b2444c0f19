"""Objects that nobody freed, or a cache that goes before them."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind == "slab" and what in ("Objects remaining", "still has objects", "Can't free all objects"):
        return _cache(view)
    if report.kind != "kmemleak":
        return None
    maker = view.blame(Role.ALLOCATED)
    where = call(maker.function) if maker else "an unknown function"
    size = report.facts.get("object_size", "")
    return rule(
        "objects_left",
        view,
        f"{where} allocated {f'{size} bytes' if size else 'memory'} to which kmemleak finds no pointer",
        error="leak",
        certainty=Certainty.LIKELY if maker else Certainty.UNKNOWN,
        causes=(
            f"{where} allocated the object{view.whom}",
            "its last pointer was overwritten or went with a stack frame",
        ),
        unknown=(
            "which path forgot it: kmemleak sees the allocation only; look at the error paths after it",
        ),
        instead="each way out after the allocation frees the object or hands it on",
        terms=("kfree", *((maker.function,) if maker else ())),
        audit=("REF001",),
        context="",
    )


def _cache(view: View) -> Diagnosis:
    cache = view.report.facts.get("cache", "a cache")
    user = next((one.function for one in view.frames if one.module), "")
    where = f" in {call(user)}" if user else ""
    return rule(
        "objects_left",
        view,
        f"the cache {cache} was destroyed{where} while objects of it were still in use",
        error="warn",
        certainty=Certainty.CERTAIN,
        causes=(
            "the exit function destroys the cache",
            "somebody still has an object: a leak, or a work item, timer or RCU callback that has not run",
        ),
        unknown=("who has it: slub_debug=U lists the allocations",),
        instead=(
            "wait first: flush the work, rcu_barrier() for kfree_rcu() and call_rcu(), then destroy the cache"
        ),
        terms=("kmem_cache_destroy", "rcu_barrier", "rmmod"),
        audit=("REF001", "WRK001"),
    )
