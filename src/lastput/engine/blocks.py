"""Merging: several steps of one thread as one edge, where no other thread can tell.

A block is a run of steps of one thread from a stored state. By the effective kinds of their locations
(see ``kinds``) it reads ``P* [A P*] [S]``: plain steps, at most one lock taken, and at most one
synchronising step (SYNC, RELEASE), which is its last. It also ends before a step that is not enabled
or has a choice, before a second lock, at the end of the thread, and after CAP steps. It may end
anywhere: a state stored too many costs time, never an answer.

Why verdicts, error classes and final states are preserved. Take any execution of single steps. Its
steps of other threads can be moved out of the middle of a block if every P and A before the S commutes
with them to the right (Lipton: they are right movers), so the execution equals one of whole blocks,
followed by begun ones: from a state s that the search stores, each thread t has done a part a(t) of
its block from s, without S. By induction over the next step b of a thread u:

* b belongs to u's block from s and touches nothing that another a(t) changes, nor changes what a(t)
  has touched. Then b does the same from s after a(u) alone. If b is P or A, a(u) grows; if it is S (or
  an error), u's block becomes an edge of the graph, and the other a(t) are as well parts of blocks
  from its target.
* u's block ends before b, since b waits, chooses, is a second lock, or the cap is reached. Then the
  edge of a(u) leads to a stored state, where b is the first of its block: the case above.
* b conflicts with a step of some a(t). Then so does the block of u from s with the block of t from s
  (or, b being not enabled there, what b looked at in vain from the state after a(u)): accesses before
  the first conflict do not depend on the other thread. The search compares the accesses of all blocks
  from every stored state (``races``), *demotes* the P or A steps in conflict to SYNC, and begins
  again. When it ends without a conflict, this case has not happened in any execution.

The life of objects and texts counts as memory: an access reads the life of its object, a P or A step
reads the life of its text, and ``FREE``, ``ALLOC`` and unmapping write. So an object that is freed
under a plain access is a conflict, and even errors behind that error are found. A final state or a
deadlock is reached with begun blocks a(t), all of which stand before steps that are not enabled; run
those that took a lock first, then the rest, and each edge ends just there, since what disables a step
would be a conflict, or it is a second lock, before which blocks end.

Two locks that are taken at the same address are not held to conflict: a thread that waits for a lock
another has taken does not move. For this, and for nothing else, the kind ACQUIRE is a promise: of two
such steps both orders are possible and give the same, or the first disables the second.

Choices: a step that chooses stands first in its block, so the choice names the edge. SPAWN is a S, and
a thread that was not started has no block. A thread whose end is the place where it may be spawned
again ends with a S.
"""

from __future__ import annotations

__all__ = ["CAP", "MergedGraph"]

from lastput.engine.graph import Edge, Symmetry, canonical_edges
from lastput.engine.interpret import Fault, Interpreter, Outcome, State, Status
from lastput.engine.kinds import choosing, effective
from lastput.engine.program import Kind, Program
from lastput.engine.races import Touch, races

#: Steps in a block.
CAP = 64


class MergedGraph:
    """Edges are blocks. ``dirty`` is set when a conflict was found: what was explored before may lack
    edges, and the search must begin again with the same graph, which remembers what it ``demoted``."""

    def __init__(
        self, program: Program, symmetry: Symmetry | None = None, demoted: tuple[int, ...] = ()
    ) -> None:
        self.program = program
        self.machine = Interpreter(program)
        self.symmetry = symmetry
        self.executed = [False] * len(program.locations)
        self.blocked = [False] * len(program.locations)
        self.kinds = list(effective(program))
        self.choosing = tuple(choosing(program, i) for i in range(len(program.locations)))
        self.dirty = False
        self.demoted: set[int] = set()
        for location in demoted:
            self.demote(location)

    def demote(self, location: int) -> None:
        self.kinds[location] = Kind.SYNC
        self.demoted.add(location)

    def initial(self) -> State:
        first = self.machine.boot()
        return self.symmetry.canonical(first) if self.symmetry else first

    def edges(self, state: State) -> list[Edge]:
        touches: list[Touch] = []
        edges = self._edges(state, touches)
        self._settle(touches)
        return canonical_edges(edges, self.symmetry) if self.symmetry else edges

    def concrete_edges(self, state: State) -> list[Edge]:
        return self._edges(state, [])

    def look(self, state: State) -> bool:
        """Demotes what conflicts in this state; tells whether anything did."""
        touches: list[Touch] = []
        self._edges(state, touches)
        return self._settle(touches)

    def _settle(self, touches: list[Touch]) -> bool:
        found = races(touches)
        for location in found:
            self.demote(location)
        self.dirty |= bool(found)
        return bool(found)

    def _edges(self, state: State, touches: list[Touch]) -> list[Edge]:
        machine = self.machine
        edges: list[Edge] = []
        for thread in machine.movable:
            if machine.ends[state[machine.pc[thread]]]:
                continue
            choice = 0
            choices = 1
            while choice < choices:
                edge, had = self._block(state, thread, choice, touches)
                choices = max(choices, had)
                if edge is not None:
                    edges.append(edge)
                choice += 1
        return edges

    def _block(
        self, state: State, thread: int, choice: int, touches: list[Touch]
    ) -> tuple[Edge | None, int]:
        """The block, None if its first step is not enabled; and the choices of that step."""
        machine = self.machine
        pc = machine.pc[thread]
        warnings: list[tuple[Fault, int]] = []
        choices = 1
        steps = 0
        locked = False
        while True:
            here = state[pc]
            kind = self.kinds[here]
            if steps and (
                machine.ends[here] or self.choosing[here] or (locked and kind is Kind.ACQUIRE) or steps >= CAP
            ):
                break
            outcome = machine.step(state, thread, choice if steps == 0 else 0)
            if steps == 0:
                choices = outcome.choices
            if outcome.status is Status.BLOCKED:
                if steps == 0:
                    self.blocked[here] = True
                    self._touch(touches, thread, here, kind, outcome, True)
                    return None, choices
                break
            steps += 1
            self.executed[here] = True
            self._touch(touches, thread, here, kind, outcome, False)
            warnings.extend((w, steps) for w in outcome.warnings)
            if outcome.fatal is not None:
                return Edge(thread, choice, steps, None, outcome.fatal, tuple(warnings)), choices
            state = outcome.state
            if kind is Kind.ACQUIRE:
                locked = True
            elif kind is not Kind.PLAIN:
                break
        return Edge(thread, choice, steps, state, None, tuple(warnings)), choices

    def _touch(
        self, touches: list[Touch], thread: int, here: int, kind: Kind, outcome: Outcome, waited: bool
    ) -> None:
        """Notes the accesses of a step; life slots are counted on from the last address. A step that
        waited has written nothing."""
        base = len(self.program.cells)
        moves = kind in (Kind.PLAIN, Kind.ACQUIRE)
        for address, write in outcome.accesses:
            touches.append(Touch(address, write and not waited, thread, here, kind, waited))
        for life, write in outcome.lives:
            if moves or write:
                touches.append(Touch(base + life, write and not waited, thread, here, kind, waited))
            if moves and write and not waited:
                self.demote(here)
                self.dirty = True
