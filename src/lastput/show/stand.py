"""Where everybody stands, as text: objects with their counts and lives, threads with their stacks."""

from __future__ import annotations

__all__ = ["stand"]

from collections.abc import Callable

from lastput.check.trace.history import History
from lastput.check.trace.kernelwords import INLINE, PLUMBING, is_hidden
from lastput.check.trace.waits import wait_of
from lastput.engine.interpret import describe
from lastput.engine.program import Location
from lastput.show.stepper import Stepper


def stand(stepper: Stepper, shorten: Callable[[str], str] = str) -> str:
    """The last step, the objects, the threads; ``shorten`` gives the name to print for a file."""
    rows = [*_last(stepper, shorten), *_objects(stepper), *_threads(stepper, shorten)]
    broken = stepper.broken
    if broken is not None:
        rows += ["", f"*** {broken.error.slug}: {describe(stepper.program, broken)} ***"]
    elif not any(stepper.choices(thread) for thread in stepper.threads):
        rows += ["", "every thread has come to its end, and nothing went wrong"]
    return "\n".join(rows) + "\n"


def _last(stepper: Stepper, shorten: Callable[[str], str]) -> list[str]:
    event = stepper.last
    if event is None or len(stepper.history.events) < len(stepper.schedule):
        return [f"step {len(stepper.schedule)}"]
    here = stepper.program.locations[event.location]
    name = stepper.program.threads[event.thread].name
    rows = [f"step {event.n}  {name}: {_next(here, shorten)}"]
    rows += [f"    {one.object}.{one.field} {one.old} -> {one.new}" for one in event.changes]
    return rows


def _next(here: Location, shorten: Callable[[str], str]) -> str:
    return f"{here.what or '...'}  [{shorten(here.place.file)}:{here.place.line}]"


def _objects(stepper: Stepper) -> list[str]:
    """A line for each object with a count, a life or a state, and for each lock that is held."""
    history = stepper.history
    tasks = {f"&{thread.name}" for thread in stepper.program.threads}
    values: dict[str, list[str]] = {}
    gone: set[str] = set()
    unused: set[str] = set()
    for slot, number in enumerate(history.state):
        cell = history.namer.cell(slot)
        if cell is None:
            continue
        value = history.namer.value(slot, number)
        if cell.kind == "life" and value == "unused":
            unused.add(cell.object)
        elif cell.kind == "life" and value in ("gone", "freed"):
            gone.add(cell.object)
            values.setdefault(cell.object, []).append("text gone" if cell.field == "text" else value)
        elif cell.kind in ("count", "state"):
            shown = "0, base taken" if value == "-1" else value
            values.setdefault(cell.object, []).append(f"{cell.field} {shown}")
        elif cell.field.rpartition(".")[2] == "owner" and value in tasks:
            values.setdefault(cell.object, []).append(f"{cell.field} {value[1:]}")
    names = [name for name in values if name not in unused]
    width = max((len(name) for name in names), default=0)
    return ["  objects"] + [f"    {name:{width}}  {_parts(values[name], name in gone)}" for name in names]


def _parts(parts: list[str], gone: bool) -> str:
    return next(part for part in parts if part in ("freed", "text gone")) if gone else ", ".join(parts)


def _threads(stepper: Stepper, shorten: Callable[[str], str]) -> list[str]:
    history, program = stepper.history, stepper.program
    width = max(len(program.threads[thread].name) for thread in stepper.threads)
    rows = ["  threads"]
    for thread in stepper.threads:
        stack = _stack(history, thread)
        rows.append(f"    {program.threads[thread].name:{width}}  {_doing(stepper, thread, shorten)}")
        if stack:
            rows.append(f"    {'':{width}}    in {stack}")
    return rows


def _doing(stepper: Stepper, thread: int, shorten: Callable[[str], str]) -> str:
    here = stepper.history.here(thread)
    if stepper.ended(thread):
        return "ended, or not started"
    able = stepper.choices(thread)
    if able:
        ways = f"  ({len(able)} ways: {', '.join(f'.{one}' for one in able)})" if len(able) > 1 else ""
        return f"next: {_next(here, shorten)}{ways}"
    if here.rest:
        return "idle"
    if stepper.broken is not None and stepper.broken.error.slug != "deadlock":
        return f"at: {_next(here, shorten)}"
    wait = wait_of(stepper.history, thread).wait
    who = f", which {stepper.program.threads[wait.holder].name} {wait.how}" if wait.holder >= 0 else ""
    return f"waits for {wait.what}{who}"


def _stack(history: History, thread: int) -> str:
    """The open frames, outermost first; those in a module name it, or say that its text is gone."""
    here = history.here(thread)
    body = history.program.threads[thread].name.partition("#")[0]
    shown = []
    for number, frame in enumerate(here.frames):
        name = frame.function
        passed = name in PLUMBING and number < len(here.frames) - 1
        if is_hidden(name) or name in INLINE or passed or (number == 0 and name == body):
            continue
        module = history.program.texts[frame.text] if frame.text >= 0 else None
        gone = module is not None and module.life >= 0 and history.state[module.life] != 1
        mark = f" [{module.name}{': TEXT GONE' if gone else ''}]" if module else ""
        shown.append(f"{name}(){mark}")
    return " > ".join(shown)
