"""Checks a program: explores every interleaving, then finds a short way to each error."""

from __future__ import annotations

__all__ = ["check", "reduced_graph"]

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from lastput.engine.blocks import MergedGraph
from lastput.engine.canonical import Canonicalizer
from lastput.engine.endless import goes_round
from lastput.engine.graph import FineGraph, Graph
from lastput.engine.interpret import State
from lastput.engine.interrupt import Interrupt
from lastput.engine.partial_order import PartialOrder, applies
from lastput.engine.program import ErrorClass, Program
from lastput.engine.shortest import shortest
from lastput.engine.snapshot import Snapshot
from lastput.engine.trace import finding, unfold
from lastput.engine.verdict import Finding, Options, Progress, Result, Verdict
from lastput.engine.walk import FOUND, Walk
from lastput.errors import LastputError

if TYPE_CHECKING:
    from lastput.engine.walk_fast import FastWalk

DEFAULTS = Options()
#: States that the Python engine may store before 'auto' goes over to the compiled one.
SMALL = 200
#: Edges from the start to the farthest state, breadth first, after which a loop counts as one without end.
#: The tests of the shelf have at most 68.
FARTHEST = 20_000
#: Threads whose accesses can be told apart when steps are merged.
MERGED_THREADS = 62

Report = Callable[[Progress], None]


def check(
    program: Program,
    options: Options = DEFAULTS,
    progress: Report | None = None,
    resume: Snapshot | None = None,
) -> Result:
    """Explores ``program``. ``progress`` is called now and then, and may raise KeyboardInterrupt to stop
    the search. ``resume`` goes on with a search that was stopped: then reductions and order are those of
    the snapshot.

    Ctrl-C, or a limit of the options, ends the search early, with a partial result that has a
    snapshot. Raises LastputError if a limit of the model is met (``pool-overflow``, ``unbounded-loop``
    and what else ``interpret`` lists, ``value-range``), or if there seem to be states without end
    (``unbounded-loop``).
    """
    if resume is not None:
        options = msgspec.structs.replace(
            options,
            merge=resume.merge,
            symmetry=resume.symmetry,
            partial_order=resume.partial_order,
            order="dfs" if resume.order == "dfs" else "bfs",
        )
    graph = reduced_graph(program, options, resume.demoted if resume is not None else ())
    lost = None
    with Interrupt() as interrupt:
        walk, reason = _explore(graph, options, progress, interrupt, resume)
        if walk.partial is not None and walk.seen:
            lost, options = walk, msgspec.structs.replace(options, partial_order=False)
            walk, reason = _explore_whole(options, progress, interrupt, lost)
    if reason:
        reason += f"; frontier {walk.frontier}"
    findings = _findings(walk, set(walk.seen), progress)
    met = {*walk.seen, *(lost.seen if lost is not None else ())}
    if options.livelocks and walk.done and ErrorClass.DEADLOCK not in met:
        findings += _livelocks(graph, walk.stored)
    if lost is not None:
        findings += _findings(lost, lost.seen.keys() - walk.seen.keys(), progress)
    verdict = Verdict.UNSAFE if findings else Verdict.SAFE if walk.done else Verdict.UNKNOWN
    return Result(
        verdict=verdict,
        reason=reason,
        findings=findings,
        stored=walk.stored,
        transitions=walk.transitions,
        failures=walk.failures,
        depth=walk.depth,
        complete=walk.done,
        executed=walk.executed,
        blocked=walk.blocked,
        ranges=walk.observed(),
        engine="python" if isinstance(walk, Walk) else "compiled",
        demoted=graph.demotions,
        snapshot=None if walk.done else walk.snapshot(options),
    )


def reduced_graph(program: Program, options: Options, demoted: tuple[int, ...] = ()) -> Graph:
    """The graph that is searched under ``options``; ``demoted`` is what an earlier search has learned."""
    symmetry = Canonicalizer(program) if options.symmetry and program.symmetric else None
    if symmetry is not None and not symmetry.tables.classes:
        symmetry = None
    moving = sum(not t.boot for t in program.threads)
    if options.merge and moving <= MERGED_THREADS:
        return MergedGraph(program, symmetry, demoted)
    return FineGraph(program, symmetry)


