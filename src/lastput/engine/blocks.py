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

Locks. If a(t) and u's block take locks that exclude each other, b is not a step under u's lock nor
the taking of it: u is shut out by t. Both orders are tried from s to know that they do, and nothing
in a(t) but its ACQUIRE may have written what u's ACQUIRE looks at. Two ACQUIREs that do not exclude each
other are not compared. For this, and for nothing else, the kind ACQUIRE is a promise: two such steps
that are both possible one after the other give the same in both orders.

Choices: a step that chooses stands first in its block, so the choice names the edge; such a block takes
no lock. SPAWN is a S, and a thread that was not started has no block. A thread whose end is the place
where it may be spawned again ends with a S.
"""

from __future__ import annotations

__all__ = ["CAP", "MergedGraph", "Observer"]

from collections.abc import Callable

from lastput.engine.graph import Edge, Symmetry, canonical_edges
from lastput.engine.interpret import Fault, Interpreter, Outcome, State, Status
from lastput.engine.kinds import choosing, effective
from lastput.engine.program import Kind, Program
from lastput.engine.races import Sort, Touch, races

#: Steps in a block.
CAP = 64

#: Is told of a step: its location and what it did.
Observer = Callable[[int, Outcome], None]


class MergedGraph:
    """Edges are blocks. ``dirty`` is set when a conflict was found: what was explored before may lack
    edges, and the search must begin again with the same graph, which remembers what it ``demoted``."""

    def __init__(
        self, program: Program, symmetry: Symmetry | None = None, demoted: tuple[int, ...] = ()
    ) -> None:
        self.program = program
        self.machine = Interpreter(program)
        self.symmetry = symmetry
        self.kinds = list(effective(program))
        self.choosing = tuple(choosing(program, i) for i in range(len(program.locations)))
        self.demoted: set[int] = set()
        for location in demoted:
            self.demote(location)
        self.begin()

    def begin(self) -> None:
        self.executed = [False] * len(self.program.locations)
        self.blocked = [False] * len(self.program.locations)
        self.dirty = False

    def demote(self, location: int) -> None:
        self.kinds[location] = Kind.SYNC
        self.demoted.add(location)
        self.dirty = True

    @property
    def demotions(self) -> tuple[int, ...]:
        return tuple(sorted(self.demoted))

    def initial(self) -> State:
        first = self.machine.boot()
        return self.symmetry.canonical(first) if self.symmetry else first

    def edges(self, state: State) -> list[Edge]:
        touches: list[Touch] = []
        edges = self._edges(state, touches)
        self.settle(state, touches)
        return canonical_edges(edges, self.symmetry) if self.symmetry else edges

    def concrete_edges(self, state: State) -> list[Edge]:
        return self._edges(state, [])

    def look(self, state: State) -> bool:
        """Demotes what conflicts in this state; tells whether anything did."""
        before = len(self.demoted)
        touches: list[Touch] = []
        self._edges(state, touches)
        self.settle(state, touches)
        return len(self.demoted) > before

    def settle(self, state: State, touches: list[Touch]) -> None:
        """Demotes what conflicts among the accesses of blocks from one state."""
        known: dict[tuple[int, int], bool] = {}

        def exclusive(one: int, two: int) -> bool:
            pair = (min(one, two), max(one, two))
            if pair not in known:
                known[pair] = self._shut_out(state, one, two) and self._shut_out(state, two, one)
            return known[pair]

        for location in races(touches, exclusive):
            self.demote(location)

    def _shut_out(self, state: State, one: int, two: int) -> bool:
        """Whether ``two`` does not get its lock once ``one`` has got its own."""
        held = self._take(state, one)
        return held is not None and self._take(held, two) is None

    def _take(self, state: State, thread: int) -> State | None:
        """The state after the first ACQUIRE of a thread, None if it has to wait."""
        machine = self.machine
        for _ in range(CAP):
            here = state[machine.pc[thread]]
            if self.kinds[here] not in (Kind.PLAIN, Kind.ACQUIRE):
                break
            outcome = machine.step(state, thread)
            if outcome.status is Status.BLOCKED:
                return None
            state = outcome.state
            if self.kinds[here] is Kind.ACQUIRE or outcome.status is Status.ERROR:
                break
        return state

    def _edges(self, state: State, touches: list[Touch]) -> list[Edge]:
        return [edge for thread in self.machine.movable for edge in self.thread_edges(state, thread, touches)]

    def thread_edges(
        self, state: State, thread: int, touches: list[Touch], observe: Observer | None = None
    ) -> list[Edge]:
        """The edges of one thread, with states as they come. ``touches`` takes the accesses; ``observe`` is
        told of each step that an edge is made of, or that is the first and not enabled."""
        edges: list[Edge] = []
        if self.machine.ends[state[self.machine.pc[thread]]]:
            return edges
        choice = 0
        choices = 1
        while choice < choices:
            edge, had = self._block(state, thread, choice, touches, observe)
            choices = max(choices, had)
            if edge is not None:
                edges.append(edge)
            choice += 1
        return edges

    def _block(
        self, state: State, thread: int, choice: int, touches: list[Touch], observe: Observer | None
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
            takes = kind is Kind.ACQUIRE
            if steps and (
                machine.ends[here]
                or self.choosing[here]
                or (takes and (locked or choices > 1))
                or steps >= CAP
            ):
                break
            outcome = machine.step(state, thread, choice if steps == 0 else 0)
            if observe is not None and (steps == 0 or outcome.status is not Status.BLOCKED):
                observe(here, outcome)
            if steps == 0:
                choices = outcome.choices
            if outcome.status is Status.BLOCKED:
                if steps == 0:
                    self.blocked[here] = True
                    sort = Sort.WAITING if takes else Sort.SYNC
                    self._touch(touches, thread, here, sort, outcome)
                    return None, choices
                break
            steps += 1
            self.executed[here] = True
            if takes:
                locked, sort = True, Sort.TAKE
            elif kind is Kind.PLAIN:
                sort = Sort.HELD if locked else Sort.PLAIN
            else:
                sort = Sort.HELD_SYNC if locked else Sort.SYNC
            self._touch(touches, thread, here, sort, outcome)
            warnings.extend((w, steps) for w in outcome.warnings)
            if outcome.fatal is not None:
                return Edge(thread, choice, steps, None, outcome.fatal, tuple(warnings)), choices
            state = outcome.state
            if kind not in (Kind.PLAIN, Kind.ACQUIRE):
                break
        return Edge(thread, choice, steps, state, None, tuple(warnings)), choices

    def _touch(self, touches: list[Touch], thread: int, here: int, sort: Sort, outcome: Outcome) -> None:
        """Notes the accesses of a step; life slots are counted on from the last address. A step that
        is not enabled has written nothing."""
        base = len(self.program.cells)
        moves = sort not in (Sort.SYNC, Sort.HELD_SYNC)
        done = outcome.status is not Status.BLOCKED
        for address, write in outcome.accesses:
            touches.append(Touch(address, write and done, thread, here, sort))
        for life, write in outcome.lives:
            if moves or (write and done):
                touches.append(Touch(base + life, write and done, thread, here, sort))
            if moves and write and done:
                self.demote(here)
