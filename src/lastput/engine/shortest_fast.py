"""Short ways with the compiled machine, over the states that a ``FastWalk`` has stored."""

from __future__ import annotations

__all__ = ["shortest_fast"]

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from lastput.engine.graph import Edge, Graph
from lastput.engine.native import call
from lastput.engine.program import ErrorClass
from lastput.engine.shortest import Way
from lastput.engine.signals import (
    BUCKETS,
    DONE,
    FULL,
    G_CHOICE,
    G_LAST,
    G_NODE,
    G_SET,
    G_THREAD,
    GOAL,
    MARGIN,
    O_SLOT,
    O_VALUE,
    PAUSE,
    R_ENTRIES,
    R_LASTS,
    R_LEVEL,
    R_WAITING,
    R_WANTED,
    RANGE,
    ROUTE,
)
from lastput.engine.verdict import Progress
from lastput.engine.walk_fast import FastWalk
from lastput.errors import InternalError

#: Bytes of each node, lists not counted.
NODE = 13


def shortest_fast(
    walk: FastWalk, wanted: set[ErrorClass], report: Callable[[Progress], None] | None = None
) -> tuple[dict[ErrorClass, Way], bool]:
    """Ways to the wanted classes, and whether they have the fewest switches too: where memory does not
    allow that, they are only shortest. Classes that are not met in the stored states are missing."""
    stored = walk.stored
    threads = len(walk.graph.machine.movable)
    lasts = threads + 1 if stored * (threads + 1) * NODE <= walk.limit // 2 else 1
    nodes = stored * lasts
    steps_to = np.zeros(nodes, dtype=np.uint16)
    switches_to = np.zeros(nodes, dtype=np.uint16)
    before = np.zeros(2 * nodes, dtype=np.uint32)
    settled = np.zeros(nodes, dtype=np.uint8)
    first = np.full(BUCKETS, -1, dtype=np.int64)
    tail = first.copy()
    entries = np.zeros(4 * MARGIN, dtype=np.int64)
    counters = np.zeros(ROUTE, dtype=np.int64)
    counters[R_LASTS] = lasts
    counters[R_WANTED] = sum(1 << error for error in wanted)
    steps_to[0] = 1
    first[0] = tail[0] = 0
    entries[1] = -1
    counters[R_ENTRIES] = counters[R_WAITING] = 1
    arguments = walk.arguments()
    while True:
        status = call(
            "route",
            *walk.states(),
            walk.ctl,
            counters,
            steps_to,
            switches_to,
            before,
            settled,
            first,
            tail,
            entries,
            *arguments,
        )
        if status == DONE:
            break
        if status == FULL:
            entries = np.concatenate((entries, np.zeros(len(entries), dtype=np.int64)))
        elif status == RANGE:
            # A walk that was resumed has not run the steps of its first states.
            walk.fit(int(walk.out[O_SLOT]), int(walk.out[O_VALUE]))
            return shortest_fast(walk, wanted, report)
        elif status != PAUSE:
            raise InternalError(f"the search for a trace stopped with status {status}")
        elif report is not None:
            made = int(counters[R_ENTRIES])
            waiting = int(counters[R_WAITING])
            report(Progress("trace", made, made, int(counters[R_LEVEL]), waiting))
    ways = {}
    for error in sorted(wanted):
        goal = counters[GOAL + error * 8 : GOAL + error * 8 + 8].tolist()
        if goal[G_SET]:
            path = _path(goal[G_NODE], lasts, before)
            ways[error] = _way(walk, error, path, steps_to, lasts, goal)
    return ways, lasts > 1


def _path(node: int, lasts: int, before: NDArray[np.uint32]) -> list[int]:
    """The nodes from the start."""
    path = [node]
    while node:
        node = int(before[2 * node]) * lasts + (int(before[2 * node + 1]) if lasts > 1 else 0)
        path.append(node)
    return path[::-1]


def _way(
    walk: FastWalk,
    error: ErrorClass,
    path: list[int],
    steps_to: NDArray[np.uint16],
    lasts: int,
    goal: list[int],
) -> Way:
    graph: Graph = walk.graph
    movable = graph.machine.movable
    edges: list[Edge] = []
    state = walk.state(path[0] // lasts)
    for here, there in pairwise(path):
        target = walk.state(there // lasts)
        steps = int(steps_to[there]) - int(steps_to[here])
        thread = movable[there % lasts - 1] if lasts > 1 else -1
        for edge in graph.edges(state):
            if edge.state == target and edge.steps == steps and thread in (edge.thread, -1):
                edges.append(edge)
                break
        else:
            raise InternalError("the compiled search for a trace went where the interpreter does not")
        state = target
    if goal[G_THREAD] < 0:
        fault = graph.machine.final(state)
        if fault is None:
            raise InternalError("the compiled search for a trace ended where nothing is wrong")
        return Way(tuple(edges), 0, fault)
    thread = movable[goal[G_THREAD]]
    for edge in graph.edges(state):
        if (edge.thread, edge.choice) == (thread, goal[G_CHOICE]):
            faults = [(w, at) for w, at in edge.warnings if w.error is error]
            if edge.fatal is not None and edge.fatal.error is error:
                faults.append((edge.fatal, edge.steps))
            for fault, at in faults:
                if at == goal[G_LAST]:
                    return Way((*edges, edge), at, fault)
    raise InternalError("the compiled search for a trace met an error that the interpreter does not")
