"""module_put() and delete_module() warn about the module's own count."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86

_COUNTERS = (
    "module_put",
    "try_release_module_ref",
    "try_stop_module",
    "__do_sys_delete_module",
    "__se_sys_delete_module",
)


def judge(view: View) -> Diagnosis | None:
    report = view.report
    place = report.facts.get("place", "")
    top = view.names[0] if view.names else report.facts.get("at", "")
    if report.kind not in ("warning", "bug") or not place.startswith("kernel/module"):
        return None
    if top not in _COUNTERS:
        return None
    who = next(
        (one for one in view.frames if one.function and view.names[view.frames.index(one)] not in _COUNTERS),
        None,
    )
    where = call(who.function) if who else view.who
    return rule(
        "module_count",
        view,
        f"the count of a module went below what it may be: {where} reached {call(top)} with one put too many",
        error="refcount-underflow" if top == "module_put" else "warn",
        certainty=Certainty.CERTAIN,
        causes=("a module_put() has no try_module_get() of its own", f"it showed in {call(top)}"),
        unknown=(
            (
                "which put: the count is seen only where it runs out; the tracepoints module_get and"
                " module_put name all callers"
            ),
        ),
        instead=(
            "pair each put with the get that succeeded; an .owner that changes while a file is open breaks"
            " the pair"
        ),
        terms=("module_put", "try_module_get", "rmmod"),
        audit=("MOD002", "MOD004"),
        context="module",
    )