def _explore(
    graph: Graph, options: Options, progress: Report | None, interrupt: Interrupt, resume: Snapshot | None
) -> tuple[Walk | FastWalk, str]:
    """The search, and why it is not complete (or "")."""
    report = _Reporter(progress, interrupt, options.order == "bfs")
    partial = None
    if options.partial_order and isinstance(graph, MergedGraph) and applies(graph):
        partial = PartialOrder(graph)
    auto = options.engine == "auto"
    if options.engine == "python" or (auto and (not resume or resume.stored < SMALL)):
        # A small search is no faster with partial order.
        slow = Walk(graph, options.order, None if auto and not resume else partial)
        if resume is not None:
            slow.restore(resume)
        most = options.max_states
        if auto:
            most = min(most, SMALL) if most else SMALL
        reason = _run(slow, most, report, slow.partial is not None)
        if not reason or report.stop() or most == options.max_states or reason == FOUND:
            return slow, reason
        if resume is not None:
            resume = slow.snapshot(options)
        if slow.seen:
            partial = None
    from lastput.engine.walk_fast import FastWalk, first_look

    if resume is not None:
        ranges = resume.ranges
    else:
        ranges, found = first_look(graph, partial)
        if found:
            partial = None
    walk = FastWalk(graph, ranges, options.order, options.max_memory, partial)
    if resume is not None:
        walk.restore(resume)
    return walk, _run(walk, options.max_states, report, partial is not None)


def _explore_whole(
    options: Options, progress: Report | None, interrupt: Interrupt, lost: Walk | FastWalk
) -> tuple[Walk | FastWalk, str]:
    """The search anew without partial order, after one that has ``lost`` the shortest ways."""
    report = _Reporter(progress, interrupt, options.order == "bfs")
    walk: Walk | FastWalk
    if isinstance(lost, Walk):
        walk = Walk(lost.graph, options.order)
    else:
        walk = type(lost)(lost.graph, lost.ranges, options.order, options.max_memory)
    return walk, _run(walk, options.max_states, report)


def _run(walk: Walk | FastWalk, most: int, report: _Reporter, until_found: bool = False) -> str:
    """Goes on with a search; gives why it is not complete (or ""). Raises LastputError ``unbounded-loop``
    if it goes too far."""
    reason = walk.run(most, report, report.stop, until_found)
    if not report.far:
        return reason
    program = walk.graph.program
    states = (
        reversed(walk.states) if isinstance(walk, Walk) else map(walk.state, range(walk.stored - 1, -1, -1))
    )
    state, edge = next((state, edge) for state in states for edge in walk.graph.edges(state))
    thread = program.threads[edge.thread]
    raise LastputError(
        "unbounded-loop",
        f"{thread.name} goes on, {FARTHEST} steps from the start, and {_growing(program, state)} grows",
        "give it a bound, as if (n < 3) n++: a value that is new each time makes a new state each time",
        program.locations[state[thread.pc]].place,
    )


def _growing(program: Program, state: State) -> str:
    """The name of what holds the greatest number."""
    numbers = [
        slot for slot, one in enumerate(program.slots) if not one.pointer and not one.name.endswith(":pc")
    ]
    most = max(numbers, key=lambda slot: abs(state[slot]), default=-1)
    return program.slots[most].name if most >= 0 else "something"


class _Reporter:
    """Passes progress on, turns a KeyboardInterrupt of the listener into a wish to stop, and stops a
    breadth-first search that goes too far."""

    def __init__(self, progress: Report | None, interrupt: Interrupt, breadth_first: bool) -> None:
        self.progress = progress
        self.interrupt = interrupt
        self.breadth_first = breadth_first
        self.far = False

    def __call__(self, what: Progress) -> None:
        self.far |= self.breadth_first and what.depth > FARTHEST
        if self.progress is not None:
            try:
                self.progress(what)
            except KeyboardInterrupt:
                self.interrupt.wanted = True

    def stop(self) -> bool:
        return self.interrupt.wanted or self.far


def _livelocks(graph: Graph, stored: int) -> tuple[Finding, ...]:
    """A deadlock in which somebody still moves, and always will."""
    stuck = goes_round(graph, stored)
    ways = shortest(graph, {ErrorClass.DEADLOCK}, stuck) if stuck else {}
    return tuple(finding(graph.program, way.fault, unfold(graph, way)) for way in ways.values())


def _findings(walk: Walk | FastWalk, wanted: set[ErrorClass], progress: Report | None) -> tuple[Finding, ...]:
    if not wanted:
        return ()
    graph = walk.graph
    note = ""
    if isinstance(walk, Walk):
        ways = shortest(graph, wanted)
    else:
        from lastput.engine.shortest_fast import shortest_fast

        ways, calm = shortest_fast(walk, wanted, progress)
        note = "" if calm else "the trace is shortest, but perhaps not with the fewest context switches"
    if not walk.done or walk.partial is not None:
        note = "the search is not complete: a shorter trace may exist"
    return tuple(
        finding(graph.program, ways[error].fault, unfold(graph, ways[error]), note) for error in sorted(ways)
    )
