"""A null pointer, or an error code used as a pointer."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

import errno

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 76

_ERRORS = 4095  # include/linux/err.h: MAX_ERRNO
_INTERNAL = range(512, 532)  # include/linux/errno.h: what never reaches user space


def judge(view: View) -> Diagnosis | None:
    report = view.report
    found = _address(view)
    if found is None:
        return None
    address, bits = found
    if "null" in report.facts and address < 0:
        address = 0
    error = (1 << bits) - _ERRORS <= address < 1 << bits
    if not error and not 0 <= address < 1 << 16 and "null" not in report.facts:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    if view.fetch and 0 <= address < 4096:
        story = (
            f"{where} called a function through a pointer that is NULL"
            if who
            else (f"{view.who} jumped to address {address:#x}: a function pointer is NULL")
        )
        return _diagnosis(
            view,
            story,
            ("a callback or an entry of an ops table is not set, or was cleared while it was in use",),
            ("who cleared it, or forgot to set it: the log has only the caller",),
        )
    if error:
        return _negative(view, where, (1 << bits) - address)
    if not 0 <= address < 1 << 16:
        return _diagnosis(
            view, f"{where} used a pointer that is NULL, with a large offset ({address:#x})", (), ()
        )
    if who is None and not view.task:
        story = "a pointer that is NULL was used" + (f", at offset {address:#x}" if address else "")
    else:
        story = (
            f"{where} used a field at offset {address:#x} of an object whose pointer is NULL"
            if address
            else f"{where} used a pointer that is NULL"
        )
    return _diagnosis(
        view,
        story,
        ("the pointer was never set, or another thread cleared it meanwhile", _met(view, where)),
        (
            "" if who else "where: the log has no stack of it",
            "who cleared it, and when: the log has only the user's stack",
        ),
    )


def _met(view: View, where: str) -> str:
    return f"{where} used it{view.whom}" if where != view.who else ""


def _diagnosis(view: View, story: str, causes: tuple[str, ...], unknown: tuple[str, ...]) -> Diagnosis:
    return rule(
        "null_pointer", view, story, error="null-deref", certainty=Certainty.CERTAIN, causes=causes,
        unknown=unknown, context="",
    )  # fmt: skip


def _negative(view: View, where: str, number: int) -> Diagnosis:
    """The last page: an error code if there is one of that number, or less than nothing from NULL."""
    name = errno.errorcode.get(number, "an internal one" if number in _INTERNAL else "")
    maybe = (
        f"an error code (-{number} is {name})"
        if name
        else f"an error code less an offset (-{number} is none)"
    )
    return rule(
        "null_pointer",
        view,
        f"{where} used the address -{number}: a pointer that is NULL less an offset, or {maybe}",
        error="null-deref",
        certainty=Certainty.LIKELY,
        causes=(
            "container_of() of a NULL pointer, or the value of a function that returns ERR_PTR(), was not"
            " tested",
            _met(view, where),
        ),
        unknown=("which of the two: look for IS_ERR() and for container_of() where the pointer comes from",),
        context="",
    )


def _address(view: View) -> tuple[int, int] | None:
    """The faulting address, -1 for "(null)", and the width of addresses."""
    report, facts = view.report, view.report.facts
    if report.kind == "general-protection":
        if facts.get("kasan", "").startswith(("null-ptr-deref", "maybe null")):
            return int(facts["low"], 16), 64
        if "gpf" in facts and view.address < 0:
            return None
        return None
    if report.kind == "kasan":
        return (view.address, 64) if facts.get("what", "").startswith("null-ptr-deref") else None
    if report.kind != "page-fault":
        return None
    text = facts.get("address", "").removeprefix("0x")
    if not text:
        return (-1, 64) if "null" in facts else None
    if facts.get("kasan", "").startswith("null-ptr-deref"):  # the address is of the shadow
        return int(facts["low"], 16), 64
    return int(text, 16), 32 if len(text) == 8 else 64
