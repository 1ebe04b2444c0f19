"""Exhaustive search with the compiled machine: the twin of ``walk`` for big models.

Memory: the packed states in one array, which is also the queue, and a table of 4 bytes per entry that
is never more than three quarters full.
"""

from __future__ import annotations

__all__ = ["FastWalk", "memory_limit"]

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from lastput.engine.blocks import MergedGraph
from lastput.engine.blocks_fast import MARKS
from lastput.engine.canonical_numba import canonical_arrays
from lastput.engine.explore import (
    C_BITS,
    C_COUNT,
    C_DEPTH,
    C_DFS,
    C_FAILURES,
    C_FIRST_NEW,
    C_HEAD,
    C_LEVEL_END,
    C_LIMIT,
    C_MOST,
    C_SEEN,
    C_SIGHTED,
    C_STACK,
    C_STATE,
    C_TABLE_FULL,
    C_TRANSITIONS,
    CONFLICT,
    CTL,
    DONE,
    FULL,
    PAUSE,
    explore,
)
from lastput.engine.graph import Graph
from lastput.engine.image import (
    COLUMNS_LOCATIONS,
    LAYOUT,
    LOCATIONS,
    WORDS,
    build_image,
    layout_rows,
)
from lastput.engine.index import rebuild
from lastput.engine.interpret import BUDGET, State
from lastput.engine.kinds import effective
from lastput.engine.layout_fast import observe, repack
from lastput.engine.machine import O_SLOT, O_VALUE, OUT, RANGE
from lastput.engine.pack import Ranges, lay_out, widen
from lastput.engine.program import ErrorClass
from lastput.engine.snapshot import Snapshot, fingerprint
from lastput.engine.verdict import Options, Progress
from lastput.errors import InternalError

#: Expansions between two looks at the keyboard.
CHUNK = 20_000
#: States that the table holds at first; entries per state when it is full; growth.
FIRST, SPARE, GROWTH = 400_000, 4 / 3, 1.6
#: Most states, for their numbers must fit 32 bits.
MOST = (1 << 32) - 2


def memory_limit(asked: int) -> int:
    """Bytes that the search may take: what was asked, else four fifths of the machine's memory."""
    if asked:
        return asked
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        whole = 4 << 30
    return whole * 4 // 5


def _reserve(entries: int) -> Any:
    """Address space for so many words, or as many as can be had; memory is taken when it is used."""
    while True:
        try:
            return np.empty(entries, dtype=np.int64)
        except MemoryError:
            if entries < 1 << 16:
                raise
            entries //= 2


