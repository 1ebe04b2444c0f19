"""Paths of a function whose conditions do not contradict each other."""

from __future__ import annotations

__all__ = ["Start", "Way", "always_before", "error_value", "ways_out"]

from collections import deque
from collections.abc import Callable, Mapping

import msgspec

from lastput.audit.truths import known_by, learn, read_condition
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import forward

_STATES = 3000

#: A node and what is known before it.
_State = tuple[int, frozenset[tuple[str, bool]]]


class Start(msgspec.Struct, frozen=True):
    """Where a search begins: at ``node``, with what is known there; ``edge``: the label it leaves by."""

    node: int
    known: Mapping[str, bool]
    edge: str = ""


class Way(msgspec.Struct, frozen=True):
    """A path. ``failed`` says whether what it returns reports an error; None if that is not to be seen."""

    nodes: tuple[Node, ...]
    known: Mapping[str, bool]
    failed: bool | None

    @property
    def last(self) -> Node:
        """The last node that is a statement of the source: the ``return``, or what comes before the end."""
        ends = (Kind.EXIT, Kind.CLEANUP)
        return next((one for one in reversed(self.nodes) if one.kind not in ends), self.nodes[-1])


def always_before(graph: Graph) -> dict[int, dict[str, bool]]:
    """Truths that hold before each node on every way to it."""

    def after(node: Node, state: frozenset[tuple[str, bool]], edge: Edge) -> frozenset[tuple[str, bool]]:
        left = _leave(node, dict(state), edge)
        return frozenset(left.items()) if left is not None else state

    nothing: frozenset[tuple[str, bool]] = frozenset()
    found = forward(graph, nothing, after, lambda one, two: one & two)
    return {index: dict(state) for index, state in found.items()}


def _leave(node: Node, known: dict[str, bool], edge: Edge) -> dict[str, bool] | None:
    """What is known once ``node`` was left by ``edge``; None if that contradicts what was known."""
    after = learn(node, known)
    if node.kind is Kind.CONDITION and edge.label in ("true", "false"):
        expression, truth = read_condition(node.text)
        wanted = truth == (edge.label == "true")
        if after.get(expression, wanted) != wanted:
            return None
        if expression.startswith("IS_ERR_OR_NULL(") and not wanted:
            inner = expression[15:-1].strip()
            return {**after, expression: wanted, inner: True, f"IS_ERR({inner})": False}
        if expression not in after:
            return {**after, expression: wanted}
    return after


def ways_out(
    graph: Graph,
    start: Start,
    stop: Callable[[Node], bool],
    pointer: bool,
    goal: Callable[[Node], bool] | None = None,
) -> list[Way] | None:
    """A shortest way for each place at which the function is left, and each kind of result, on which ``stop``
    holds of no node; with ``goal`` the one shortest way to such a node. None if there are too many ways.

    ``pointer``: the function returns a pointer or a truth value, so zero reports the error.
    """
    first = (start.node, frozenset(start.known.items()))
    came: dict[_State, _State | None] = {first: None}
    queue = deque([first])
    found: dict[tuple[int, bool | None], Way] = {}
    while queue:
        state = queue.popleft()
        index, known = state
        node = graph.nodes[index]
        for edge in graph.successors[index]:
            if state == first and start.edge and edge.label != start.edge:
                continue
            # What the first node does is part of what the caller knows.
            left = dict(known) if state == first else _leave(node, dict(known), edge)
            if left is None:
                continue
            following = graph.nodes[edge.target]
            if stop(following):
                continue
            new = (edge.target, frozenset(left.items()))
            if new in came:
                continue
            came[new] = state
            if len(came) > _STATES:
                return None
            if goal is not None and goal(following):
                return [Way(_trace(graph, came, new), left, None)]
            if edge.target == graph.exit and goal is None:
                way = Way(_trace(graph, came, new), left, None)
                failed = error_value(way.last, left, pointer)
                found.setdefault((way.last.index, failed), Way(way.nodes, left, failed))
            else:
                queue.append(new)
    return list(found.values())


def _trace(graph: Graph, came: Mapping[_State, _State | None], end: _State) -> tuple[Node, ...]:
    path = []
    state: _State | None = end
    while state is not None:
        path.append(graph.nodes[state[0]])
        state = came[state]
    return tuple(reversed(path))


def error_value(node: Node, known: Mapping[str, bool], pointer: bool) -> bool | None:
    """Whether a RETURN reports an error, given what is known before it; None if that is not to be seen."""
    if node.kind is not Kind.RETURN or not node.value:
        return None
    value = node.value.strip("() ")
    if node.value.lstrip("( ").startswith(("ERR_PTR", "ERR_CAST", "PTR_ERR(", "-E", "dev_err_probe")):
        return True
    truth = known_by(node.value)
    if truth is None:
        truth = known.get(value)
    if truth is None:
        return None
    return truth != pointer
