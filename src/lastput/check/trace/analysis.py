"""What an analysis of an error is, and what all of them need."""

from __future__ import annotations

__all__ = [
    "Analysis",
    "Cause",
    "at",
    "counts",
    "done",
    "everything",
    "last_change",
    "life_change",
    "name_of",
    "object_of",
    "violated_at",
]

from collections.abc import Callable

import msgspec

from lastput.check.trace.budget import budget_of, inside
from lastput.check.trace.history import Event, History
from lastput.engine.verdict import Finding
from lastput.schema.trace import Budget, Change, Violated, Wait


class Cause(msgspec.Struct, frozen=True):
    """One link of the chain; ``step`` is 0 if it is no step of the trace (the error itself)."""

    step: int
    text: str


class Analysis(msgspec.Struct, frozen=True):
    """See the fields of ``Trace`` of the same names."""

    headline: str
    causes: tuple[Cause, ...]
    violated: Violated
    waits: tuple[Wait, ...] = ()
    budget: tuple[Budget, ...] = ()


def name_of(history: History, thread: int) -> str:
    """The name of a thread."""
    return history.program.threads[thread].name if thread >= 0 else "nobody"


def everything(history: History) -> tuple[Event, ...]:
    """All events, those of boot first."""
    return (*history.boot, *history.events)


def last_change(history: History, wanted: Callable[[Event, Change], bool]) -> Event | None:
    """The last event with a change that is wanted."""
    for event in reversed(everything(history)):
        if any(wanted(event, change) for change in event.changes):
            return event
    return None


def life_change(history: History, name: str, new: str) -> Event | None:
    """The event by which an object became alive or freed."""
    return last_change(
        history, lambda _, change: change.object == name and change.kind == "life" and change.new == new
    )


def at(event: Event | None, text: str) -> list[Cause]:
    """The cause that ``event`` is, if there is one."""
    return [Cause(event.n, text)] if event is not None else []


def done(history: History, event: Event | None, verb: str) -> list[Cause]:
    """The cause that ``event`` is, if there is one: who did what in which function."""
    if event is None:
        return []
    where = inside(history, event.frame, event.thread)
    return [Cause(event.n, f"{name_of(history, event.thread)} {verb}{where}")]


def violated_at(history: History, found: Finding, what: str, name: str = "") -> Violated:
    """The failing step as it stands."""
    if found.thread < 0:
        return Violated(what=what, object=name)
    ran = (
        history.events[-1] if history.last is not None and history.events and not history.last.fatal else None
    )
    if ran is not None and ran.thread == found.thread:
        # A warning: the step was taken, so it is the place where the step began that counts.
        here = history.program.locations[ran.location]
    else:
        here = history.here(found.thread)
    frame = history.frames.of(here)
    return Violated(what=what, object=name, task=found.thread, frame=frame, place=here.place, op=here.what)


def object_of(history: History, found: Finding) -> str:
    """The name of what a finding is about."""
    if found.object >= 0:
        return history.program.objects[found.object].name
    return history.namer.place(found.address) if found.address > 0 else ""


def counts(history: History, name: str) -> tuple[Budget, ...]:
    """The budget of all counts of an object."""
    return budget_of(history, lambda change: change.object == name)
