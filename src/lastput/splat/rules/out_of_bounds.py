"""KASAN, KFENCE or slab saw an access outside of the object: no matter of lifetimes."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis, Role
from lastput.splat.kernel import base_name
from lastput.splat.machinery import MACHINERY
from lastput.splat.rules import rule
from lastput.splat.view import View, call
from lastput.splat.words import Life, thing

WEIGHT = 40


def judge(view: View) -> Diagnosis | None:
    report = view.report
    what = report.facts.get("what", "").strip()
    if report.kind not in ("kasan", "kfence", "kasan-tail"):
        return None
    who = view.blame()
    at = base_name(report.facts.get("at", ""))
    where = call(at) if at and at not in MACHINERY else call(who.function) if who else view.who
    wild = what.startswith(("wild", "user-memory", "null", "unknown", "general"))
    tags = "memory_tag" in report.facts
    words = what or f"{report.facts.get('access', 'an access').lower()} that KASAN refused"
    life = Life(view)
    return rule(
        "out_of_bounds",
        view,
        f"{where}: {words}{_by(report.facts)}"
        + (
            ", at an address that belongs to no object"
            if wild
            else f": the tags of the pointer ({report.facts['tag']}) and of the memory"
            f" ({report.facts['memory_tag']}) differ"
            if tags
            else f", at the edge of {thing(view)}"
            if life.maker
            else ""
        ),
        certainty=Certainty.CERTAIN if what else Certainty.UNKNOWN,
        causes=(life.made(), f"{view.who} did it in {where}"),
        unknown=(
            "" if what else "what KASAN calls it: the headline is lost",
            (
                "where the address comes from: an object that was freed or overwritten, or a pointer that"
                " was never set"
                if wild or tags
                else "why the access is there: sizes and indices are no matter of lifetimes, which is what"
                " lastput"
                " follows"
            ),
        ),
        terms=("kfree",) if view.stack(Role.FREED) else (),
    )


def _by(facts: dict[str, str]) -> str:
    size, access = facts.get("bytes", ""), facts.get("access", "").lower()
    return f" ({access} of {size} bytes)" if size and access else ""
