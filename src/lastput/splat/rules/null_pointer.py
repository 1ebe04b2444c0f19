"""A null pointer, or an error code used as a pointer."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 76

_ERRORS = 4095  # include/linux/err.h: MAX_ERRNO


def judge(view: View) -> Diagnosis | None:
    report = view.report
    shadow = report.facts.get("kasan", "")
    if report.kind == "general-protection" and shadow.startswith(("null-ptr-deref", "maybe null")):
        address = int(report.facts["low"], 16)
    elif report.kind in ("page-fault", "kasan"):
        address = view.address
        if report.kind == "kasan" and not report.facts.get("what", "").startswith("null-ptr-deref"):
            return None
    else:
        return None
    error = address >= (1 << 64) - _ERRORS
    if not error and not 0 <= address < 1 << 16 and "null" not in report.facts:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    if report.facts.get("access") == "instruction fetch":
        story = f"{where} called a function through a pointer that is null"
        cause = "a callback or an entry of an ops table is not set, or was cleared while it was in use"
    elif error:
        story = f"{where} used the error code -{(1 << 64) - address} as a pointer"
        cause = "a function that returns ERR_PTR() was not tested with IS_ERR()"
    else:
        field = f" at offset {address:#x}" if address else ""
        story = f"{where} used a field{field} of an object whose pointer is null"
        cause = "the pointer was never set, or another thread cleared it meanwhile"
    return rule(
        "null_pointer",
        view,
        story,
        error="null-deref",
        certainty=Certainty.CERTAIN,
        causes=(cause, f"{where} used it in {view.who}"),
        unknown=("who cleared it, and when: the log has only the user's stack",),
    )
