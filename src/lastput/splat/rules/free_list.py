"""A fault inside of the allocator, in an allocation: its free list was damaged before, by somebody else."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import base_name
from lastput.splat.machinery import ALLOCATES
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 88


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("page-fault", "general-protection", "oops", "stack") or view.fetch:
        return None
    at = base_name(report.rip.function) if report.rip else view.names[0] if view.names else ""
    if at not in ALLOCATES or (report.kind in ("oops", "stack") and not report.rip):
        return None
    who = view.blame()
    asked = f"; {call(who.function)} only asked for memory" if who else ""
    return rule(
        "free_list",
        view,
        f"{call(at)} met a free list that is damaged{asked}",
        error="use-after-free",
        certainty=Certainty.UNKNOWN,
        causes=(
            "free objects hold the address of the next one: somebody wrote to an object after it was freed,"
            " beyond the end of one, or freed one twice",
        ),
        unknown=(
            "who damaged it: what runs here is innocent. KASAN tells, or slub_debug=FZPU, which checks each"
            " object",
        ),
        terms=("kfree", "kmem_cache_free"),
        context="",
    )
