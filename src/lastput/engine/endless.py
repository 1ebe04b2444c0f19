"""Threads that go round for ever: states from which no run comes to its end, though something can move.

A run has ended where nothing moves, or where every thread that is to end has ended (others, such as a
kthread that nobody stops, may go on). A state from which no such state and no error can be reached is a
livelock: whoever is scheduled, some thread that is to end never does. It is reported as a deadlock, in a
state that can be reached from all that follow.
"""

from __future__ import annotations

__all__ = ["MOST", "goes_round", "may_spin", "stuck_states"]

from collections import deque

from lastput.engine.graph import Graph
from lastput.engine.interpret import State
from lastput.engine.kinds import step_ops
from lastput.engine.program import Kind, Program

#: States of a search that this looks at; bigger ones are not asked.
MOST = 2_000


def may_spin(program: Program) -> bool:
    """Whether some thread of the test has a loop."""
    return any(_has_loop(program, thread.entry) for thread in program.threads if thread.own)


def _has_loop(program: Program, entry: int) -> bool:
    """Whether steps can follow each other in a circle."""
    follow: dict[int, frozenset[int]] = {}
    todo = [entry]
    while todo:
        here = todo.pop()
        if here not in follow:
            targets = step_ops(program, here)[1]
            todo += targets
            follow[here] = targets
    waiting = dict.fromkeys(follow, 0)
    for targets in follow.values():
        for one in targets:
            waiting[one] += 1
    free = [one for one, before in waiting.items() if not before]
    while free:
        for one in follow.pop(free.pop()):
            waiting[one] -= 1
            if not waiting[one]:
                free.append(one)
    return bool(follow)


def _to_end(program: Program) -> tuple[int, ...]:
    """The threads that are to end: user tasks whose code can be left."""
    return tuple(
        number
        for number, thread in enumerate(program.threads)
        if thread.user and _can_end(program, thread.entry)
    )


def _can_end(program: Program, entry: int) -> bool:
    todo, seen = [entry], {entry}
    while todo:
        here = todo.pop()
        if program.locations[here].kind is Kind.END:
            return True
        for target in step_ops(program, here)[1] - seen:
            seen.add(target)
            todo.append(target)
    return False


def stuck_states(graph: Graph) -> frozenset[State]:
    """The states of livelocks that can be reached from all that follow them; none if there are more than
    MOST states."""
    program, machine = graph.program, graph.machine
    wanted = _to_end(program)
    first = graph.initial()
    index: dict[State, int] = {first: 0}
    todo = deque([first])
    arrows: list[tuple[int, int]] = []
    ended: list[int] = []
    while todo:
        state = todo.popleft()
        edges = graph.edges(state)
        here = [program.locations[state[machine.pc[number]]] for number in wanted]
        over = all(one.kind is Kind.END or one.rest for one in here)
        if not edges or over or any(edge.state is None for edge in edges):
            ended.append(index[state])
        for edge in edges:
            if edge.state is None:
                continue
            if edge.state not in index:
                if len(index) == MOST:
                    return frozenset()
                index[edge.state] = len(index)
                todo.append(edge.state)
            arrows.append((index[state], index[edge.state]))
    return _bottom(tuple(index), arrows, ended)


def _bottom(states: tuple[State, ...], arrows: list[tuple[int, int]], ended: list[int]) -> frozenset[State]:
    """Of the states that none of ``ended`` can be reached from, those that can be reached from all that
    follow."""
    after: list[list[int]] = [[] for _ in states]
    before: list[list[int]] = [[] for _ in states]
    for source, target in arrows:
        after[source].append(target)
        before[target].append(source)
    lost = set(range(len(states))) - _reached(ended, before)
    found: set[int] = set()
    while lost:
        # What can be reached shrinks until all of it can be reached from all of it.
        around = _reached([min(lost)], after)
        while apart := around - _reached([min(around)], before):
            around = _reached([min(apart)], after)
        found |= around
        lost -= _reached(list(around), before)
    return frozenset(states[number] for number in found)


def _reached(start: list[int], arrows: list[list[int]]) -> set[int]:
    seen, todo = set(start), list(start)
    while todo:
        for one in arrows[todo.pop()]:
            if one not in seen:
                seen.add(one)
                todo.append(one)
    return seen


def goes_round(graph: Graph, stored: int) -> frozenset[State]:
    """The livelocks of a program whose search stored so many states and met no deadlock."""
    if stored > MOST or not may_spin(graph.program):
        return frozenset()
    return stuck_states(graph)
