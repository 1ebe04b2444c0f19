"""The slab allocator found an object, or its own data, overwritten."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.rules import rule
from lastput.splat.view import View
from lastput.splat.words import Life

WEIGHT = 60


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind != "slab":
        return None
    cache = report.facts.get("cache", "a cache")
    life = Life(view)
    if what.startswith(("Poison overwritten", "Slab corruption")):
        by = f" by {life.freer_name}" if view.stack(Role.FREED) and life.freer_name else ""
        return rule(
            "slab_checks",
            view,
            f"an object of {cache} was written to after it was freed{by}",
            error="use-after-free",
            certainty=Certainty.LIKELY,
            causes=(life.made(), life.freed(), "its poison (0x6b) is changed since"),
            unknown=(
                "who wrote: the check sees it when the object is used again, and that task has nothing to"
                " do with it;"
                " KASAN stops at the write",
                "whether it was the old user, or a stray write from elsewhere",
            ),
            terms=("kfree",),
        )
    if "edzone" in what or "adding" in what:
        return rule(
            "slab_checks",
            view,
            f"memory beside an object of {cache} was overwritten ({what.strip()})",
            certainty=Certainty.CERTAIN,
            causes=(life.made(), life.freed()),
            unknown=("who wrote beyond its object: KASAN stops at the write",),
        )
    return rule(
        "slab_checks",
        view,
        f"the slab allocator found its own data of {cache} broken ({what.strip()})",
        certainty=Certainty.UNKNOWN,
        causes=(life.made(), life.freed()),
        unknown=(
            "whether a write after the free, a write beyond an object or a second free: boot with KASAN, or"
            " with"
            " slub_debug=FZPU",
        ),
    )
