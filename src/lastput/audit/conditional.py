"""Whether a call is made at all: not where only a broken assumption leads to it, nor where the caller's
constant argument forbids it."""

from __future__ import annotations

__all__ = ["forbidden", "only_if_broken"]

from lastput.audit.feasible import always_before
from lastput.audit.truths import known_by
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies


def only_if_broken(graph: Graph, line: int) -> bool:
    """Whether each way to the calls in ``line`` passes a ``WARN_ON(x)`` that holds."""

    def broken(node: Node, edge: Edge) -> bool:
        return node.kind is Kind.CONDITION and node.text.startswith("WARN") and edge.label == "true"

    found = reached(graph, (0,), prune=broken)
    return not any(node.line == line and node.calls for node in graph.nodes if node.index in found)


def forbidden(facts: Facts, bodies: Bodies, caller: int, at: int, function: int, line: int) -> bool:
    """Whether ``function``, as it is called in line ``at`` of ``caller``, cannot come to its ``line``, since
    that asks for a parameter that is given as a constant with the other truth."""
    graph = bodies.graph(function)
    if graph is None:
        return False
    before = always_before(graph)
    asked = [before.get(node.index, {}) for node in graph.nodes if node.line == line and node.calls]
    fact = facts.function(function)
    for call in facts.calls_in(caller):
        if call.name != fact.name or call.line != at:
            continue
        for position, parameter in enumerate(fact.parameters):
            given = known_by(call.argument(position))
            if given is not None and asked and all(one.get(parameter.name, given) != given for one in asked):
                return True
    return False
