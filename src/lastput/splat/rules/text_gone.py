"""A CPU fetched an instruction where no text is mapped: the module was unloaded under a running function."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 90

_HOW = {
    "work": (
        "delete_module() waits for no work item: the exit function must flush or cancel it, and the"
        " item's own module_put() cannot cover its return"
    ),
    "kthread": (
        "the exit function must wait in kthread_stop(), or the thread must end in"
        " module_put_and_kthread_exit(), which returns to core text"
    ),
    "release": (
        "set .owner of the file operations: then __fput() drops the module after ->release() has returned"
    ),
    "": "somebody outside of the module must hold its last reference until the function has returned",
}
_AUDIT = {
    "work": ("MOD001", "WRK001", "WRK003"),
    "kthread": ("KTH010", "KTH001", "KTH002"),
    "release": ("MOD001", "FIL001"),
    "": ("MOD001", "WRK002", "WRK005"),
}
_TERMS = {
    "work": ("queue_work", "schedule_work", "module_put", "rmmod"),
    "kthread": ("kthread_run", "kthread_create", "module_put", "rmmod"),
    "release": ("open", "close", "module_put", "rmmod"),
    "": ("module_put", "rmmod"),
}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind not in ("page-fault", "oops", "stack") or not _fetch(view):
        return None
    address = view.address if view.address >= 0 else (report.rip.address if report.rip else 0)
    module = report.unloaded or (report.rip.module if report.rip and report.rip.resolved else "")
    where = f"at {address:x}"
    if report.rip and report.rip.resolved:
        name = f"{call(report.rip.function)}+" if report.rip.function else "offset "
        where = f"at {name}0x{report.rip.offset:x}, where {report.rip.module} had its text,"
    inside = view.module_text(address)
    if address and not inside:
        return None
    sure = bool(module) and view.module_data(address)
    gone = f"the text of {module}" if module else "the text of a module"
    outer = view.blame()
    back = call(outer.function) if outer else ""
    return rule(
        "text_gone",
        view,
        f"{view.who} went on in {gone} after it was unmapped: {where} there is nothing to execute",
        error="unmapped-text",
        certainty=Certainty.CERTAIN if sure else Certainty.LIKELY,
        causes=(
            f"{view.who} ran a function of {module or 'the module'}, or was about to return into one",
            f"nothing held {module or 'the module'} meanwhile, and delete_module() freed its text"
            + (" (last unloaded)" if report.unloaded else ""),
            f"the instruction fetch {where} faulted" + (f"; the return path is {back}" if back else ""),
        ),
        unknown=(
            "" if module else "which module was unloaded: the log has no `last unloaded:`",
            "whether it is module text at all: vmalloc() maps there, too, on this architecture"
            if not sure and not view.module_data(address) and not (report.rip and report.rip.resolved)
            else "",
            (
                "which function it was: give the symbols of the time before the unload (--symbols, or"
                " --vmlinux MODULE.ko with --module-base)"
                if not (report.rip and report.rip.function)
                else ""
            ),
        ),
        instead=_HOW[view.context],
        terms=_TERMS[view.context],
        audit=_AUDIT[view.context],
    )


def _fetch(view: View) -> bool:
    """Whether text was to be executed where none is mapped."""
    report, rip = view.report, view.report.rip
    if 0 <= view.address < 4096:
        return False
    if report.facts.get("page", "").startswith(("permissions", "reserved", "protection")):
        return False
    if rip is not None and rip.function and not rip.resolved:
        return False
    if report.kind == "page-fault" and view.fetch:
        code = int(report.facts.get("oops", "0"), 16)
        return not (view.arch == "x86" and code & 1)  # bit 0: the page is there, but may not be executed
    if rip is None:
        return False
    if report.code.startswith(("Unable to access opcode bytes", "Bad RIP value")):
        return view.module_text(rip.address)
    return view.address == rip.address and view.module_text(rip.address)
