"""From a program and a schedule to a trace: everything a reader needs, nothing the engine owns."""

from __future__ import annotations

__all__ = ["Context", "build", "judge"]

import re
from collections.abc import Callable

import msgspec

from lastput.check.trace.analysis import Analysis
from lastput.check.trace.budget import budget_of
from lastput.check.trace.causes import analyse
from lastput.check.trace.history import History, run
from lastput.check.trace.kernelwords import TASK_KINDS
from lastput.check.trace.schedule import encode
from lastput.engine.interpret import describe
from lastput.engine.program import ErrorClass, Kind, Program
from lastput.engine.verdict import Finding, Schedule
from lastput.errors import LastputError, Place
from lastput.schema.trace import Budget, Frame, Obj, Source, Step, Task, Trace

_CITATION = re.compile(r"(?:/\*| \*) ([\w/.-]+\.[chS]:\d+)")
_FIRST_PID = 201  # invented, as the addresses of a splat are
_AROUND = 3  # source lines shown before and after a cause


def _nothing(_: str) -> tuple[str, ...]:
    return ()


def _no(_: str) -> bool:
    return False


class Context(msgspec.Struct, frozen=True):
    """What the program does not know of itself.

    ``file`` is the litmus test as the user would name it, ``question`` its sentence, ``options`` the
    words of the command line that decide the program. ``sources`` gives the lines of a file, ``shorten``
    the name to print for a file, ``modelled`` says whether it belongs to the modelled kernel.
    """

    file: str
    question: str = ""
    options: tuple[str, ...] = ()
    sources: Callable[[str], tuple[str, ...]] = _nothing
    shorten: Callable[[str], str] = str
    modelled: Callable[[str], bool] = _no


def judge(program: Program, error: str, schedule: Schedule) -> Finding:
    """What a schedule leads to: the error with the slug ``error`` among what its last step says.

    Raises LastputError ``bad-schedule`` if it is not that.
    """
    history = run(program, schedule)
    last = history.last
    faults = [*last.warnings, *([last.fatal] if last.fatal else [])] if last else []
    fault = next((one for one in faults if one.error.slug == error), None)
    thread = schedule[-1][0] if schedule and fault is not None else -1
    if fault is None and not any(history.machine.enabled(history.state, t) for t in history.machine.movable):
        fault = history.machine.final(history.state)
    if fault is None or fault.error.slug != error:
        raise LastputError(
            "bad-schedule",
            f"the schedule does not lead to {error}",
            "it belongs to another test, or to another version or other options of this one",
        )
    owner = program.owner[fault.address] if 0 < fault.address < len(program.owner) else -1
    return Finding(
        fault.error,
        describe(program, fault),
        schedule,
        history.state,
        thread,
        fault.address,
        owner,
        fault.text,
    )


def build(program: Program, found: Finding, context: Context) -> Trace:
    """The trace of a finding. Raises what ``history.run`` raises if it does not fit the program."""
    history = run(program, found.schedule)
    analysis = analyse(history, found)
    numbers = _numbers(analysis)
    places = _cause_places(history, analysis, context)
    short = _Shortener(context.shorten)
    steps = tuple(
        Step(
            n=event.n,
            task=event.thread,
            op=program.locations[event.location].what,
            place=short.place(program.locations[event.location].place),
            frame=event.frame,
            lands=event.lands,
            choice=event.choice,
            changes=event.changes,
            cause=numbers.get(event.n, 0),
        )
        for event in history.events
    )
    return Trace(
        error=found.error.slug,
        headline=analysis.headline,
        file=context.file,
        schedule=encode(found.error.slug, found.schedule),
        tasks=_tasks(history),
        objects=_objects(history),
        frames=tuple(short.frame(frame) for frame in history.frames.all),
        steps=steps,
        violated=msgspec.structs.replace(
            analysis.violated,
            place=short.maybe(analysis.violated.place),
            write=_write(history),
            cites=_cites(analysis.violated.place, context),
        ),
        question=context.question,
        message=found.message,
        waits=tuple(msgspec.structs.replace(wait, place=short.place(wait.place)) for wait in analysis.waits),
        budget=tuple(msgspec.structs.replace(one, place=short.place(one.place)) for one in analysis.budget),
        counts=tuple(
            msgspec.structs.replace(one, place=short.place(one.place))
            for one in _other_counts(history, analysis)
        ),
        causes=tuple(cause.text for cause in analysis.causes),
        cause_places=tuple(short.maybe(place) for place in places),
        sources=_sources(places, history, context, short),
        assumptions=program.assumptions,
        options=context.options,
        fault=_fault(program, found.error),
    )


def _numbers(analysis: Analysis) -> dict[int, int]:
    """Step number to cause number."""
    return {cause.step: number for number, cause in enumerate(analysis.causes, 1) if cause.step > 0}


def _write(history: History) -> bool:
    """Whether the last thing that the failing step tried was a store."""
    last = history.last
    return bool(last and last.fatal and last.accesses and last.accesses[-1][1])


