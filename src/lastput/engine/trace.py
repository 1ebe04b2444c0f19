"""Replays schedules, and turns ways through a reduced graph into schedules of single steps."""

from __future__ import annotations

__all__ = ["finding", "replay", "unfold"]

from lastput.engine.graph import Edge, Graph
from lastput.engine.interpret import Fault, Interpreter, Outcome, State, Status, describe
from lastput.engine.program import Program
from lastput.engine.shortest import Way
from lastput.engine.verdict import Finding, Schedule
from lastput.errors import InternalError, LastputError


def replay(program: Program, schedule: Schedule) -> tuple[State, list[Outcome]]:
    """The state after the boot threads, and what each step of the schedule did.

    A failing step can only be the last. Raises LastputError ``bad-schedule`` if a step is not
    enabled or its thread or choice does not exist.
    """
    machine = Interpreter(program)
    first = state = machine.boot()
    outcomes: list[Outcome] = []
    for number, (thread, choice) in enumerate(schedule, 1):
        outcome = None
        if thread in machine.movable and not machine.ends[state[machine.pc[thread]]]:
            outcome = machine.step(state, thread)
            if 0 < choice < outcome.choices:
                outcome = machine.step(state, thread, choice)
            elif choice:
                outcome = None
        failed = bool(outcomes) and outcomes[-1].status is Status.ERROR
        if failed or outcome is None or outcome.status is Status.BLOCKED:
            raise LastputError(
                "bad-schedule",
                f"step {number} of the schedule, thread {thread} choice {choice}, is not possible",
                "the schedule belongs to another test, or to another version or options of this one",
            )
        outcomes.append(outcome)
        state = outcome.state
    return first, outcomes


def unfold(graph: Graph, way: Way) -> Schedule:
    """The schedule of a way found in ``graph``. With symmetry, states of the way stand for their
    permutations: the schedule is found again step by step from the concrete first state."""
    symmetry = graph.symmetry
    if symmetry is None:
        return way.schedule()
    state = graph.machine.boot()
    steps: list[tuple[int, int]] = []
    last = -1
    for number, wanted in enumerate(way.edges, 1):
        final = number == len(way.edges)
        for edge in sorted(graph.concrete_edges(state), key=lambda e: e.thread != last):
            if _same(edge, wanted, symmetry.canonical(edge.state) if edge.state else None):
                break
        else:
            raise InternalError("a way through the reduced graph does not unfold")
        steps.extend(edge.schedule(way.last_steps if final else 0))
        if edge.state is not None:
            state = edge.state
        last = edge.thread
    return tuple(steps)


def _same(edge: Edge, wanted: Edge, state: State | None) -> bool:
    return (
        edge.steps == wanted.steps
        and state == wanted.state
        and (edge.fatal is None) == (wanted.fatal is None)
        and (edge.fatal is None or wanted.fatal is None or edge.fatal.error is wanted.fatal.error)
        and [(w.error, at) for w, at in edge.warnings] == [(w.error, at) for w, at in wanted.warnings]
    )


def finding(program: Program, fault: Fault, schedule: Schedule, note: str = "") -> Finding:
    """The finding that a schedule leads to, with what its last step says of it."""
    state, outcomes = replay(program, schedule)
    thread = -1
    if outcomes:
        last = outcomes[-1]
        state = last.state
        seen = (*last.warnings, last.fatal) if last.fatal else last.warnings
        for candidate in seen:
            if candidate.error is fault.error:
                fault, thread = candidate, schedule[-1][0]
                break
    if thread < 0:
        fault = Interpreter(program).final(state) or fault
    address = fault.address
    owner = program.owner[address] if 0 < address < len(program.owner) else -1
    return Finding(
        error=fault.error,
        message=describe(program, fault),
        schedule=schedule,
        state=state,
        thread=thread,
        address=address,
        object=owner,
        text=fault.text,
        note=note,
    )
