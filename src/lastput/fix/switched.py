"""What is to be switched off before a reference is put: a clock or regulator that was enabled there."""

from __future__ import annotations

__all__ = ["switched_on"]

from lastput.audit.counting import plain
from lastput.c.flow.graph import Kind, Node
from lastput.fix.case import Unable
from lastput.fix.leave import Spot
from lastput.fix.owned import held
from lastput.fix.taken import Taken

#: Of a put: the calls that switch on what is put, and what switches it off.
_SWITCHES = {
    "clk_put": (
        ("clk_prepare_enable", "clk_disable_unprepare"),
        ("clk_enable", "clk_disable"),
        ("clk_prepare", "clk_unprepare"),
    ),
    "regulator_put": (("regulator_enable", "regulator_disable"),),
}


def switched_on(one: Taken, missing: str, place: Spot) -> tuple[str, ...]:
    """The calls that switch off, at ``place``, what the function has switched on. Raises Unable if it has on
    some ways only."""
    put, _, given = missing.partition("(")
    name = plain(given)
    found = []
    for on, off in _SWITCHES.get(put, ()):
        for node, call in one.graph.calling(on):
            if not call.arguments or plain(call.arguments[0]) != name:
                continue
            result = call.result if node.kind is not Kind.CONDITION else ""
            edge = "false" if node.kind is Kind.CONDITION else ""

            def over(other: Node, off: str = off) -> bool:
                return any(each.name == off for each in other.calls)

            on_at = held(one.graph, node.index, over, result=result, success="zero", edge=edge)
            at = _node(one, place)
            if at is None or (on_at.perhaps(at.index) and not on_at.surely(at.index)):
                raise Unable(f"whether {name} is switched on is not the same on all ways")
            if on_at.surely(at.index):
                found.append(f"{off}({given.rstrip(')')});")
    return tuple(found)


def _node(one: Taken, place: Spot) -> Node | None:
    """A node of the graph that tells the state at a place: the statement itself, or the one before the jump
    in a branch."""
    line = one.code.line(place.tree)
    kinds = (Kind.RETURN, Kind.STATEMENT)
    here = [node for node in one.graph.nodes if node.line == line and node.kind in kinds and node.text]
    if here and place.tree.type in ("return_statement", "expression_statement"):
        return here[-1]
    before = place.tree.prev_named_sibling
    return _node(one, Spot(before, True)) if before is not None and before.type != "comment" else None
