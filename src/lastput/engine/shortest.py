"""The calmest of the shortest ways to each error: fewest steps, then fewest context switches.

Nodes are pairs (state, thread that ran last). Every edge costs at least one step, so nodes are
settled level by level of step counts, and within a level the least number of switches wins. Ties go
to the way found first, with threads in order and the running thread first (run to block).
"""

from __future__ import annotations

__all__ = ["Way", "shortest"]

from typing import NamedTuple

from lastput.engine.graph import Edge, Graph
from lastput.engine.interpret import Fault, State
from lastput.engine.program import ErrorClass
from lastput.engine.verdict import Schedule

Node = tuple[int, int]  # (state number, last thread; -1 at the start)


class Way(NamedTuple):
    """Edges from the first state; of the last one only ``last_steps`` steps. ``last_steps`` 0: the
    state after the last edge is itself the error (deadlock, leak)."""

    edges: tuple[Edge, ...]
    last_steps: int
    fault: Fault

    def schedule(self) -> Schedule:
        if not self.edges:
            return ()
        steps = [s for edge in self.edges[:-1] for s in edge.schedule()]
        return tuple(steps) + self.edges[-1].schedule(self.last_steps)


class _Best:
    """What is known of a node that is not settled yet: (switches, edge into it, node before)."""

    __slots__ = ("edge", "parent", "switches")

    def __init__(self, switches: int, edge: Edge | None, parent: Node | None) -> None:
        self.switches = switches
        self.edge = edge
        self.parent = parent


class _Goal(NamedTuple):
    steps: int
    switches: int
    node: Node
    edge: Edge | None
    last_steps: int
    fault: Fault


def shortest(
    graph: Graph, wanted: set[ErrorClass], stuck: frozenset[State] = frozenset()
) -> dict[ErrorClass, Way]:
    """Ways to the wanted classes; classes that are never met are missing. States that are ``stuck`` count
    as deadlocks."""
    first = graph.initial()
    states: list[State] = [first]
    index: dict[State, int] = {first: 0}
    edges_of: dict[int, list[Edge]] = {}
    start: Node = (0, -1)
    settled: dict[Node, _Best] = {}
    levels: dict[int, dict[Node, _Best]] = {0: {start: _Best(0, None, None)}}
    goals: dict[ErrorClass, _Goal] = {}
    ways: dict[ErrorClass, Way] = {}
    level = 0

    def aim(error: ErrorClass, goal: _Goal) -> None:
        old = goals.get(error)
        if error in wanted and (old is None or (goal.steps, goal.switches) < (old.steps, old.switches)):
            goals[error] = goal

    while levels:
        for error in list(goals):
            # A goal is certain once every node of fewer steps than its own has been expanded.
            if error not in ways and goals[error].steps <= level:
                ways[error] = _way(goals[error], settled)
        if len(ways) == len(wanted):
            break
        nodes = levels.pop(level, None)
        if nodes is None:
            level += 1
            continue
        for node, best in nodes.items():
            if node in settled:
                continue
            settled[node] = best
            number, last = node
            if number not in edges_of:
                edges_of[number] = graph.edges(states[number])
            edges = edges_of[number]
            if not edges:
                fault = graph.machine.final(states[number])
                if fault is not None:
                    aim(fault.error, _Goal(level, best.switches, node, None, 0, fault))
            elif states[number] in stuck:
                aim(
                    ErrorClass.DEADLOCK,
                    _Goal(level, best.switches, node, None, 0, Fault(ErrorClass.DEADLOCK)),
                )
            for edge in sorted(edges, key=lambda e: e.thread != last):
                switches = best.switches + (last >= 0 and edge.thread != last)
                for warning, at in edge.warnings:
                    aim(warning.error, _Goal(level + at, switches, node, edge, at, warning))
                if edge.state is None:
                    assert edge.fatal is not None
                    aim(
                        edge.fatal.error,
                        _Goal(level + edge.steps, switches, node, edge, edge.steps, edge.fatal),
                    )
                    continue
                target = index.get(edge.state)
                if target is None:
                    target = index[edge.state] = len(states)
                    states.append(edge.state)
                there: Node = (target, edge.thread)
                if there in settled:
                    continue
                bucket = levels.setdefault(level + edge.steps, {})
                old = bucket.get(there)
                if old is None or switches < old.switches:
                    bucket[there] = _Best(switches, edge, node)
        level += 1
    for error, goal in goals.items():
        if error not in ways and not levels:
            ways[error] = _way(goal, settled)
    return ways


def _way(goal: _Goal, settled: dict[Node, _Best]) -> Way:
    edges: list[Edge] = [goal.edge] if goal.edge is not None else []
    node: Node | None = goal.node
    while node is not None:
        best = settled[node]
        if best.edge is not None:
            edges.append(best.edge)
        node = best.parent
    return Way(tuple(reversed(edges)), goal.last_steps, goal.fault)