def _cites(place: Place | None, context: Context) -> str:
    """The place in the kernel that the comment above a modelled function cites."""
    if place is None or not context.modelled(place.file):
        return ""
    lines = context.sources(place.file)[: place.line]
    found = next((match for line in reversed(lines) if (match := _CITATION.match(line))), None)
    return found[1] if found else ""


class _Shortener:
    def __init__(self, shorten: Callable[[str], str]) -> None:
        self._shorten = shorten
        self._known: dict[str, str] = {}

    def place(self, place: Place) -> Place:
        if place.file not in self._known:
            self._known[place.file] = self._shorten(place.file)
        return Place(self._known[place.file], place.line, place.column)

    def maybe(self, place: Place | None) -> Place | None:
        return self.place(place) if place is not None else None

    def frame(self, frame: Frame) -> Frame:
        return msgspec.structs.replace(frame, call=self.maybe(frame.call))


def _tasks(history: History) -> tuple[Task, ...]:
    """All threads but those of boot; one that was never spawned has no steps and stays out of views."""
    tasks = []
    for number, thread in enumerate(history.program.threads):
        kind = _kind(history.program, number)
        tasks.append(Task(number, thread.name, kind, _comm(thread.name, kind), _FIRST_PID + number))
    return tuple(tasks)


def _kind(program: Program, number: int) -> str:
    """A spawned thread is a kthread; the modelled kernel's daemons are known by name."""
    thread = program.threads[number]
    if program.locations[thread.start].kind is Kind.END:
        return "kthread"
    return dict(TASK_KINDS).get(thread.name.partition("#")[0], "user")


def _comm(name: str, kind: str) -> str:
    base, _, number = name.partition("#")
    if kind == "kworker":
        return f"kworker/{number or 0}:1"
    return {"rcu": "ksoftirqd/0", "softirq": "ksoftirqd/0"}.get(kind, base)


def _objects(history: History) -> tuple[Obj, ...]:
    """The objects that something happened to."""
    program = history.program
    touched = {change.object for event in (*history.boot, *history.events) for change in event.changes}
    texts = {text.name for text in program.texts}
    found = []
    for thing in program.objects:
        if thing.name in touched or thing.name in texts:
            kind = "module" if thing.type == "module" else "heap" if thing.heap else "global"
            found.append(Obj(thing.name, kind, thing.type))
    return tuple(found)


def _cause_places(history: History, analysis: Analysis, context: Context) -> list[Place | None]:
    """Where each cause stands in the code under test: of a step in the modelled kernel, the call."""
    at = {event.n: event for event in history.events}
    waits = [wait for wait in analysis.waits if wait.cycle] or list(analysis.waits)
    first_wait = len(analysis.causes) - len(waits)
    found: list[Place | None] = []
    for number, cause in enumerate(analysis.causes):
        event = at.get(cause.step)
        frame, place = analysis.violated.frame, analysis.violated.place
        if event is not None:
            frame, place = event.frame, history.program.locations[event.location].place
        elif waits and number >= first_wait:
            frame, place = waits[number - first_wait].frame, waits[number - first_wait].place
        found.append(_own_place(history, frame, place, context) if place is not None else None)
    return found


def _own_place(history: History, frame: int, place: Place, context: Context) -> Place:
    here = place
    while context.modelled(here.file) and frame >= 0:
        it = history.frames.all[frame]
        if it.call is None or it.up < 0:
            return place
        here, frame = it.call, it.up
    return place if context.modelled(here.file) else here


def _other_counts(history: History, analysis: Analysis) -> tuple[Budget, ...]:
    """The budget of the counts that the trace changes and that the analysis does not speak of."""
    told = {(one.object, one.field) for one in analysis.budget}
    touched = {
        (change.object, change.field)
        for event in history.events
        for change in event.changes
        if change.kind == "count"
    }
    wanted = touched - told
    return budget_of(history, lambda change: (change.object, change.field) in wanted)


def _sources(
    places: list[Place | None], history: History, context: Context, short: _Shortener
) -> tuple[Source, ...]:
    """The source lines of the causes with some around them, then those of all steps and calls."""
    wanted: list[tuple[str, int]] = []
    for place in places:
        if place is not None and place.line:
            wanted.append((place.file, place.line))
    for place in places:
        if place is not None and place.line:
            wanted += [(place.file, place.line + by) for by in range(-_AROUND, _AROUND + 1)]
    stood = [history.program.locations[event.location].place for event in history.events]
    stood += [history.here(thread).place for thread in history.machine.movable]
    wanted += [(place.file, place.line) for place in stood]
    wanted += [(frame.call.file, frame.call.line) for frame in history.frames.all if frame.call is not None]
    found: dict[tuple[str, int], Source] = {}
    for file, line in wanted:
        lines = context.sources(file)
        if 0 < line <= len(lines):
            key = (short.place(Place(file)).file, line)
            found.setdefault(key, Source(key[0], key[1], lines[line - 1]))
    return tuple(found.values())


def _fault(program: Program, error: ErrorClass) -> str:
    """Whose fault it is."""
    if program.assumptions:
        return "this may be a bug in the code: it depends on the assumptions above"
    if error is ErrorClass.LOCK_MISUSE:
        return "this is a bug in the code, or in how the test uses its locks"
    return "this is a bug in the code that the test models"
