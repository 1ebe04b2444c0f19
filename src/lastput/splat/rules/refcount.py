"""A reference count that was put once too often, or taken from zero."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, about, call

WEIGHT = 86

_WAYS = {
    "underflow": (
        "refcount-underflow",
        "put a reference of an object whose count is 0 already",
        "one put is too many, or an error path puts what it never took",
        (
            "find the two puts that belong to one get: with the object's owner on one side, error paths on"
            " the other"
        ),
    ),
    "addition on 0": (
        "refcount-from-zero",
        "took a reference to an object whose count is 0: it is being freed, or was",
        "a lookup found the object after its last put",
        (
            "take it with refcount_inc_not_zero(), under the lock or in the RCU reader in which the lookup is"
            " safe"
        ),
    ),
    "decrement hit 0": (
        "leak",
        "dropped the last reference with refcount_dec(), which frees nothing",
        "refcount_dec() is for counts that cannot reach 0",
        "use refcount_dec_and_test() and free the object when it says so",
    ),
    "saturated": (
        "leak",
        "took so many references that the count saturated: the object is never freed",
        "references are taken in a loop or on a path that never puts them",
        "find the path that returns without its put",
    ),
}
#: Words of 4.13 to 5.5.
_OLD = {"increment on 0": "addition on 0", "hit zero": "decrement hit 0", "overflow": "saturated"}
#: No rule of the audit finds a put that is one too many.
_AUDIT = {"addition on 0": ("REF005",), "saturated": ("REF001", "REF003")}


#: Calls that put or get for whoever calls them.
_WRAPPERS = frozenset(("kobject_put", "kobject_get", "put_device", "get_device", "sock_put", "sock_hold"))


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "refcount" or report.facts.get("what") not in (*_WAYS, *_OLD):
        return None
    what = _OLD.get(report.facts["what"], report.facts["what"])
    error, does, cause, instead = _WAYS[what]
    sure = what in ("underflow", "addition on 0", "decrement hit 0")
    inner = about(view.frames)
    who = about([one for one in view.frames if one.function not in _WRAPPERS]) or inner
    at = report.facts.get("at", "")
    where = call(who.function) if who else call(at) if at and not at.startswith("refcount_") else view.who
    if who and inner and inner.function in _WRAPPERS and inner is not who:
        where += f", through {call(inner.function)},"
    return rule(
        "refcount",
        view,
        f"{where} {does}",
        error=error,
        certainty=Certainty.CERTAIN if sure else Certainty.LIKELY,
        causes=(cause, f"{where} did it{view.whom}" if where != view.who else ""),
        unknown=(
            ("which of the puts is the wrong one: the kernel sees only the last",)
            if error == "refcount-underflow"
            else ()
            if sure
            else ("whether the count was memory that is freed or overwritten: KASAN would tell",)
        ),
        instead=instead,
        terms=("refcount_dec_and_test", "refcount_inc", "refcount_inc_not_zero", "kref_put"),
        audit=_AUDIT.get(what, ()),
    )
