"""An address made of the bytes that the kernel fills freed memory with."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import POISON
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 88


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("page-fault", "general-protection", "oops"):
        return None
    found = _poison(f"{view.address:x}") if view.address > 0 else None
    register = ""
    if found is None and report.kind == "general-protection":
        for name, value in report.registers.items():
            found = _poison(value.lstrip("0"))
            if found:
                register = f" (in {name})"
                break
    if found is None:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    freed = "freed" in found or "deleted" in found
    return rule(
        "poison",
        view,
        f"{where} followed a pointer out of {found}{register}",
        error="use-after-free" if freed else "",
        certainty=Certainty.CERTAIN if freed else Certainty.LIKELY,
        causes=(
            "an object was freed or taken off its list",
            f"{where} still had a pointer to it, and read a link from it",
        ),
        unknown=("who freed it: boot with KASAN, or slub_debug=U, to get the stack of the free",),
        terms=("kfree", "list_del"),
    )


def _poison(address: str) -> str | None:
    return next((words for pattern, words in POISON if pattern.match(address)), None)
