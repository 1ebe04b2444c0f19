"""An instruction fetch from an address that is neither module text nor null: a corrupted function pointer."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 60


def judge(view: View) -> Diagnosis | None:
    facts = view.report.facts
    if facts.get("access") != "instruction fetch" or view.address < 4096:
        return None
    caller = next((call(one.function) for one in view.frames if one.function), "a function")
    return rule(
        "wild_jump",
        view,
        f"{caller} jumped to {view.address:x}, which is no text: the function pointer or the return address"
        " is corrupted",
        error="use-after-free",
        certainty=Certainty.UNKNOWN,
        causes=(f"{caller} called through a pointer, or returned", "the target holds data, or is not mapped"),
        unknown=("whether the object that held the pointer was freed or overwritten: KASAN would tell",),
    )
