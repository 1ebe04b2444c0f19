"""Checks a program: explores every interleaving, then finds a short way to each error."""

from __future__ import annotations

__all__ = ["check", "reduced_graph"]

from collections.abc import Callable
from typing import TYPE_CHECKING

from lastput.engine.blocks import MergedGraph
from lastput.engine.canonical import Canonicalizer
from lastput.engine.graph import FineGraph, Graph
from lastput.engine.pack import learn, stretch
from lastput.engine.program import Program
from lastput.engine.sample import walks
from lastput.engine.shortest import shortest
from lastput.engine.trace import finding, unfold
from lastput.engine.verdict import Finding, Options, Progress, Result, Verdict
from lastput.engine.walk import Walk

if TYPE_CHECKING:
    from lastput.engine.walk_fast import FastWalk

DEFAULTS = Options()
#: States that the Python engine may store before 'auto' goes over to the compiled one.
SMALL = 2_000
#: States from which the compiled engine learns value ranges, if the Python one has not run before.
SAMPLE = 600
#: Threads whose accesses can be told apart when steps are merged.
MERGED_THREADS = 62

Report = Callable[[Progress], None]


def check(program: Program, options: Options = DEFAULTS, progress: Report | None = None) -> Result:
    """Explores ``program``. ``progress`` is called now and then, and may raise KeyboardInterrupt.

    Raises LastputError if a limit of the model is met (``pool-overflow``, ``unbounded-loop`` and
    what else ``interpret`` lists, ``value-range``).
    """
    graph = reduced_graph(program, options)
    slow = Walk(graph, options.order)
    walk: Walk | FastWalk = slow
    reason = ""
    try:
        if options.engine != "numba":
            few = SMALL if options.engine == "auto" else 0
            most = min(few, options.max_states) if few and options.max_states else few or options.max_states
            walk.run(most, progress)
            if not walk.done and most == options.max_states:
                reason = f"stopped at {options.max_states} states"
        if not walk.done and not reason and options.engine != "python":
            walk = _fast(graph, slow, options)
            limit = walk.run(options.max_states, progress)
            reason = f"stopped at {limit}" if limit else ""
    except KeyboardInterrupt:
        reason = "interrupted"
    if reason:
        reason += f"; frontier {walk.frontier}"
    findings = _findings(graph, walk, progress)
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
        engine="python" if isinstance(walk, Walk) else "numba",
        demoted=tuple(sorted(graph.demoted)) if isinstance(graph, MergedGraph) else (),
    )


def reduced_graph(program: Program, options: Options) -> Graph:
    """The graph that is searched under ``options``."""
    symmetry = Canonicalizer(program) if options.symmetry and program.symmetric else None
    if symmetry is not None and not symmetry.tables.classes:
        symmetry = None
    moving = sum(not t.boot for t in program.threads)
    if options.merge and moving <= MERGED_THREADS:
        return MergedGraph(program, symmetry)
    return FineGraph(program, symmetry)


def _fast(graph: Graph, walk: Walk, options: Options) -> FastWalk:
    """The compiled search, with what the Python one has learned."""
    from lastput.engine.walk_fast import FastWalk

    if walk.stored == 1:
        walk.run(SAMPLE)
    far = walks(graph.program)
    if isinstance(graph.symmetry, Canonicalizer):
        far += [graph.symmetry.canonical(state) for state in far]
    ranges = stretch(graph.program, learn(graph.program, [*walk.states, *far]))
    return FastWalk(graph, ranges, options.order, options.max_memory)


def _findings(graph: Graph, walk: Walk | FastWalk, progress: Report | None) -> tuple[Finding, ...]:
    wanted = set(walk.seen)
    if not wanted:
        return ()
    note = ""
    if isinstance(walk, Walk):
        ways = shortest(graph, wanted)
    else:
        from lastput.engine.shortest_fast import shortest_fast

        ways, calm = shortest_fast(walk, wanted, progress)
        note = "" if calm else "shortest, but perhaps not with the fewest context switches"
    return tuple(
        finding(graph.program, ways[error].fault, unfold(graph, ways[error]), note) for error in sorted(ways)
    )
