"""The same memory was freed twice."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call
from lastput.splat.words import Life

WEIGHT = 87

_FREES = ("__slab_free", "set_freepointer", "do_slab_free", "slab_free")
_TWICE = ("double-free", "Object already free", "double free detected")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "")
    if report.kind == "bug":
        return _free_list(view)
    if report.kind not in ("kasan", "kfence", "slab"):
        return None
    either = what.startswith("double-free or invalid") or (report.kind == "kfence" and what == "invalid free")
    invalid = what in ("invalid-free", "invalid free") and not either
    if not (either or invalid or what.startswith(_TWICE)):
        return None
    life = Life(view)
    second = view.blame()
    here = call(second.function) if second else view.who
    if invalid or (either and not life.freer_name):
        return rule(
            "double_free",
            view,
            f"{here} freed memory that is not the start of an allocated object"
            + (", or that is free already" if either else ""),
            certainty=Certainty.CERTAIN,
            causes=(life.made(), f"{view.who} freed it in {here}"),
            unknown=(
                "where the pointer comes from: an address inside of an object, or of a page, is no object",
            ),
            terms=("kfree",),
        )
    before = life.freer_name
    return rule(
        "double_free",
        view,
        f"{here} freed an object that {before} had freed already"
        if before
        else f"{here} freed an object twice",
        error="double-free",
        certainty=Certainty.LIKELY if either else Certainty.CERTAIN,
        causes=(life.made(), life.freed(), f"{view.who} freed it again in {here}"),
        unknown=(
            "" if before else "who freed it first: the log has no stack of that",
            "whether the second free is one of the same object: KASAN says double-free or invalid-free"
            if either
            else "",
            "whether one put is too many, or one reference was never taken",
        ),
        instead="both ways out must not free: let one owner put the last reference",
        terms=("kfree",),
    )


def _free_list(view: View) -> Diagnosis | None:
    """A BUG_ON() of the free list: the object that is freed is its first entry already (mm/slub.c:
    set_freepointer, with CONFIG_SLAB_FREELIST_HARDENED)."""
    freed = view.names[0] if view.names else ""
    if not view.report.facts.get("place", "").partition(":")[0].endswith("mm/slub.c") or freed not in _FREES:
        return None
    second = view.blame()
    here = call(second.function) if second else view.who
    return rule(
        "double_free",
        view,
        f"{here} freed an object that was the last one freed before",
        error="double-free",
        certainty=Certainty.LIKELY,
        causes=(
            "the free list would point from the object to itself: the check in set_freepointer() saw that",
            f"{view.who} freed it again in {here}",
        ),
        unknown=("who freed it first: KASAN, or slub_debug=U, prints the stack of that",),
        instead="both ways out must not free: let one owner put the last reference",
        terms=("kfree",),
    )
