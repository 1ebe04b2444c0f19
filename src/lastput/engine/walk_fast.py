"""Exhaustive search with the compiled machine: the twin of ``walk`` for big models.

Memory: the roots of states in one array, which is also the queue; a table of 4 bytes per entry that is
never more than three quarters full; the parts that roots are made of; and what is remembered of steps
(``explore``), at most MEMO entries of 16 bytes.
"""

from __future__ import annotations

__all__ = ["FastWalk", "FirstLook", "first_look", "memory_limit"]

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from lastput.engine.blocks import MergedGraph
from lastput.engine.canonical_arrays import canonical_arrays
from lastput.engine.futures_arrays import ASSUMED, BROKEN_AT, LEARN, REDUCE, TOUCHED, futures_array, learned
from lastput.engine.graph import Graph
from lastput.engine.image import COLUMNS_LOCATIONS, LOCATIONS, REMEMBER, build_image, lay_anew
from lastput.engine.interpret import BUDGET, State
from lastput.engine.kinds import effective
from lastput.engine.native import call
from lastput.engine.pack import Ranges, lay_out, stretch, widen
from lastput.engine.partial_order import PartialOrder
from lastput.engine.parts import Packed, read_roots, root_fields, root_words, write_roots
from lastput.engine.program import ErrorClass, Program
from lastput.engine.signals import (
    BATCH,
    BROKEN,
    C_BITS,
    C_COUNT,
    C_DEPTH,
    C_DFS,
    C_FAILURES,
    C_FIRST_NEW,
    C_HEAD,
    C_LEVEL_END,
    C_LIMIT,
    C_LOCAL,
    C_LOCAL_BITS,
    C_LOCAL_FULL,
    C_MOST,
    C_SEEN,
    C_SHARED,
    C_SHARED_BITS,
    C_SHARED_FULL,
    C_SIGHTED,
    C_STACK,
    C_STATE,
    C_TABLE_FULL,
    C_TRANSITIONS,
    C_UNTIL_FOUND,
    CONFLICT,
    CTL,
    DONE,
    FULL,
    MARKS,
    NARROW,
    O_SLOT,
    O_VALUE,
    OK,
    OUT,
    PAUSE,
    RANGE,
)
from lastput.engine.snapshot import Snapshot, fingerprint
from lastput.engine.verdict import Options, Progress
from lastput.engine.walk import FOUND
from lastput.errors import InternalError

#: Expansions between two looks at the keyboard.
CHUNK = 100_000
#: States that the table holds at first; entries per state when it is full; growth.
FIRST, SPARE, GROWTH = 1 << 15, 4 / 3, 2
#: Most states, for their numbers must fit 32 bits; most parts.
MOST, MOST_PARTS = (1 << 32) - 2, (1 << 31) - 2
#: Parts that there is room for at first; bits of their numbers in a root at first.
PARTS, NUMBER_BITS = 1 << 12, (14, 8)
#: States from which ranges are learned, the values that slots may have meanwhile, and the memory.
SAMPLE, GUESS, FIRST_MEMORY = 4_000, (-(1 << 13), (1 << 13) - 1), 1 << 26
#: Steps that are remembered at first, and at most; or successors, before their canonical form is sought.
MEMO_FIRST, MEMO, MET = 1 << 15, 1 << 21, 1 << 15


def memory_limit(asked: int) -> int:
    """Bytes that the search may take: what was asked, else four fifths of the machine's memory."""
    if asked:
        return asked
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        whole = 4 << 30
    return whole * 4 // 5


def _most_looks(program: Program) -> int:
    """What one instruction may log at most: PICK looks at two things of each instance."""
    most = max((len(i.addresses) for i in program.instances), default=0)
    return max(2 * most, max((len(p.objects) for p in program.pools), default=0)) + 1


def _reserve(entries: int) -> Any:
    """Address space for so many words, or as many as can be had; memory is taken when it is used."""
    while True:
        try:
            return np.empty(entries, dtype=np.int64)
        except MemoryError:
            if entries < 1 << 16:
                raise
            entries //= 2


class FirstLook(NamedTuple):
    """What the beginnings of a search teach: the values of slots, and whether an error is met at once."""

    ranges: Ranges
    found: bool


