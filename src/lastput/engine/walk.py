"""Exhaustive search in plain Python: small models, and the oracle for the compiled one."""

from __future__ import annotations

__all__ = ["FOUND", "Walk"]

from array import array
from collections.abc import Callable

from lastput.engine.graph import Edge, Graph
from lastput.engine.interpret import State
from lastput.engine.pack import Ranges, lay_out, learn
from lastput.engine.partial_order import PartialOrder
from lastput.engine.parts import Packed, read_roots, write_roots
from lastput.engine.program import ErrorClass
from lastput.engine.snapshot import Snapshot, fingerprint
from lastput.engine.verdict import Options, Progress

CHUNK = 500
#: Why a search ends that need not go on.
FOUND = "an error was found"


class Walk:
    """The search so far. ``states[i]`` is state number i, numbered as found.

    ``order`` 'bfs' takes the oldest unexpanded state first, 'dfs' the newest. ``partial`` leaves out edges.
    """

    def __init__(self, graph: Graph, order: str = "bfs", partial: PartialOrder | None = None) -> None:
        self.graph = graph
        self.partial = partial
        self.depth_first = order == "dfs"
        self.first = graph.initial()
        self.restart()

    def restart(self) -> None:
        """Begins again; what the graph has learned of conflicts stays."""
        self.states: list[State] = [self.first]
        self.index: dict[State, int] = {self.first: 0}
        self.head = 0  # bfs: next to expand; dfs: number expanded
        self.stack: list[tuple[int, int]] = [(0, 0)] if self.depth_first else []
        self.transitions = 0
        self.failures = 0
        self.depth = 0
        self.level_end = 1  # bfs: first state of the next level
        self.seen: dict[ErrorClass, int] = {}  # with the number of the state where it was first
        self.dirty_at = 0
        self.graph.begin()
        if self.partial is not None:
            self.partial.futures.forget()

    @property
    def done(self) -> bool:
        return not self.stack if self.depth_first else self.head >= len(self.states)

    @property
    def frontier(self) -> int:
        return len(self.stack) if self.depth_first else len(self.states) - self.head

    @property
    def stored(self) -> int:
        return len(self.states)

    @property
    def executed(self) -> tuple[bool, ...]:
        return tuple(self.graph.executed)

    @property
    def blocked(self) -> tuple[bool, ...]:
        return tuple(self.graph.blocked)

    def observed(self) -> Ranges:
        """For each group the least and greatest value stored."""
        return learn(self.graph.program, self.states)

    def snapshot(self, options: Options) -> Snapshot:
        """What ``restore`` takes."""
        program = self.graph.program
        ranges = learn(program, self.states)
        layout = lay_out(program, ranges, self.first)
        packed = write_roots(layout, self.states)
        return Snapshot(
            program=fingerprint(program),
            merge=options.merge,
            symmetry=options.symmetry,
            partial_order=self.partial is not None,
            order="dfs" if self.depth_first else "bfs",
            ranges=ranges,
            stored=len(self.states),
            head=self.head,
            transitions=self.transitions,
            failures=self.failures,
            depth=self.depth,
            level_end=self.level_end,
            first_new=-1,
            dirty_at=self.dirty_at,
            seen=tuple((int(e), n) for e, n in self.seen.items()),
            demoted=self.graph.demotions,
            executed=self.executed,
            blocked=self.blocked,
            bits=packed.bits,
            states=packed.roots,
            shared=packed.shared,
            local=packed.local,
            stack=array("q", (depth << 32 | number for number, depth in self.stack)),
            futures=self.partial.futures.dump() if self.partial is not None else array("Q"),
        )

    def restore(self, saved: Snapshot) -> None:
        """Goes on where another walk of this graph was stopped."""
        layout = lay_out(self.graph.program, saved.ranges, self.first)
        packed = Packed(saved.bits, saved.states, saved.shared, saved.local)
        self.states = list(read_roots(layout, packed))
        self.index = {state: number for number, state in enumerate(self.states)}
        self.head = saved.head
        self.stack = [(x & 0xFFFFFFFF, x >> 32) for x in memoryview(saved.stack).cast("B").cast("q")]
        self.transitions = saved.transitions
        self.failures = saved.failures
        self.depth = saved.depth
        self.level_end = saved.level_end
        self.seen = {ErrorClass(e): n for e, n in saved.seen}
        self.dirty_at = saved.dirty_at
        self.graph.executed = list(saved.executed)
        self.graph.blocked = list(saved.blocked)
        self.graph.dirty = saved.dirty_at > 0
        if self.partial is not None:
            self.partial.futures.restore(saved.futures)

    def progress(self) -> Progress:
        return Progress("search", len(self.states), self.transitions, self.depth, self.frontier)

    def run(
        self,
        max_states: int = 0,
        report: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
        until_found: bool = False,
    ) -> str:
        """Goes on until all is explored (gives ""), or gives why not: ``max_states`` are stored,
        ``stop`` said so, or an error was met and ``until_found`` is set (FOUND)."""
        while True:
            for _ in range(CHUNK):
                if self.done or (max_states and len(self.states) >= max_states):
                    break
                self.expand()
                if until_found and self.seen:
                    return FOUND
            if self.graph.dirty or (self.partial is not None and self.partial.futures.broken):
                self.dirty_at = self.dirty_at or len(self.states)
                if self.done or len(self.states) > 2 * self.dirty_at + 1000:
                    self.restart()
                    continue
            if self.done:
                return ""
            if max_states and len(self.states) >= max_states:
                return f"stopped at {max_states} states"
            if stop():
                return "interrupted"
            if report is not None:
                report(self.progress())

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
        passed: list[Edge] = []
        if self.partial is not None:
            edges, passed = self.partial.edges(state, lambda other: self._later(other, number))
        else:
            edges = self.graph.edges(state)
        if not edges:
            fault = self.graph.machine.final(state)
            if fault is not None:
                self.seen.setdefault(fault.error, number)
        for edge in (*passed, *edges):
            for warning, _ in edge.warnings:
                self.seen.setdefault(warning.error, number)
            if edge.fatal is not None:
                self.failures += 1
                self.seen.setdefault(edge.fatal.error, number)
        for edge in edges:
            if edge.state is None:
                continue
            self.transitions += 1
            if edge.state not in self.index:
                new = len(self.states)
                self.index[edge.state] = new
                self.states.append(edge.state)
                if self.depth_first:
                    self.stack.append((new, depth + 1))
                    self.depth = max(self.depth, depth + 1)

    def _later(self, state: State, number: int) -> bool:
        """Whether a state is sure to be expanded after state ``number``, which is being expanded."""
        known = self.index.get(state)
        return known is None or (not self.depth_first and known > number)
