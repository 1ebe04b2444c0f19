"""A run that somebody steers: which threads can move, take a step, go back.

The schedule is the only state; everything else is run again from it, which takes milliseconds.
"""

from __future__ import annotations

__all__ = ["Stepper"]

from lastput.check.trace.history import Event, History, run
from lastput.engine.interpret import Fault, Status
from lastput.engine.program import Kind, Program
from lastput.engine.verdict import Schedule
from lastput.errors import LastputError
from lastput.schema.trace import Change


class Stepper:
    """A position in the state space of a program: the first state, and a schedule from there."""

    def __init__(self, program: Program, schedule: Schedule = ()) -> None:
        self.program = program
        self.history: History = run(program, schedule)
        self.schedule: Schedule = schedule

    def go(self, schedule: Schedule) -> None:
        """Stand at the end of ``schedule``. Raises LastputError ``bad-schedule``, and then stays."""
        self.history = run(self.program, schedule)
        self.schedule = schedule

    def undo(self, steps: int) -> None:
        """Go back; no further than to the first state."""
        self.go(self.schedule[: max(0, len(self.schedule) - steps)])

    @property
    def threads(self) -> tuple[int, ...]:
        """All threads but those of boot."""
        return tuple(self.history.machine.movable)

    def ended(self, thread: int) -> bool:
        """Whether a thread has finished, or was not started."""
        return self.history.here(thread).kind is Kind.END

    def choices(self, thread: int) -> tuple[int, ...]:
        """The steps of a thread that are enabled, by choice; () if it has none, or the run is over."""
        if self.broken is not None and self.broken.error.slug != "warn":
            return ()
        machine, state = self.history.machine, self.history.state
        if self.ended(thread):
            return ()
        first = machine.step(state, thread)
        return tuple(
            choice
            for choice in range(max(first.choices, 1))
            if machine.step(state, thread, choice).status is not Status.BLOCKED
        )

    def take(self, thread: int, choice: int = 0) -> None:
        """Take one step. Raises LastputError ``not-enabled`` if it is not possible."""
        able = self.choices(thread)
        if choice not in able:
            name = self.program.threads[thread].name
            ways = ", ".join(f"{name}.{one}" for one in able if one) if able else ""
            raise LastputError(
                "not-enabled",
                f"{name} cannot take that step here",
                f"it can: {name}{', ' if ways else ''}{ways}" if able else "let another thread run, or undo",
            )
        self.go((*self.schedule, (thread, choice)))

    def run_on(self, thread: int) -> int:
        """Let a thread run until it changes a count, a life or a state, has to wait or to choose, or goes
        wrong; gives the number of steps."""
        taken = 0
        while len(able := self.choices(thread)) == 1:
            self.take(thread, able[0])
            taken += 1
            if self.broken or self.last is None or any(_tells(one) for one in self.last.changes):
                break
        return taken

    @property
    def last(self) -> Event | None:
        """The last step that was taken, if it did not fail."""
        return self.history.events[-1] if self.history.events else None

    @property
    def broken(self) -> Fault | None:
        """What is wrong here: with the last step, or with the state if no thread can move."""
        outcome = self.history.last
        if outcome is not None and (outcome.fatal or outcome.warnings):
            return outcome.fatal or outcome.warnings[0]
        machine, state = self.history.machine, self.history.state
        if any(machine.enabled(state, thread) for thread in machine.movable):
            return None
        return machine.final(state)


def _tells(change: Change) -> bool:
    return change.kind in ("count", "life", "state")
