"""Does a put give back what its own function took? And is it then always, or only when undoing?"""

from __future__ import annotations

__all__ = ["GETS", "PUTS", "Pairing", "is_self", "pairing"]

import msgspec

from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import find_path
from lastput.facts.api import API
from lastput.facts.lockstate import locks_held

_MODULE = next(one for one in API.reference if one.kind == "module")
#: Calls that take a reference to a module; those of TRIES may fail.
GETS = frozenset((*_MODULE.get, *_MODULE.try_get))
TRIES = frozenset(_MODULE.try_get)
PUTS = frozenset(_MODULE.put)


class Pairing(msgspec.Struct, frozen=True):
    """The get that comes before a put on every way to it.

    ``undo``: the reference is kept on some other way out, so the put undoes it. ``rcu``: an RCU reader that
    was left and entered again stands around the put.
    """

    line: int
    undo: bool
    rcu: bool


def is_self(node: Node, names: frozenset[str], thing: str) -> bool:
    """Whether a node calls one of ``names`` on ``thing``."""
    return any(one.name in names and one.arguments[:1] == (thing,) for one in node.calls)


def refused(node: Node, edge: Edge, thing: str) -> bool:
    """Whether ``edge`` leaves a condition on the side on which try_module_get(thing) failed."""
    if node.kind is not Kind.CONDITION or not is_self(node, TRIES, thing):
        return False
    return (edge.label == "true") == node.text.lstrip("( ").startswith("!")


def pairing(graph: Graph, line: int, thing: str) -> Pairing | None:
    """What the put of ``thing`` at ``line`` is paired with; None if some way to it takes nothing."""
    puts = [one for one in graph.nodes if is_self(one, PUTS, thing)]
    here = [one for one in puts if any(call.line == line and call.name in PUTS for call in one.calls)]
    gets = [one for one in graph.nodes if is_self(one, GETS, thing) and one.index in graph.reachable]
    if not here or not gets:
        return None
    target = here[0].index
    takes = {one.index for one in gets}
    gives = {one.index for one in puts}

    def fails(node: Node, edge: Edge) -> bool:
        return refused(node, edge, thing)

    if find_path(graph, graph.entry, lambda n: n.index == target, lambda n: n.index in takes):
        return None
    before = [
        one
        for one in gets
        if find_path(graph, one.index, lambda n: n.index == target, prune=fails) is not None
    ]
    if not before:
        return None
    kept = any(
        find_path(graph, one.index, lambda n: n.index == graph.exit, lambda n: n.index in gives, fails)
        for one in before
    )
    taken = max(one.line for one in before)
    held = locks_held(graph).get(target, frozenset())
    return Pairing(taken, kept, any(one.kind == "rcu" for one in held))
