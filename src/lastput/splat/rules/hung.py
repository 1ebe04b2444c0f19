"""One task that sleeps and is not woken."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.holders import Holders
from lastput.splat.kernel import LOCK_WAITS, WAITS
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 50

_UNLOAD = (
    "__do_sys_delete_module", "__se_sys_delete_module", "__x64_sys_delete_module", "__arm64_sys_delete_modu"
                                                                                   "le",
    "SyS_delete_module", "sys_delete_module", "SYSC_delete_module", "__se_compat_sys_delete_module",
)  # fmt: skip
_IO = ("I/O", "a page under I/O", "the answer of a FUSE server", "the requests of a block queue to end",
       "a free tag of a block queue", "a commit of the journal", "a locked page")  # fmt: skip


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("hung-task", "stack") or report.facts.get("state", "D") != "D":
        return None
    if report.kind == "stack" and "state" not in report.facts:
        return None
    seconds = report.facts.get("seconds", "")
    since = f" for more than {seconds} seconds" if seconds else ""
    if not view.frames:
        return rule(
            "hung", view, f"{view.who} hangs{since}; the log has no stack of it", certainty=Certainty.UNKNOWN,
            unknown=("what it waits for: SysRq-w prints the blocked tasks",), context="",
        )  # fmt: skip
    recursive = _recursive(view)
    lock, wait = view.first_of(LOCK_WAITS), view.first_of(WAITS)
    if lock >= 0 and (wait < 0 or lock < wait):
        known, at = LOCK_WAITS, view.outermost_of(LOCK_WAITS, lock)
        what = f"a {LOCK_WAITS[view.names[lock]]}"
    elif wait >= 0:
        known, at = WAITS, view.outermost_of(WAITS, wait)
        what = WAITS[view.names[at]]
        lock = -1
    else:
        known, at, what = {}, -1, "somebody to wake it"
    user = about(view.frames[at + 1 :])
    where = f" in {call(user.function)}" if user else ""
    unload = (
        ", inside the exit function of a module that rmmod unloads" if view.first_of(_UNLOAD) >= 0 else ""
    )
    blocked = what not in _IO
    holders = Holders(view.log)
    wanted = holders.wanted(view) if lock >= 0 else None
    name = wanted.name if wanted else what
    owners = holders.of(wanted) if wanted else []
    return rule(
        "hung",
        view,
        f"{view.who} waits{where} for {name}{_held(owners)}{since}{unload}",
        error="deadlock" if blocked else "",
        certainty=Certainty.CERTAIN if recursive else Certainty.UNKNOWN,
        causes=(
            f"{call(user.function) if user else view.who} waits for {what}"
            + (f" in {call(view.names[at])}" if at >= 0 else ""),
            *(_does(owner, holders) for owner in owners[:3]),
            f"lockdep says that the task is inside what it waits for: {recursive}" if recursive else "",
        ),
        unknown=() if recursive else (_missing(what, lock >= 0, bool(owners), bool(holders)),),
        terms=(*[name.lstrip("_") for name in view.names if name in known], *view.names[at + 1 : at + 3]),
    )


def _held(owners: list[str]) -> str:
    return f", which {owners[0]} holds," if len(owners) == 1 else ""


def _does(owner: str, holders: Holders) -> str:
    """What the holder does, if it hangs as well."""
    view = holders.hung(owner)
    if view is None:
        return f"{owner} holds it, and is no task that the log shows to hang"
    at = view.first_of(WAITS)
    frame = view.waits_in()
    where = f" in {call(frame.function)}" if frame else ""
    what = f" for {WAITS[view.names[view.outermost_of(WAITS, at)]]}" if at >= 0 else ""
    return f"{owner} holds it, and waits{where}{what} itself"


def _missing(what: str, lock: bool, owned: bool, listed: bool) -> str:
    if lock and owned:
        return "why the holder does not go on: that is where to look"
    if lock:
        return (
            "who holds it: the list of held locks does not tell"
            if listed
            else "who holds it: no other hung task of this log explains it. SysRq-d prints the held locks"
            " with lockdep,"
            " SysRq-w the blocked tasks"
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
