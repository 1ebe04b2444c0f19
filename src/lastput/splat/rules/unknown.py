"""What no rule knows: said, not guessed: what it is called, where it was, what would tell more."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

import re

from lastput.schema.splat import Certainty, Diagnosis, Report
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = -100

_NOBODY = re.compile(r"irq (?P<irq>\d+): nobody cared")
_NAMES = {
    "oops": "an Oops", "bug": "a BUG()", "page-fault": "a page fault", "general-protection": "a general"
                                                                                             " protection"
                                                                                             " fault",
    "slab": "a check of the slab allocator", "list-corruption": "a broken list", "hung-task": "a hung task",
    "stack": "a call trace", "lockdep": "a report"
                                        " of lockdep", "rcu-stall": "an RCU stall", "other": "a BUG: line",
    "workqueue": "a report of the workqueue code", "refcount": "a broken reference count",
}  # fmt: skip
_TELL = {
    "oops": "boot with KASAN (CONFIG_KASAN) if memory may have been freed or overwritten",
    "page-fault": "KASAN (CONFIG_KASAN) tells whether the address came out of freed memory",
    "general-protection": "KASAN (CONFIG_KASAN) tells whether the pointer came out of freed memory",
    "slab": "slub_debug=FZPU prints who allocated and freed the object",
}
_TRAPS = {
    "divide error": "a division by zero, or by a number too small for the quotient",
    "fixpoint divide exception": "a division by zero",
    "double fault": "a double fault: mostly a kernel stack that ran over, or is no stack",
    "kernel stack overflow": "a kernel stack that ran over: recursion, or arrays on the stack",
    "Kernel stack overflow": "a kernel stack that ran over: recursion, or arrays on the stack",
    "Insufficient stack space": "a kernel stack that ran over: recursion, or arrays on the stack",
    "stack guard page": "a kernel stack that ran over: recursion, or arrays on the stack",
    "stack segment": "a stack segment fault: an address through the stack pointer that is none",
    "invalid opcode": "an instruction that the CPU refuses: a BUG() whose line is lost, or text that is"
    " overwritten",
    "int3": "a breakpoint that nobody expects: text that is being patched",
    "control protection fault": "a return or an indirect jump that control-flow integrity refuses",
}


def judge(view: View) -> Diagnosis | None:
    report = view.report
    who = view.blame()
    where = f" in {call(who.function)}" if who else ""
    task = f", {view.who}" if view.whom else ""
    if report.kind == "other" and (irq := _NOBODY.match(report.facts.get("what", ""))) is not None:
        return _nobody_cared(view, irq["irq"])
    trap = next((words for name, words in _TRAPS.items() if name in report.facts.get("trap", "")), "")
    if trap:
        story = f"{trap}{where}{task}"
    else:
        named = (
            report.facts.get("what", "") if report.kind in ("other", "slab") else report.facts.get("trap", "")
        )
        story = (
            f"{_NAMES.get(report.kind, f'a report of {report.kind}')}{f' ({named})' if named else ''}"
            f"{where}{task}"
        )
    return rule(
        "unknown",
        view,
        story if trap else f"{story}: I do not know what it comes from",
        certainty=Certainty.UNKNOWN,
        unknown=(_cause(report), _TELL.get(report.kind, "")),
        terms=view.names[:3],
        context="",
    )


def _nobody_cared(view: View, irq: str) -> Diagnosis:
    """kernel/irq/spurious.c: __report_bad_irq."""
    return rule(
        "unknown",
        view,
        f"interrupt {irq} keeps coming, and no handler takes it as its own: the line is switched off",
        certainty=Certainty.UNKNOWN,
        unknown=(
            "which device asserts it: below `handlers:` stand those that were asked. A driver that was"
            " unbound or unloaded without silencing its device is a common cause",
        ),
        context="",
    )


def _cause(report: Report) -> str:
    if report.truncated or report.kind == "stack":
        return "what was reported: the log begins too late or breaks off before the lines that would tell"
    if not report.stacks:
        return "where it was: the log has no stack of it"
    return "the cause: the log has the stack that met it, not the one that made it so"
