"""Questions about the paths of a flow graph."""

from __future__ import annotations

__all__ = ["Always", "Never", "Prune", "Test", "find_path", "forward", "reached"]

from collections import deque
from collections.abc import Callable, Iterable
from typing import TypeVar

from lastput.c.flow.graph import Edge, Graph, Node

Test = Callable[[Node], bool]
Prune = Callable[[Node, Edge], bool]
State = TypeVar("State")


def Always(node: Node) -> bool:
    """Holds of every node."""
    return True


def Never(node: Node) -> bool:
    """Holds of no node."""
    return False


def find_path(
    graph: Graph, start: int, goal: Test, avoid: Test = Never, prune: Prune | None = None
) -> list[Node] | None:
    """A shortest path that leaves ``start`` and comes to a node for which ``goal`` holds, or None.

    It enters no node for which ``avoid`` holds, and takes no edge for which ``prune(node, edge)`` holds.
    Both ends are in the path. ``start`` itself is not tested, so a loop back to it can be the goal.
    """
    came: dict[int, int] = {}
    queue = deque([start])
    seen: set[int] = set()
    while queue:
        index = queue.popleft()
        for edge in graph.successors[index]:
            if edge.target in seen or (prune is not None and prune(graph.nodes[index], edge)):
                continue
            node = graph.nodes[edge.target]
            if avoid(node):
                continue
            seen.add(edge.target)
            came[edge.target] = index
            if goal(node):
                return _trace(graph, came, start, edge.target)
            queue.append(edge.target)
    return None


def _trace(graph: Graph, came: dict[int, int], start: int, end: int) -> list[Node]:
    path = [end]
    while True:
        path.append(came[path[-1]])
        if path[-1] == start:
            return [graph.nodes[index] for index in reversed(path)]


def reached(
    graph: Graph, starts: Iterable[int], avoid: Test = Never, prune: Prune | None = None
) -> frozenset[int]:
    """Nodes that can follow one of ``starts``, without entering those for which ``avoid`` holds."""
    seen: set[int] = set()
    pending = list(starts)
    while pending:
        index = pending.pop()
        for edge in graph.successors[index]:
            if edge.target in seen or (prune is not None and prune(graph.nodes[index], edge)):
                continue
            if not avoid(graph.nodes[edge.target]):
                seen.add(edge.target)
                pending.append(edge.target)
    return frozenset(seen)


def forward(
    graph: Graph,
    initial: State,
    transfer: Callable[[Node, State, Edge], State],
    join: Callable[[State, State], State],
) -> dict[int, State]:
    """The state before each reachable node, joined over all ways to it (a fixed point).

    ``transfer(node, state, edge)`` gives the state after ``node`` when it is left by ``edge``; ``join`` must
    make states smaller, or larger, always in the same direction.
    """
    before: dict[int, State] = {graph.entry: initial}
    queue = deque([graph.entry])
    while queue:
        index = queue.popleft()
        for edge in graph.successors[index]:
            after = transfer(graph.nodes[index], before[index], edge)
            if edge.target in before:
                after = join(before[edge.target], after)
                if after == before[edge.target]:
                    continue
            before[edge.target] = after
            queue.append(edge.target)
    return before
