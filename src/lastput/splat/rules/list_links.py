"""List links that do not agree: mostly an entry that was freed or deleted twice."""

from __future__ import annotations

__all__ = ["WEIGHT", "judge"]

from lastput.schema.splat import Certainty, Diagnosis
from lastput.splat.rules import rule
from lastput.splat.view import View, call

WEIGHT = 86


def judge(view: View) -> Diagnosis | None:
    report = view.report
    if report.kind != "list-corruption":
        return None
    who = view.blame()
    where = call(who.function) if who else view.who
    poison = report.facts.get("poison", "")
    what = report.facts.get("what", "")
    unknown = ["who freed or overwrote the entry: KASAN would tell"]
    if poison.startswith("LIST_POISON"):
        story = f"{where} deleted a list entry that was deleted already"
        cause = "two paths take the entry off its list, without a lock or a state that lets only one of them"
        unknown = ["who deleted it first: the log has only the second"]
    elif poison == "NULL":
        story = f"{where} deleted a list entry whose links are NULL: it was never on a list, or was cleared"
        cause = (
            "the entry was not initialised or not added, or its memory was cleared or given to somebody else"
        )
    elif "6b6b6b6b6b6b6b" in what:
        story = f"{where} found freed memory (0x6b) in a list: a neighbour was freed while still linked"
        cause = "an object was freed without list_del()"
    elif "double add" in what:
        story = f"{where} added an entry that is on the list already"
        cause = "two paths add the entry, or it was never taken off"
    else:
        story = (
            f"{where} found links that do not point back: an entry was freed while linked, or the list has no"
            " lock"
        )
        cause = (
            "an object was freed or initialised again while it was on the list, or two CPUs changed the list"
            " at once"
        )
    twice = bool(poison) or "double add" in what or not (what or poison)
    certain = bool(poison) or "6b6b6b6b" in what
    return rule(
        "list_links",
        view,
        story,
        error="warn" if twice else "use-after-free",
        also=("use-after-free", "double-free") if twice else (),
        certainty=Certainty.CERTAIN if certain else Certainty.LIKELY if twice and what else Certainty.UNKNOWN,
        causes=(cause, f"{where} met it{view.whom}" if where != view.who else ""),
        unknown=unknown,
        instead="one owner takes the entry off, under the list's lock, before the object is freed",
        terms=("list_del", "list_add", "kfree"),
    )
