"""An address made of the bytes that the kernel fills freed memory with."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import POISON, Poison
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 88


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("page-fault", "general-protection", "oops"):
        return None
    found, register = _address(view), ""
    if found is None and report.kind == "general-protection" and view.address < 0:
        # Before 5.5 no address is printed: memory that was freed shows in the register that was followed. The
        # links of a list that are poisoned stand in registers behind every list_del().
        for name, value in report.registers.items():
            found = next((one for one in POISON if one.freed and one.pattern.match(value.lstrip("0"))), None)
            if found:
                register = f" (in {name})"
                break
    if found is None:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    if found.list:
        story = f"{where} followed {found.words}"
        causes = ("an entry was taken off its list", f"{where} went on from it, or took it off again")
        unknown = "who took it off: two paths that delete it, or a walk over a list that another CPU changes"
    elif found.freed:
        story = f"{where} followed a pointer out of {found.words}{register}"
        causes = (
            "an object was freed",
            f"{where} still had a pointer to it, and read another pointer from it",
        )
        unknown = "who freed it: boot with KASAN, or slub_debug=U, to get the stack of the free"
    else:
        story = f"{where} followed a pointer out of {found.words}"
        causes = ("the memory was never written, or is overwritten", "")
        unknown = "what should have set it"
    return rule(
        "poison",
        view,
        story,
        error="use-after-free" if found.freed or found.list else "",
        certainty=Certainty.CERTAIN if found.freed and not register else Certainty.LIKELY,
        causes=causes,
        unknown=(unknown,),
        terms=("kfree", "list_del"),
    )


def _address(view: View) -> Poison | None:
    """What the address is made of; with KASAN, that which stands for the shadow that faulted."""
    low = view.report.facts.get("low", "")
    addresses = [f"{view.address:x}"] if view.address > 0 else []
    if low:
        addresses.append(low.removeprefix("0x").lstrip("0"))
    return next((one for text in addresses for one in POISON if one.pattern.match(text)), None)
