"""Where a function holds what one of its calls gave it: before each node, surely, perhaps, or not."""

from __future__ import annotations

__all__ = ["Held", "held"]

from collections.abc import Callable

import msgspec

from lastput.audit.truths import read_condition, spoils
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import forward

HELD, FRESH, NULL, NOT = "held", "fresh", "null", "not"
State = frozenset[str]
#: It is held, on every way.
SURELY: State = frozenset({HELD})


class Held(msgspec.Struct, frozen=True):
    """The states before each node that is reached, and after each edge (node, label, target). ``tolerant``:
    to give back a NULL does no harm."""

    before: dict[int, State]
    after: dict[tuple[int, str, int], State]
    tolerant: bool = False

    def surely(self, node: int) -> bool:
        """Whether it is held on every way to ``node``."""
        return self._enough(self.before.get(node, frozenset()))

    def surely_after(self, node: int, label: str, target: int) -> bool:
        """Whether it is held on every way that leaves ``node`` so."""
        return self._enough(self.after.get((node, label, target), frozenset()))

    def _enough(self, state: State) -> bool:
        return state == SURELY or (self.tolerant and HELD in state and state <= SURELY | {NULL})

    def perhaps(self, node: int) -> bool:
        """Whether it is on one of them."""
        return HELD in self.before.get(node, frozenset())


def held(
    graph: Graph,
    start: int,
    given_up: Callable[[Node], bool],
    name: str = "",
    result: str = "",
    success: str = "nonzero",
    edge: str = "",
    tolerant: bool = False,
) -> Held:
    """The states if the node ``start`` takes something, and each node of which ``given_up`` is true has it no
    more. ``name`` is the variable that has it, and where it is NULL or an error there is nothing; ``result``
    that which tells of success: ``zero``, ``nonzero`` or ``always``. ``edge``: it is only had where the node
    is left so."""
    tells = result or (name if success == "nonzero" else "")

    def after(node: Node, state: State, left: Edge) -> State:
        if node.index == start:
            if edge and left.label != edge:
                return frozenset({NOT})
            state = frozenset({FRESH if success != "always" and not edge else HELD})
        elif name and any(write.target == name and write.value == "NULL" for write in node.writes):
            state = frozenset({NULL})
        elif given_up(node):
            state = frozenset({NOT})
        elif FRESH in state and any(spoils(write.target, tells) for write in node.writes):
            state = (state - {FRESH}) | {HELD}
        if node.kind is Kind.CONDITION and left.label in ("true", "false"):
            expression, truth = read_condition(node.text)
            holds = truth == (left.label == "true")
            if name and _nothing(expression, holds, name):
                state = frozenset({NULL if expression == name else NOT})
            elif FRESH in state and success == "zero" and expression in (tells, f"{tells} > 0"):
                state = frozenset({NOT}) if holds and expression == tells else (state - {FRESH}) | {HELD}
            elif FRESH in state and success == "nonzero" and result and expression == result and not holds:
                state = frozenset({NOT})
        return state

    found = forward(graph, frozenset({NOT}), after, lambda one, two: one | two)
    edges = {
        (index, one.label, one.target): _plain(after(graph.nodes[index], state, one))
        for index, state in found.items()
        for one in graph.successors[index]
    }
    return Held({index: _plain(state) for index, state in found.items()}, edges, tolerant)


def _plain(state: State) -> State:
    return frozenset(HELD if one == FRESH else one for one in state)


def _nothing(expression: str, holds: bool, name: str) -> bool:
    """Whether a condition says that the variable leads to nothing."""
    if expression == name:
        return not holds
    return holds and expression in (f"IS_ERR({name})", f"IS_ERR_OR_NULL({name})", f"IS_ERR_VALUE({name})")
