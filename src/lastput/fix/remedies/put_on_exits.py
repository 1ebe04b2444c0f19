"""The missing put on each way out that lacks it: before the ``return``, before the ``goto``, or by the label
that other exits go to."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from tree_sitter import Node as Tree

from lastput.c.flow.graph import Graph, Kind
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.leave import Spot, mend, spots
from lastput.fix.switched import switched_on
from lastput.fix.taken import Taken, taken

CODES = ("REF001", "REF002", "REF003", "MOD003", "KTH003", "FIL006", "WRK007")
ORDER = 20


def plans(case: Case) -> Iterator[Plan]:
    """By a label that is there, then by a call at each exit."""
    one = taken(case, case.site("get", "publish", "arm"))
    call = f"{case.claim.missing};"
    if not one.ways:
        raise Unable("no way out is seen that leaves it behind")
    if "..." in call:
        raise Unable("what would give it back is not known")
    places = spots(one)
    undone = {place.tree.start_byte: switched_on(one, case.claim.missing, place) for place in places}
    by_label = _by_label(one.code, places, call) if not any(undone.values()) else None
    if by_label is not None:
        yield _plan(case, one, by_label, "goes to the label that calls")
    draft = Draft(one.code)
    for place in places:
        mend(draft, place, (*undone[place.tree.start_byte], call), one.name)
    yield _plan(case, one, draft, "calls")


def _plan(case: Case, one: Taken, draft: Draft, how: str) -> Plan:
    missing = case.claim.missing
    name = one.function.name
    where = "each exit that lacked it" if len(one.ways) > 1 else "the exit that lacked it"
    what = "error path" if all(way.failed for way in one.ways) else "exit"
    subject = f"fix {_lost(case)} leak on {what}{'s' if len(one.ways) > 1 else ''} of {name}()"
    return Plan("put-on-exits", draft.edits(), subject, f"{where[0].upper()}{where[1:]} now {how} {missing}.")


def _lost(case: Case) -> str:
    """What is lost, in a word or two."""
    thing = case.claim.object.removeprefix("struct ").partition(".")[0]
    if case.finding.code in ("REF001", "REF002", "MOD003"):
        return (
            {"device_node": "OF node", "fwnode_handle": "fwnode"}.get(thing, thing) + " reference"
            if thing
            else "reference"
        )
    return {"runtime_pm": "runtime PM usage count", "clk_enable": "clock enable"}.get(
        case.finding.kind, ""
    ) or "reference"


def _by_label(code: Code, spots: list[Spot], call: str) -> Draft | None:
    """All exits by a label that only gives this back and returns, if there is one."""
    for name, tree in code.labels().items():
        result = _undoes_only(code, code.graph, name, call)
        if result is None:
            continue
        draft = Draft(code)
        if all(_jump(code, draft, place, name, tree, result) for place in spots):
            return draft
    return None


def _undoes_only(code: Code, graph: Graph, label: str, call: str) -> str | None:
    """What is returned after ``label`` if there the call alone is made; None if it is otherwise."""
    node = next(
        (one for one in graph.nodes if one.text == f"{label}:" and one.index in graph.reachable), None
    )
    seen = False
    while node is not None:
        if node.kind is Kind.RETURN:
            return node.value if seen and not node.calls else None
        if node.calls:
            if f"{node.text.rstrip(';')};".replace(" ", "") != call.replace(" ", "") or seen:
                return None
            seen = True
        elif not node.text.endswith(":"):
            return None
        edges = graph.successors[node.index]
        node = graph.nodes[edges[0].target] if len(edges) == 1 else None
        if node is not None and node.kind is Kind.EXIT:
            return "" if seen else None
    return None


def _jump(code: Code, draft: Draft, place: Spot, label: str, tree: Tree, result: str) -> bool:
    """A ``goto`` in place of a ``return``, with the value set before, if it can be."""
    if not place.leaves or place.tree.start_byte > tree.start_byte:
        return False
    value = code.text(place.tree.named_children[0]) if place.tree.named_child_count else ""
    if value == result:
        draft.replace(place.tree, f"goto {label};")
        return True
    if not re.fullmatch(r"[a-z_]\w*", result) or not value:
        return False
    draft.replace(place.tree, f"{result} = {value};", f"goto {label};")
    return True
