"""One task that sleeps and is not woken."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.kernel import LOCK_WAITS, MACHINERY, WAITS
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 50

_UNLOAD = (
    "__do_sys_delete_module",
    "__se_sys_delete_module",
    "__x64_sys_delete_module",
    "__arm64_sys_delete_module",
)
_IO = ("I/O", "a page under I/O", "the answer of a FUSE server", "the requests of a block queue to end")


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("hung-task", "stack") or report.facts.get("state", "D") != "D":
        return None
    if report.kind == "stack" and "state" not in report.facts:
        return None
    recursive = _recursive(view)
    lock, wait = view.first_of(LOCK_WAITS), view.first_of(WAITS)
    seconds = report.facts.get("seconds", "")
    since = f" for more than {seconds} seconds" if seconds else ""
    if lock >= 0:
        known, at = LOCK_WAITS, view.outermost_of(LOCK_WAITS, lock)
        what = f"a {LOCK_WAITS[view.names[lock]]}"
    elif wait >= 0:
        known, at = WAITS, view.outermost_of(WAITS, wait)
        what = WAITS[view.names[at]]
    else:
        known, at, what = {}, -1, "somebody to wake it"
    user = next(
        (one for one in view.frames[at + 1 :] if one.function and one.function not in MACHINERY), None
    )
    where = call(user.function) if user else "an unknown function"
    unload = (
        ", inside the exit function of a module that rmmod unloads" if view.first_of(_UNLOAD) >= 0 else ""
    )
    blocked = what not in _IO
    return rule(
        "hung",
        view,
        f"{view.who} waits in {where} for {what}{since}{unload}",
        error="deadlock" if blocked else "",
        certainty=Certainty.CERTAIN if recursive else Certainty.UNKNOWN,
        causes=(
            f"{where} waits for {what}" + (f" in {call(view.names[at])}" if at >= 0 else ""),
            f"lockdep says that the task is inside what it waits for: {recursive}" if recursive else "",
        ),
        unknown=() if recursive else (_missing(what, lock >= 0),),
        terms=(*[name.lstrip("_") for name in view.names if name in known], *view.names[at + 1 : at + 3]),
    )


def _missing(what: str, lock: bool) -> str:
    if lock:
        return (
            "who holds it: no other hung task of this log explains it. SysRq-d prints the held locks with"
            " lockdep, SysRq-w the blocked tasks"
        )
    if what in _IO:
        return "whether the device answers at all: this need not be a fault of lifetimes or locks"
    return (
        f"why it does not come: the log has no other side of this wait ({what}). SysRq-w prints the blocked"
        " tasks"
    )


def _recursive(view: View) -> str:
    for other in view.others("lockdep"):
        report = other.report
        if (
            report.facts.get("what") == "recursive locking"
            and report.pid in (0, view.report.pid)
            and report.locks
        ):
            return report.locks[0].name
    return ""