def first_look(graph: Graph, partial: PartialOrder | None = None) -> FirstLook:
    """Searches a little, breadth first for what happens early, depth first for what happens late. The graph
    keeps what it has learned of conflicts, and ``partial`` what it has learned of futures."""
    program = graph.program
    guess: Ranges = tuple(GUESS for _ in program.ranges)
    observed = []
    found = False
    for order in ("dfs", "bfs"):
        walk = FastWalk(graph, guess, order, FIRST_MEMORY, partial, LEARN)
        walk.run(SAMPLE)
        observed.append(walk.observed())
        found = found or bool(walk.seen)
        if partial is not None:
            partial.futures.restore(learned(walk.futures))
        graph.begin()
    low_high = ((min(a, c), max(b, d)) for (a, b), (c, d) in zip(*observed, strict=True))
    return FirstLook(stretch(program, tuple(low_high)), found)


class FastWalk:
    """The search so far. ``graph`` tells what to demote when blocks conflict, and what went wrong when
    a limit of the model is met. ``partial`` leaves out edges (or with ``mode`` LEARN, only learns)."""

    def __init__(
        self,
        graph: Graph,
        ranges: Ranges,
        order: str = "bfs",
        max_memory: int = 0,
        partial: PartialOrder | None = None,
        mode: int = REDUCE,
    ) -> None:
        self.graph = graph
        self.partial = partial
        self.futures = futures_array(partial.futures if partial is not None else None, mode)
        self.program = graph.program
        self.order = order
        self.limit = memory_limit(max_memory)
        self.merged = graph if isinstance(graph, MergedGraph) else None
        self.first = graph.initial()
        self.ranges = self._with_room(ranges)
        self.bits = NUMBER_BITS
        self.canonical = canonical_arrays(self.program)
        self._executed = np.zeros(len(self.program.locations), dtype=np.uint8)
        self._blocked = np.zeros(len(self.program.locations), dtype=np.uint8)
        marks = (len(self.program.cells) + len(self.program.slots)) * MARKS if self.merged else MARKS
        self.marks = np.zeros(marks, dtype=np.int64)
        self.temps = np.zeros(max(self.program.temps, 1), dtype=np.int64)
        self.log = np.zeros(BUDGET * _most_looks(self.program) + 8, dtype=np.int64)
        self.out = np.zeros(2 * OUT, dtype=np.int64)
        self.roots = _reserve(max(self.limit // 8, 1 << 16))
        self.image: Any = None
        self._make_image()
        self.restart()

    def restart(self) -> None:
        """Begins again; what was learned of ranges and conflicts stays."""
        self.ctl = np.zeros(CTL, dtype=np.int64)
        self.ctl[C_DFS] = self.order == "dfs"
        self.ctl[C_LEVEL_END] = 1
        self.ctl[C_LIMIT] = CHUNK
        self.ctl[C_FIRST_NEW] = -1
        self._executed[:] = 0
        self._blocked[:] = 0
        self.marks[:] = 0
        self.futures[BROKEN_AT] = 0
        if self.partial is not None:
            self.futures[self.futures[ASSUMED] : self.futures[TOUCHED]] = 0
        self.dirty_at = 0
        self.stack = np.zeros(1, dtype=np.int64)
        self.ctl[C_STACK] = int(self.order == "dfs")
        self._take(write_roots(self.layout, [self.first], self.bits), 1)

    def _take(self, packed: Packed, count: int) -> None:
        """Holds these ``count`` states and no others."""
        roots, shared, local = (
            np.frombuffer(x, dtype=np.int64) for x in (packed.roots, packed.shared, packed.local)
        )
        if packed.bits != self.bits:
            self.bits = packed.bits
            self._make_image()
        self.roots[: len(roots)] = roots
        self.ctl[C_COUNT] = count
        self.ctl[C_SHARED] = len(shared) // self.layout.shared
        self.ctl[C_LOCAL] = len(local) // self.layout.local
        self.shared, self.local = shared, local
        self._make_part_tables()
        self._make_table(max(FIRST, int(count * GROWTH)))

    def _make_image(self) -> None:
        """The image for ``ranges`` and ``bits``."""
        self.layout = lay_out(self.program, self.ranges, self.first)
        self.fields = root_fields(self.layout.threads, self.bits)
        if self.image is not None:
            self.image = lay_anew(self.image, self.layout, self.fields)
            return
        kinds = tuple(self.merged.kinds) if self.merged else effective(self.program)
        self.image = build_image(
            self.program,
            self.graph.machine,
            self.layout,
            self.fields,
            kinds,
            self.merged is not None,
            self.graph.symmetry is not None,
        )

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
        wide = root_words(self.fields)
        return next(iter(read_roots(self.layout, self._packed(number * wide, (number + 1) * wide))))

    def _packed(self, first: int, last: int) -> Packed:
        """The states whose roots are these words; it shares memory with this walk."""
        return Packed(
            self.bits,
            self.roots[first:last],
            self.shared[: int(self.ctl[C_SHARED]) * self.layout.shared],
            self.local[: int(self.ctl[C_LOCAL]) * self.layout.local],
        )

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
            partial_order=self.partial is not None,
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
            bits=self.bits,
            states=self.roots[: self.stored * root_words(self.fields)],
            shared=self._packed(0, 0).shared,
            local=self._packed(0, 0).local,
            stack=self.stack[: int(ctl[C_STACK])],
            futures=learned(self.futures) if self.partial is not None else self.stack[:0],
        )

    def restore(self, saved: Snapshot) -> None:
        """Goes on where another walk of this graph was stopped; ``ranges`` must be those of ``saved``."""
        ctl = self.ctl
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
        if self.partial is not None:
            learned(self.futures)[:] = np.frombuffer(saved.futures, dtype=np.int64)
        self._take(Packed(saved.bits, saved.states, saved.shared, saved.local), saved.stored)

    def observed(self) -> Ranges:
        """For each group the least and greatest value stored."""
        low = np.array(self.first, dtype=np.int64)
        high = low.copy()
        parts = int(self.ctl[C_LOCAL])
        seen = np.zeros(max(self.layout.threads, 1) * parts, dtype=np.uint8)
        call(
            "observe",
            self.image,
            self.roots,
            self.stored,
            self.shared,
            self.ctl[C_SHARED],
            self.local,
            seen,
            self._scratch(),
            low,
            high,
        )
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
        until_found: bool = False,
    ) -> str:
        """Goes on until all is explored (gives ""), or gives why not: as ``Walk.run``."""
        while True:
            self.ctl[C_MOST] = max_states
            self.ctl[C_UNTIL_FOUND] = until_found  # a restart makes new counters
            status = call(
                "explore",
                *self.states(),
                self.memo,
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
                if until_found and self.seen:
                    return FOUND
                if max_states and self.stored >= max_states:
                    return f"stopped at {max_states} states"
                if stop():
                    return "interrupted"
            elif status == FULL:
                if not self._grow():
                    return f"stopped at {self.limit >> 20} MB of memory"
            elif status == NARROW:
                self._move(self.ranges, (self.bits[0] + 3, self.bits[1] + 2))
            elif status == RANGE:
                self.fit(int(self.out[O_SLOT]), int(self.out[O_VALUE]))
            elif status == CONFLICT:
                self._demote()
            elif status == BROKEN:
                self.futures[BROKEN_AT] = 0
                self.dirty_at = self.dirty_at or self.stored
            else:
                self.graph.edges(self.state(int(self.ctl[C_STATE])))
                raise InternalError("the compiled machine met a limit that the interpreter did not")
            if self.dirty_at and self.stored > 2 * self.dirty_at + 1000:
                self.restart()
            if report is not None and status == PAUSE:
                report(self.progress())

    def states(self) -> tuple[Any, ...]:
        """The first arguments of all compiled searches."""
        return self.image, self.roots, self.table, self.shared, self.s_table, self.local, self.l_table

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
            self.futures,
        )

    def _scratch(self) -> Any:
        roots = BATCH * (root_words(self.fields) + 1)
        return np.zeros(3 * self.layout.words + 2 * len(self.program.slots) + roots, dtype=np.int64)

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

    def fit(self, slot: int, value: int) -> None:
        """Widens the field of ``slot`` so that ``value`` fits; states keep their numbers."""
        ranges = widen(self.program, self.ranges, slot, value)
        if ranges == self.ranges:
            raise InternalError(f"{self.program.slots[slot].name} should not change, but is {value}")
        self._move(ranges, self.bits)

    def _move(self, ranges: Ranges, bits: tuple[int, int]) -> None:
        """Packs all states anew."""
        image, shared, local = self.image, self.shared, self.local
        words = self.layout.words
        if ranges != self.ranges:
            # A part that threads of different code had in common may become several.
            most = int(self.ctl[C_LOCAL]) * max(self.layout.threads, 1)
            bits = (bits[0], max(bits[1], most.bit_length()))
        self.ranges, self.bits = ranges, bits
        self._make_image()
        if (self.stored + 1) * root_words(self.fields) > len(self.roots):
            self.roots = np.concatenate((self.roots, _reserve(len(self.roots))))
        counts = int(self.ctl[C_SHARED]), int(self.ctl[C_LOCAL]) * max(self.layout.threads, 1)
        self.ctl[C_SHARED] = self.ctl[C_LOCAL] = 0
        self._make_part_tables(*counts)
        status = call(
            "transfer",
            image,
            self.image,
            self.stored,
            self.roots,
            shared,
            local,
            self.ctl,
            self.shared,
            self.s_table,
            self.local,
            self.l_table,
            np.zeros((self.layout.threads + 1) * (max(counts) + 1), dtype=np.int64),
            np.zeros(words + self.layout.words + root_words(self.fields), dtype=np.int64),
            self.out,
        )
        if status != OK:
            raise InternalError(f"states cannot be moved to a wider layout: status {status}")
        self._make_table(int(self.ctl[C_TABLE_FULL]))

    def _grow(self) -> bool:
        """Makes room for more states and parts; False if there is none."""
        if (
            4 * self.ctl[C_SHARED] >= 3 * self.ctl[C_SHARED_FULL]
            or 4 * self.ctl[C_LOCAL] >= 3 * self.ctl[C_LOCAL_FULL]
        ):
            if (
                self._part_bytes() * 2 > self.limit
                or max(self.ctl[C_SHARED], self.ctl[C_LOCAL]) >= MOST_PARTS
            ):
                return False
            self._make_part_tables()
        holds = int(self.ctl[C_TABLE_FULL])
        if self.stored + BATCH <= holds:
            return True
        each = root_words(self.fields) * 8 + 4 * SPARE + (8 if self.order == "dfs" else 0)
        room = self.limit - self._part_bytes()
        most = min(int(room / each), len(self.roots) // root_words(self.fields), MOST)
        more = min(int(holds * GROWTH), most)
        if more <= holds:
            return False
        self._make_table(more)
        return True

    def _part_bytes(self) -> int:
        return int(self.shared.nbytes + self.s_table.nbytes + self.local.nbytes + self.l_table.nbytes)

    def _make_part_tables(self, shared_room: int = 0, local_room: int = 0) -> None:
        """Room for twice as many parts as there are, or so many, and new tables with those."""
        shared, local = int(self.ctl[C_SHARED]), int(self.ctl[C_LOCAL])
        self.shared, self.s_table, self.ctl[C_SHARED_FULL], self.ctl[C_SHARED_BITS] = _indexed(
            self.shared, self.layout.shared, shared, shared_room
        )
        self.local, self.l_table, self.ctl[C_LOCAL_FULL], self.ctl[C_LOCAL_BITS] = _indexed(
            self.local, self.layout.local, local, local_room
        )

    def _make_table(self, holds: int) -> None:
        """A new table for ``holds`` states, with those there are; and nothing is remembered of steps."""
        self.table = None  # before the next one is made
        self.table = np.zeros(int(holds * SPARE) + 16, dtype=np.uint32)
        self.ctl[C_BITS] = (holds + 1).bit_length()
        self.ctl[C_TABLE_FULL] = holds
        call("rebuild", self.roots, root_words(self.fields), self.stored, self.table, self.ctl[C_BITS])
        if self.order == "dfs":
            stack = np.zeros(holds + 1, dtype=np.int64)
            stack[: len(self.stack)] = self.stack[: len(stack)]
            self.stack = stack
        if self.image[REMEMBER]:
            words = 2 * min(max(MEMO_FIRST, holds // 4), MEMO)
        else:
            words = MET * (self.layout.words + 1) if self.graph.symmetry is not None else 1
        self.memo = np.zeros(words, dtype=np.int64)


def _indexed(rows: Any, words: int, count: int, least: int) -> tuple[Any, Any, int, int]:
    """Rows with room for twice as many or ``least``, a table of them, how many fit, and the bits of their
    numbers."""
    room = max(2 * count, least + 1, PARTS)
    larger = np.zeros((room + 1) * words, dtype=np.int64)
    larger[: count * words] = rows[: count * words]
    table = np.zeros(int(room * 2) + 16, dtype=np.uint32)
    bits = (room + 1).bit_length()
    call("rebuild", larger, words, count, table, bits)
    return larger, table, room, bits
