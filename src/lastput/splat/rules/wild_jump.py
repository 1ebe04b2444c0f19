"""An instruction fetch from an address that is neither module text nor null: a corrupted function pointer."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 60


def judge(view: View) -> Diagnosis | None:
    if view.report.kind != "page-fault" or not view.fetch or view.address < 4096:
        return None
    who = about(view.frames)
    caller = call(who.function) if who else view.who
    return rule(
        "wild_jump",
        view,
        f"{caller} jumped to {view.address:x}, where no code can run: a function pointer or a return"
        " address is"
        " wrong",
        error="use-after-free",
        certainty=Certainty.UNKNOWN,
        causes=(f"{caller} called through a pointer, or returned", "the target holds data, or is not mapped"),
        unknown=("whether the object that held the pointer was freed or overwritten: KASAN would tell",),
    )
