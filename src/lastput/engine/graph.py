"""The graph that a search walks: states, and edges that are steps (or merged blocks of steps)."""

from __future__ import annotations

__all__ = ["Edge", "FineGraph", "Graph", "Symmetry", "canonical_edges"]

from typing import NamedTuple, Protocol

from lastput.engine.interpret import Fault, Interpreter, State, Status
from lastput.engine.program import Program
from lastput.engine.verdict import Schedule


class Edge(NamedTuple):
    """One transition: ``steps`` steps of ``thread``, the first with ``choice``, the others with 0.

    ``state`` is None if the last step failed with ``fatal``. ``warnings`` are (fault, number of
    steps up to and with the one that warned).
    """

    thread: int
    choice: int
    steps: int
    state: State | None
    fatal: Fault | None
    warnings: tuple[tuple[Fault, int], ...]

    def schedule(self, steps: int = 0) -> Schedule:
        """As single steps; only the first ``steps`` if that is not 0."""
        return ((self.thread, self.choice),) + ((self.thread, 0),) * ((steps or self.steps) - 1)


class Symmetry(Protocol):
    """Maps a state to the one that stands for all its permutations."""

    def canonical(self, state: State) -> State: ...


class Graph(Protocol):
    """What searches need to know; ``executed`` and ``blocked`` fill up as edges are asked for.

    ``dirty`` tells that edges asked for since ``begin`` may lack some: the search must begin again."""

    program: Program
    machine: Interpreter
    symmetry: Symmetry | None
    executed: list[bool]
    blocked: list[bool]
    dirty: bool

    @property
    def demotions(self) -> tuple[int, ...]:
        """Locations whose declared kind does not hold."""
        ...

    def begin(self) -> None: ...

    def initial(self) -> State: ...

    def edges(self, state: State) -> list[Edge]:
        """In the order of threads, then choices. None: no thread has a step."""
        ...

    def concrete_edges(self, state: State) -> list[Edge]:
        """The same without ``symmetry``: states as they come."""
        ...


def canonical_edges(edges: list[Edge], symmetry: Symmetry) -> list[Edge]:
    return [e if e.state is None else e._replace(state=symmetry.canonical(e.state)) for e in edges]


class FineGraph:
    """Every step is an edge. ``symmetry`` None keeps states as they are."""

    def __init__(self, program: Program, symmetry: Symmetry | None = None) -> None:
        self.program = program
        self.machine = Interpreter(program)
        self.symmetry = symmetry
        self.begin()

    def begin(self) -> None:
        self.executed = [False] * len(self.program.locations)
        self.blocked = [False] * len(self.program.locations)
        self.dirty = False

    @property
    def demotions(self) -> tuple[int, ...]:
        return ()

    def initial(self) -> State:
        first = self.machine.boot()
        return self.symmetry.canonical(first) if self.symmetry else first

    def edges(self, state: State) -> list[Edge]:
        edges = self.concrete_edges(state)
        return canonical_edges(edges, self.symmetry) if self.symmetry else edges

    def concrete_edges(self, state: State) -> list[Edge]:
        machine = self.machine
        found: list[Edge] = []
        for thread in machine.movable:
            here = state[machine.pc[thread]]
            if machine.ends[here]:
                continue
            choice = 0
            choices = 1
            while choice < choices:
                outcome = machine.step(state, thread, choice)
                choices = max(choices, outcome.choices)
                if outcome.status is Status.BLOCKED:
                    self.blocked[here] = True
                else:
                    self.executed[here] = True
                    after = outcome.state if outcome.status is Status.OK else None
                    warned = tuple((w, 1) for w in outcome.warnings)
                    found.append(Edge(thread, choice, 1, after, outcome.fatal, warned))
                choice += 1
        return found
