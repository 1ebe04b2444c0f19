"""Partial order: in some states one thread is followed alone, since it does not matter who goes first.

Where a thread's block touches nothing that another thread might ever meet from where it stands, before
the thread itself moves on, all the others' ways can be gone after the block as well as before it: the
thread alone is a *persistent set* (Godefroid; an *ample set* in Peled's words, a *stubborn set* in
Valmari's). What others might meet is read off their locations, in ``futures``.

Why nothing is lost. Take a way w of single steps from a state s to an error, to a state that ends, or to
a step that is looked at; let t be followed alone from s, with block a. If t moves in w, its first steps
are those of a (w touches nothing that a looks at), and commute with all that comes before them in w: a is
moved to the front, and what is left of w is shorter. If not, w is as possible after a as before it and
ends in the same error. That could go on for ever only if each such state had another as its successor, so
the search sees to it that one successor of a is expanded later than s itself (Bosnacki and Holzmann's
proviso for breadth-first search): among the states that a chain of them runs through, the last one is
expanded in full. A thread that can only fail has no such successor: there the run ends, and others'
errors with it. That a step is not enabled is an error in this sense, with what it looked at, and so is a
conflict of two blocks: merging is as sure as before, and what never happened is told as before.

Why it may learn. ``futures`` holds what has been seen so far; where it turns out to have been too
little for what was concluded from it, the search begins again. Let a search end without that, and
suppose that some way has a first access at a location that ``futures`` does not know. All steps before
it are known, so the argument above holds for them; the access comes at the same place of the way
that the search has followed instead, since it depends on known accesses alone. So the search has made it
and knows it: there is no such way.

Which thread: the first one that can be. The others' steps are not run then. A shortest way to an error may
be lost: what is found is looked for again without this reduction (``search``).
"""

from __future__ import annotations

__all__ = ["PartialOrder", "applies"]

from collections.abc import Callable

from lastput.engine.blocks import MergedGraph
from lastput.engine.canonical import Canonicalizer
from lastput.engine.futures import NOTHING, Futures, Mask, meet
from lastput.engine.graph import Edge, Graph, canonical_edges
from lastput.engine.interpret import Outcome, State
from lastput.engine.pack import parts_are_private
from lastput.engine.races import Touch


def applies(graph: Graph) -> bool:
    """Whether a graph can be reduced so: its edges are blocks, and registers have no address."""
    return isinstance(graph, MergedGraph) and parts_are_private(graph.program)


class PartialOrder:
    """The edges of a merged graph that a search needs to follow."""

    def __init__(self, graph: MergedGraph) -> None:
        self.graph = graph
        symmetry = graph.symmetry
        tables = symmetry.tables if isinstance(symmetry, Canonicalizer) else None
        self.futures = Futures(graph.program, graph.machine, tables)
        self._touched = NOTHING

    def _observe(self, location: int, outcome: Outcome) -> None:
        mask = self.futures.touched(location, outcome)
        self.futures.learn(location, mask)
        self._touched |= mask

    def edges(self, state: State, later: Callable[[State], bool]) -> tuple[list[Edge], list[Edge]]:
        """The edges to follow: of one thread, or of all, first of those that were tried alone; and edges
        that were found on the way, but need not be followed. ``later`` tells whether a state will be
        expanded after this one."""
        graph = self.graph
        futures = self.futures
        touches: list[Touch] = []
        found: list[Edge] = []
        passed: list[Edge] = []
        places = [
            (thread, state[pc])
            for thread, pc in ((t, graph.machine.pc[t]) for t in graph.machine.movable)
            if not graph.machine.ends[state[pc]]
        ]
        tried = set()
        for thread, here in places:
            if self._meets_others(futures.step[here], thread, places):
                continue
            tried.add(thread)
            self._touched = NOTHING
            edges = self._thread_edges(state, thread, touches)
            if any(edge.state is not None and later(edge.state) for edge in edges) and not self._meets_others(
                self._touched, thread, places
            ):
                for other, place in places:
                    if other != thread:
                        futures.assume(place, self._touched)
                passed, found = found, edges
                break
            found += edges
        else:
            for thread, _ in places:
                if thread not in tried:
                    found += self._thread_edges(state, thread, touches)
        graph.settle(state, touches)
        return found, passed

    def _meets_others(self, mask: Mask, thread: int, places: list[tuple[int, int]]) -> bool:
        return any(meet(mask, self.futures.future[place]) for other, place in places if other != thread)

    def _thread_edges(self, state: State, thread: int, touches: list[Touch]) -> list[Edge]:
        edges = self.graph.thread_edges(state, thread, touches, self._observe)
        return canonical_edges(edges, self.graph.symmetry) if self.graph.symmetry else edges
