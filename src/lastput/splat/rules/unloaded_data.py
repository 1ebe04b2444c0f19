"""A fault on data of a module that is gone, or on an object that went with it."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 72


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "page-fault" or view.address < 4096 or view.address >= 0xFFFFFFFFFFFFF000:
        return None
    if report.facts.get("access") == "instruction fetch":
        return None
    inside = view.in_module_area(view.address)
    if not inside and not report.unloaded:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    module = report.unloaded or "a module"
    what = "data of the module" if inside else "memory that is no longer mapped"
    return rule(
        "unloaded_data",
        view,
        f"{where} used {what} at {view.address:x} after {module} was unloaded",
        error="use-after-free",
        certainty=Certainty.LIKELY,
        causes=(
            f"{module} was unloaded: its data, its ops tables and its read-only data went with its text",
            f"{where} still had a pointer to them",
        ),
        unknown=("which variable it was: resolve the address with symbols from before the unload",),
        instead=(
            "whoever keeps a pointer into a module (ops table, name, callback) needs a reference to it,"
            " or to be unregistered in the exit function"
        ),
        terms=("module_put", "rmmod", "fops_put"),
        audit=("FIL001",),
    )