class FastWalk:
    """The search so far. ``graph`` tells what to demote when blocks conflict, and what went wrong when
    a limit of the model is met."""

    def __init__(self, graph: Graph, ranges: Ranges, order: str = "bfs", max_memory: int = 0) -> None:
        self.graph = graph
        self.program = graph.program
        self.order = order
        self.limit = memory_limit(max_memory)
        self.merged = graph if isinstance(graph, MergedGraph) else None
        self.first = graph.initial()
        self.ranges = self._with_room(ranges)
        self.layout = lay_out(self.program, self.ranges, self.first)
        kinds = tuple(self.merged.kinds) if self.merged else effective(self.program)
        symmetric = graph.symmetry is not None
        self.image = build_image(
            self.program, graph.machine, self.layout, kinds, self.merged is not None, symmetric
        )
        self.canonical = canonical_arrays(self.program)
        self._executed = np.zeros(len(self.program.locations), dtype=np.uint8)
        self._blocked = np.zeros(len(self.program.locations), dtype=np.uint8)
        marks = (len(self.program.cells) + len(self.program.slots)) * MARKS if self.merged else MARKS
        self.marks = np.zeros(marks, dtype=np.int64)
        self.temps = np.zeros(max(self.program.temps, 1), dtype=np.int64)
        self.log = np.zeros(BUDGET + len(self.program.cells) + 8, dtype=np.int64)
        self.out = np.zeros(2 * OUT, dtype=np.int64)
        self.states = _reserve(max(self.limit // 8, 1 << 16))
        self.table: Any = None
        self.restart()

    def restart(self) -> None:
        """Begins again; what was learned of ranges and conflicts stays."""
        self.ctl = np.zeros(CTL, dtype=np.int64)
        self.ctl[C_DFS] = self.order == "dfs"
        self.ctl[C_LEVEL_END] = 1
        self.ctl[C_COUNT] = 1
        self.ctl[C_LIMIT] = CHUNK
        self.ctl[C_FIRST_NEW] = -1
        self._executed[:] = 0
        self._blocked[:] = 0
        self.marks[:] = 0
        self.dirty_at = 0
        self.stack = np.zeros(1, dtype=np.int64)
        self.ctl[C_STACK] = int(self.order == "dfs")
        self._store(0, self.first)
        self._make_table(FIRST)

    # What it has found.

    @property
    def stored(self) -> int:
        return int(self.ctl[C_COUNT])

    @property
    def transitions(self) -> int:
        return int(self.ctl[C_TRANSITIONS])

    @property
    def failures(self) -> int:
        return int(self.ctl[C_FAILURES])

    @property
    def depth(self) -> int:
        return int(self.ctl[C_DEPTH])

    @property
    def frontier(self) -> int:
        return int(self.ctl[C_STACK]) if self.order == "dfs" else self.stored - int(self.ctl[C_HEAD])

    @property
    def done(self) -> bool:
        return self.frontier == 0

    @property
    def seen(self) -> dict[ErrorClass, int]:
        """The error classes met, each with the number of the state where it was first."""
        bits = int(self.ctl[C_SEEN])
        return {e: int(self.ctl[C_SIGHTED + e]) for e in ErrorClass if bits >> e & 1}

    def state(self, number: int) -> State:
        n = self.layout.words
        words = self.states[number * n : (number + 1) * n]
        return self.layout.unpack(tuple(int(w) & (1 << 64) - 1 for w in words))

    @property
    def executed(self) -> tuple[bool, ...]:
        return tuple(bool(x) for x in self._executed)

    @property
    def blocked(self) -> tuple[bool, ...]:
        return tuple(bool(x) for x in self._blocked)

    def progress(self) -> Progress:
        return Progress("search", self.stored, self.transitions, self.depth, self.frontier)

    def snapshot(self, options: Options) -> Snapshot:
        """What ``restore`` takes. It shares memory with this walk, which must not go on."""
        ctl = self.ctl
        return Snapshot(
            program=fingerprint(self.program),
            merge=options.merge,
            symmetry=options.symmetry,
            por=options.por,
            order=self.order,
            ranges=self.ranges,
            stored=self.stored,
            head=int(ctl[C_HEAD]),
            transitions=self.transitions,
            failures=self.failures,
            depth=self.depth,
            level_end=int(ctl[C_LEVEL_END]),
            first_new=int(ctl[C_FIRST_NEW]),
            dirty_at=self.dirty_at,
            seen=tuple((int(e), n) for e, n in self.seen.items()),
            demoted=self.graph.demotions,
            executed=self.executed,
            blocked=self.blocked,
            states=self.states[: self.stored * self.layout.words],
            stack=self.stack[: int(ctl[C_STACK])],
        )

    def restore(self, saved: Snapshot) -> None:
        """Goes on where another walk of this graph was stopped; ``ranges`` must be those of ``saved``."""
        ctl = self.ctl
        words = np.frombuffer(saved.states, dtype=np.int64)
        self.states[: len(words)] = words
        stack = np.frombuffer(saved.stack, dtype=np.int64)
        ctl[C_COUNT] = saved.stored
        ctl[C_STACK] = len(stack)
        ctl[C_HEAD] = saved.head
        ctl[C_TRANSITIONS] = saved.transitions
        ctl[C_FAILURES] = saved.failures
        ctl[C_DEPTH] = saved.depth
        ctl[C_LEVEL_END] = saved.level_end
        ctl[C_FIRST_NEW] = saved.first_new
        for error, number in saved.seen:
            ctl[C_SEEN] |= 1 << error
            ctl[C_SIGHTED + error] = number
        self.dirty_at = saved.dirty_at
        self._executed[:] = saved.executed
        self._blocked[:] = saved.blocked
        self.stack = stack
        self._make_table(max(FIRST, int(saved.stored * GROWTH)))

    def observed(self) -> Ranges:
        """For each group the least and greatest value stored."""
        rows = np.array(layout_rows(self.layout), dtype=np.int64)
        low = np.array(self.first, dtype=np.int64)
        high = low.copy()
        observe(self.states, self.stored, rows, self.layout.words, low, high)
        found: dict[int, tuple[int, int]] = {}
        for slot, least, greatest in zip(self.program.slots, low.tolist(), high.tolist(), strict=True):
            before = found.get(slot.group, (least, greatest))
            found[slot.group] = (min(before[0], least), max(before[1], greatest))
        return tuple(found.get(g, (0, 0)) for g in range(len(self.program.ranges)))

    # Running.

    def run(
        self,
        max_states: int = 0,
        report: Callable[[Progress], None] | None = None,
        stop: Callable[[], bool] = lambda: False,
    ) -> str:
        """Goes on until all is explored (gives ""), or gives why not."""
        self.ctl[C_MOST] = max_states
        while True:
            status = explore(
                self.image,
                self.states,
                self.table,
                self.stack,
                self.ctl,
                self._executed,
                self._blocked,
                *self.arguments()[1:],
            )
            if status == DONE:
                if not self.dirty_at:
                    return ""
                self.restart()
            elif status == PAUSE:
                if max_states and self.stored >= max_states:
                    return f"stopped at {max_states} states"
                if stop():
                    return "interrupted"
            elif status == FULL:
                if not self._grow():
                    return f"stopped at {self.limit >> 20} MB of memory"
            elif status == RANGE:
                self._widen(int(self.out[O_SLOT]), int(self.out[O_VALUE]))
            elif status == CONFLICT:
                self._demote()
            else:
                self.graph.edges(self.state(int(self.ctl[C_STATE])))
                raise InternalError("the compiled machine met a limit that the interpreter did not")
            if self.dirty_at and self.stored > 2 * self.dirty_at + 1000:
                self.restart()
            if report is not None and status == PAUSE:
                report(self.progress())

    def arguments(self) -> tuple[Any, ...]:
        """The last arguments of all compiled searches; the first of them is a set of locations to
        spoil."""
        return (
            np.zeros_like(self._executed),
            self.marks,
            self._scratch(),
            *self.canonical,
            self.temps,
            self.log,
            self.out,
        )

    def _scratch(self) -> Any:
        return np.zeros(3 * self.layout.words + 2 * len(self.program.slots), dtype=np.int64)

    def _demote(self) -> None:
        assert self.merged is not None
        if not self.merged.look(self.state(int(self.ctl[C_STATE]))):
            raise InternalError("the compiled machine met a conflict that the interpreter did not")
        for location in self.merged.demoted:
            row = int(self.image[LOCATIONS]) + location * COLUMNS_LOCATIONS
            self.image[row + 1] = int(self.merged.kinds[location])
        self.dirty_at = self.dirty_at or self.stored

    def _with_room(self, ranges: Ranges) -> Ranges:
        """Ranges that hold the first state, filled up to whole bits."""
        for number, value in enumerate(self.first):
            low, high = ranges[self.program.slots[number].group]
            if not low <= value <= high:
                ranges = widen(self.program, ranges, number, value)
        return tuple((low, low + (1 << (high - low).bit_length()) - 1) for low, high in ranges)

    def _widen(self, slot: int, value: int) -> None:
        before = self.ranges
        self.ranges = widen(self.program, before, slot, value)
        if self.ranges == before:
            raise InternalError(f"{self.program.slots[slot].name} should not change, but is {value}")
        old, self.layout = self.layout, lay_out(self.program, self.ranges, self.first)
        if self.layout.words < old.words:
            raise InternalError("a wider layout takes fewer words")
        rows = [np.array(layout_rows(x), dtype=np.int64) for x in (old, self.layout)]
        if (self.stored + 1) * self.layout.words > len(self.states):
            self.states = np.concatenate((self.states, np.zeros(len(self.states), dtype=np.int64)))
        values = np.zeros(len(self.program.slots), dtype=np.int64)
        repack(self.states, self.stored, rows[0], old.words, rows[1], self.layout.words, values)
        at = int(self.image[LAYOUT])
        self.image[at : at + rows[1].size] = rows[1].ravel()
        self.image[WORDS] = self.layout.words
        self._make_table(int(self.ctl[C_TABLE_FULL]))

    def _store(self, number: int, state: State) -> None:
        n = self.layout.words
        for k, word in enumerate(self.layout.pack(state)):
            self.states[number * n + k] = word - (1 << 64) if word >> 63 else word

    def _grow(self) -> bool:
        """Makes room for more states; False if there is none."""
        holds = int(self.ctl[C_TABLE_FULL])
        each = self.layout.words * 8 + 4 * SPARE + (8 if self.order == "dfs" else 0)
        most = min(int(self.limit / each), len(self.states) // self.layout.words, MOST)
        more = min(int(holds * GROWTH), most)
        if more <= self.stored:
            return False
        self._make_table(more)
        return True

    def _make_table(self, holds: int) -> None:
        """A new table for ``holds`` states, with those there are."""
        self.table = None  # before the next one is made
        self.table = np.zeros(int(holds * SPARE) + 16, dtype=np.uint32)
        self.ctl[C_BITS] = (holds + 1).bit_length()
        self.ctl[C_TABLE_FULL] = holds
        rebuild(self.states, self.layout.words, self.stored, self.table, int(self.ctl[C_BITS]))
        if self.order == "dfs":
            stack = np.zeros(holds + 1, dtype=np.int64)
            stack[: len(self.stack)] = self.stack[: len(stack)]
            self.stack = stack
