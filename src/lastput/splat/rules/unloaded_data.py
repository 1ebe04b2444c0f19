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
    if view.fetch or not view.module_data(view.address) or not report.unloaded:
        return None
    mapped = int(report.facts.get("oops", "0"), 16) & 1  # the page is there: it may not be accessed like that
    if mapped or report.facts.get("page", "").startswith("permissions") or "null" in report.facts:
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    module = report.unloaded
    return rule(
        "unloaded_data",
        view,
        f"{where} used {view.address:x}, where modules are mapped, after {module} was unloaded: as a rule"
        " what"
        " the module left behind",
        error="use-after-free",
        certainty=Certainty.LIKELY,
        causes=(
            f"{module} was unloaded last: its data, its ops tables and its read-only data went with its text",
            f"{where} followed a pointer to where nothing is mapped now",
        ),
        unknown=(
            "whether the address was of that module, and which variable: resolve it with symbols from"
            " before the"
            " unload (--symbols)",
        ),
        instead=(
            "whoever keeps a pointer into a module (ops table, name, callback) needs a reference to it,"
            " or to be unregistered in the exit function"
        ),
        terms=("module_put", "rmmod", "fops_put"),
        audit=("FIL001",),
    )
