"""Checks a program: explores every interleaving, then finds a short way to each error."""

from __future__ import annotations

__all__ = ["check"]

from collections.abc import Callable

from lastput.engine.graph import FineGraph, Graph
from lastput.engine.program import Program
from lastput.engine.shortest import shortest
from lastput.engine.trace import finding, unfold
from lastput.engine.verdict import Finding, Options, Progress, Result, Verdict
from lastput.engine.walk import Walk

#: Nodes (state, last thread) that the search for a shortest way may hold.
TRACE_BOUND = 20_000_000
DEFAULTS = Options()


def check(
    program: Program, options: Options = DEFAULTS, progress: Callable[[Progress], None] | None = None
) -> Result:
    """Explores ``program``. ``progress`` is called now and then, and may raise KeyboardInterrupt.

    Raises LastputError if a limit of the model is met (``pool-overflow``, ``unbounded-loop`` and
    what else ``interpret`` lists).
    """
    graph = FineGraph(program)
    walk = Walk(graph, options.order)
    reason = ""
    try:
        if not walk.run(options.max_states, progress):
            reason = f"stopped at {options.max_states} states; frontier {walk.frontier}"
    except KeyboardInterrupt:
        reason = f"interrupted; frontier {walk.frontier}"
    findings = _findings(graph, walk)
    verdict = Verdict.UNSAFE if findings else Verdict.SAFE if walk.done else Verdict.UNKNOWN
    return Result(
        verdict=verdict,
        reason=reason,
        findings=findings,
        stored=len(walk.states),
        transitions=walk.transitions,
        failures=walk.failures,
        depth=walk.depth,
        complete=walk.done,
        executed=tuple(graph.executed),
        blocked=tuple(graph.blocked),
        ranges=_ranges(program, walk),
    )


def _findings(graph: Graph, walk: Walk) -> tuple[Finding, ...]:
    if not walk.seen:
        return ()
    ways = shortest(graph, set(walk.seen), TRACE_BOUND)
    return tuple(
        finding(graph.program, ways[error].fault, unfold(graph, ways[error]))
        for error in sorted(walk.seen)
        if error in ways
    )


def _ranges(program: Program, walk: Walk) -> tuple[tuple[int, int], ...]:
    low = [0] * len(program.ranges)
    high = [0] * len(program.ranges)
    met = [False] * len(program.ranges)
    for number, slot in enumerate(program.slots):
        values = [state[number] for state in walk.states]
        group = slot.group
        low[group] = min(values) if not met[group] else min(low[group], *values)
        high[group] = max(values) if not met[group] else max(high[group], *values)
        met[group] = True
    return tuple(zip(low, high, strict=True))
