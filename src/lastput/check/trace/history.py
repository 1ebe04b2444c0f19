"""A schedule run again, boot threads included, with everything a trace wants to know of each step."""

from __future__ import annotations

__all__ = ["Event", "Frames", "History", "run"]

import msgspec

from lastput.check.trace.values import Namer
from lastput.engine.interpret import Interpreter, Outcome, State, Status
from lastput.engine.program import Frame as StaticFrame
from lastput.engine.program import Kind, Location, Program
from lastput.engine.verdict import Schedule
from lastput.errors import LastputError
from lastput.schema.trace import Change, Frame


class Event(msgspec.Struct, frozen=True):
    """A step that was taken: ``n`` counts from 1, and is 0 for all of boot. ``frame`` and ``lands`` index
    the frames of the history; ``writes`` are the slots that changed."""

    n: int
    thread: int
    choice: int
    location: int
    frame: int
    lands: int
    changes: tuple[Change, ...]
    writes: tuple[int, ...]
    outcome: Outcome


class Frames:
    """The call stacks met so far, as a tree; see ``Trace.frames``."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.all: list[Frame] = []
        self._known: dict[tuple[int, StaticFrame], int] = {}

    def of(self, location: Location) -> int:
        """The index of the innermost frame of a location; -1 if it has no frames."""
        up = -1
        for frame in location.frames:
            key = (up, frame)
            if key not in self._known:
                self._known[key] = len(self.all)
                module = self.program.texts[frame.text].name if frame.text >= 0 else ""
                self.all.append(Frame(up, frame.function, module, frame.call, frame.args, frame.tail))
            up = self._known[key]
        return up


class History(msgspec.Struct, frozen=True):
    """``boot`` and ``events`` in order; ``last`` is the outcome of the last step of the schedule, which is
    no event if it failed; ``state`` is the state before a failing step, else the last one."""

    program: Program
    namer: Namer
    machine: Interpreter
    frames: Frames
    boot: tuple[Event, ...]
    events: tuple[Event, ...]
    state: State
    last: Outcome | None

    def here(self, thread: int) -> Location:
        """Where a thread stands in the end."""
        return self.program.locations[self.state[self.program.threads[thread].pc]]


def run(program: Program, schedule: Schedule) -> History:
    """Run ``schedule`` from the first state.

    Raises LastputError ``bad-schedule`` if a step does not exist or is not enabled, and what
    ``Interpreter.step`` and ``boot`` raise.
    """
    machine = Interpreter(program)
    first = machine.boot()
    frames = Frames(program)
    namer = Namer(program)
    boot = _boot(machine, frames, namer)
    events: list[Event] = []
    state = first
    last: Outcome | None = None
    for number, (thread, choice) in enumerate(schedule, 1):
        if last is not None and last.status is Status.ERROR:
            raise _impossible(number, thread, choice)
        last = _step(machine, state, thread, choice)
        if last is None or last.status is Status.BLOCKED:
            raise _impossible(number, thread, choice)
        if last.status is Status.OK:
            events.append(_event(machine, frames, namer, number, state, thread, choice, last))
            state = last.state
    return History(program, namer, machine, frames, boot, tuple(events), state, last)


def _step(machine: Interpreter, state: State, thread: int, choice: int) -> Outcome | None:
    if thread not in machine.movable or machine.ends[state[machine.pc[thread]]]:
        return None
    outcome = machine.step(state, thread)
    if choice:
        return machine.step(state, thread, choice) if choice < outcome.choices else None
    return outcome


def _boot(machine: Interpreter, frames: Frames, namer: Namer) -> tuple[Event, ...]:
    """The steps of the boot threads; ``machine.boot`` has found nothing wrong with them."""
    program = machine.program
    state: State = tuple(slot.init for slot in program.slots)
    events = []
    for index, thread in enumerate(program.threads):
        while thread.boot and program.locations[state[thread.pc]].kind is not Kind.END:
            outcome = machine.step(state, index)
            events.append(_event(machine, frames, namer, 0, state, index, 0, outcome))
            state = outcome.state
    return tuple(events)


def _event(
    machine: Interpreter,
    frames: Frames,
    namer: Namer,
    n: int,
    state: State,
    thread: int,
    choice: int,
    outcome: Outcome,
) -> Event:
    program = machine.program
    pc = machine.pc[thread]
    before, after = program.locations[state[pc]], program.locations[outcome.state[pc]]
    writes = tuple(
        slot for slot, (old, new) in enumerate(zip(state, outcome.state, strict=True)) if old != new
    )
    changes = []
    for slot in writes:
        cell = namer.cell(slot)
        if cell is not None:
            old, new = namer.value(slot, state[slot]), namer.value(slot, outcome.state[slot])
            changes.append(Change(cell.object, cell.field, old, new, cell.kind))
    return Event(
        n, thread, choice, state[pc], frames.of(before), frames.of(after), _order(changes), writes, outcome
    )


def _order(changes: list[Change]) -> tuple[Change, ...]:
    """Counts first, then lives; fields that a free has wiped are not told."""
    freed = {change.object for change in changes if change.field == "life" and change.new == "freed"}
    told = [change for change in changes if change.object not in freed or change.kind == "life"]
    rank = {"count": 0, "state": 1, "life": 2, "lock": 3, "data": 4}
    return tuple(sorted(told, key=lambda change: rank[change.kind]))


def _impossible(number: int, thread: int, choice: int) -> LastputError:
    return LastputError(
        "bad-schedule",
        f"step {number} of the schedule, thread {thread} choice {choice}, is not possible",
        "it belongs to another test, or to another version or other options of this one",
    )
