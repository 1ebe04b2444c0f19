"""Exhaustive search in plain Python: small models, and the oracle for the compiled one."""

from __future__ import annotations

__all__ = ["Sighting", "Walk"]

from collections.abc import Callable
from typing import NamedTuple

from lastput.engine.graph import Graph
from lastput.engine.interpret import Fault, State
from lastput.engine.program import ErrorClass
from lastput.engine.verdict import Progress

CHUNK = 500


class Sighting(NamedTuple):
    """Where an error class was first met: number of the state, and the fault."""

    state: int
    fault: Fault


class Walk:
    """The search so far. ``states[i]`` is state number i, numbered as found.

    ``order`` 'bfs' takes the oldest unexpanded state first, 'dfs' the newest.
    """

    def __init__(self, graph: Graph, order: str = "bfs") -> None:
        self.graph = graph
        first = graph.initial()
        self.states: list[State] = [first]
        self.index: dict[State, int] = {first: 0}
        self.head = 0  # bfs: next to expand; dfs: number expanded
        self.stack: list[tuple[int, int]] = [(0, 0)] if order == "dfs" else []
        self.depth_first = order == "dfs"
        self.transitions = 0
        self.failures = 0
        self.depth = 0
        self.level_end = 1  # bfs: first state of the next level
        self.seen: dict[ErrorClass, Sighting] = {}

    @property
    def done(self) -> bool:
        return not self.stack if self.depth_first else self.head >= len(self.states)

    @property
    def frontier(self) -> int:
        return len(self.stack) if self.depth_first else len(self.states) - self.head

    def progress(self) -> Progress:
        return Progress("search", len(self.states), self.transitions, self.depth, self.frontier)

    def run(self, max_states: int = 0, report: Callable[[Progress], None] | None = None) -> bool:
        """Goes on until all is explored (True) or ``max_states`` are stored (False)."""
        while not self.done:
            if max_states and len(self.states) >= max_states:
                return False
            for _ in range(CHUNK):
                if self.done or (max_states and len(self.states) >= max_states):
                    break
                self.expand()
            if report is not None:
                report(self.progress())
        return True

    def expand(self) -> None:
        """Explores the next state."""
        if self.depth_first:
            number, depth = self.stack.pop()
        else:
            number, depth = self.head, self.depth
            if number == self.level_end:
                depth = self.depth = depth + 1
                self.level_end = len(self.states)
        self.head += 1
        state = self.states[number]
        edges = self.graph.edges(state)
        if not edges:
            fault = self.graph.machine.final(state)
            if fault is not None:
                self.see(number, fault)
        for edge in edges:
            for warning, _ in edge.warnings:
                self.see(number, warning)
            if edge.state is None:
                self.failures += 1
                assert edge.fatal is not None
                self.see(number, edge.fatal)
                continue
            self.transitions += 1
            if edge.state not in self.index:
                new = len(self.states)
                self.index[edge.state] = new
                self.states.append(edge.state)
                if self.depth_first:
                    self.stack.append((new, depth + 1))
                    self.depth = max(self.depth, depth + 1)

    def see(self, number: int, fault: Fault) -> None:
        if fault.error not in self.seen:
            self.seen[fault.error] = Sighting(number, fault)
