"""Why it came to the error: numbered causes, what was violated, why nothing stopped it.

One function a class of error, from the history of the run to an ``Analysis``.
"""

from __future__ import annotations

__all__ = ["Analysis", "Cause", "analyse"]

from collections.abc import Callable

import msgspec

from lastput.engine.program import ErrorClass
from lastput.engine.verdict import Finding
from lastput.schema.trace import Budget, Change, Violated, Wait
from lastput.show.budget import budget_of, caller, function_of, put_text
from lastput.show.history import Event, History
from lastput.show.kernelwords import ATOMIC_ENTRIES, HOLDS, UNLOADERS
from lastput.show.waits import stuck


class Cause(msgspec.Struct, frozen=True):
    """One link of the chain; ``step`` is 0 if it is no step of the trace (the error itself)."""

    step: int
    text: str


class Analysis(msgspec.Struct, frozen=True):
    headline: str
    causes: tuple[Cause, ...]
    violated: Violated
    waits: tuple[Wait, ...] = ()
    budget: tuple[Budget, ...] = ()


def analyse(history: History, found: Finding) -> Analysis:
    """The analysis that fits the class of the error."""
    return _BY_CLASS.get(found.error, _plain)(history, found)


# --- helpers ------------------------------------------------------------------------------------


def _name(history: History, thread: int) -> str:
    return history.program.threads[thread].name if thread >= 0 else "nobody"


def _everything(history: History) -> tuple[Event, ...]:
    return (*history.boot, *history.events)


def _last(history: History, wanted: Callable[[Event, Change], bool]) -> Event | None:
    """The last event with a change that is wanted."""
    for event in reversed(_everything(history)):
        if any(wanted(event, change) for change in event.changes):
            return event
    return None


def _life(history: History, name: str, new: str) -> Event | None:
    return _last(
        history, lambda _, change: change.object == name and change.kind == "life" and change.new == new
    )


def _at(event: Event | None, text: str) -> list[Cause]:
    return [Cause(event.n, text)] if event is not None else []


def _done(history: History, event: Event | None, verb: str) -> list[Cause]:
    """The cause that ``event`` is, if there is one: who did what in which function."""
    if event is None:
        return []
    return [Cause(event.n, f"{_name(history, event.thread)} {verb} in {caller(history, event.frame)}()")]


def _violated(history: History, found: Finding, what: str, name: str = "") -> Violated:
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


def _object(history: History, found: Finding) -> str:
    if found.object >= 0:
        return history.program.objects[found.object].name
    return history.namer.place(found.address) if found.address > 0 else ""


def _counts(history: History, name: str) -> tuple[Budget, ...]:
    return budget_of(history, lambda change: change.object == name)


# --- one function a class -----------------------------------------------------------------------


def _unmapped(history: History, found: Finding) -> Analysis:
    program = history.program
    here = history.here(found.thread)
    text = found.text if found.text >= 0 else here.text
    module = program.texts[text].name if text >= 0 else _object(history, found)
    who = _name(history, found.thread)
    frame = history.frames.of(here)
    inside = []
    walk = frame
    while walk >= 0:
        if history.frames.all[walk].module == module:
            inside.append(walk)
        walk = history.frames.all[walk].up
    inside.reverse()
    put, unmap, why, budget = _unload(history, module)
    function = function_of(history, frame)
    verb = _arrival(history, found.thread)
    causes = [
        *_at(put, _last_put_text(history, put)),
        *_at(unmap, f"{_name(history, unmap.thread if unmap else -1)} unmaps {module}.ko"),
        Cause(0, f"{who} {verb} {function}(), whose text is gone"),
    ]
    violated = Violated(
        what=f"text of {module} is mapped while a task has to run in it",
        object=module,
        module=module,
        task=found.thread,
        frame=frame,
        place=here.place,
        op=here.what,
        inside=tuple(inside),
        why=why,
    )
    return Analysis(
        f"{who} {verb} {function}() after {module}.ko was unmapped", tuple(causes), violated, (), budget
    )


def _arrival(history: History, thread: int) -> str:
    """How the thread came to where it stands: by a return, by a call, or it just stood there."""
    event = next((one for one in reversed(history.events) if one.thread == thread), None)
    if event is None:
        return "is still in"
    before, after = _depth(history, event.frame), _depth(history, event.lands)
    return "returns to" if after < before else "calls" if after > before else "goes on in"


def _depth(history: History, frame: int) -> int:
    count = 0
    while frame >= 0:
        count, frame = count + 1, history.frames.all[frame].up
    return count


def _unload(
    history: History, module: str
) -> tuple[Event | None, Event | None, tuple[str, ...], tuple[Budget, ...]]:
    """The last put before ``module`` went, the unmapping, why nothing pinned it, who counted what."""
    unmap = _last(
        history, lambda _, change: (change.object, change.field, change.new) == (module, "text", "gone")
    )
    # A user of the module pins it by a reference of its own, until it is unloaded itself.
    gone = {
        change.object
        for event in history.events
        for change in event.changes
        if change.field == "text" and change.new == "gone"
    } | {module}
    put = _last(history, lambda event, change: change.object in gone and _is_put(history, event, change))
    budget = budget_of(history, lambda change: change.object in gone and change.field == "refs")
    why: list[str] = []
    if put is not None:
        text, caller_frame = put_text(history, put)
        inside = history.frames.all[caller_frame].module if caller_frame >= 0 else ""
        name = next(
            change.object for change in put.changes if change.object in gone and change.field == "refs"
        )
        if inside:
            why.append(f"the last reference to {name} is put by {text}, which is itself text of {inside}.ko")
        else:
            why.append(f"after {text} has put the last reference to {name}, no other is held for this task")
    else:
        why.append(f"nothing ever holds a reference to {' or '.join(sorted(gone))} for this task")
    return put, unmap, tuple(why), budget


def _is_put(history: History, event: Event, change: Change) -> bool:
    if change.field != "refs" or event.n == 0:
        return False
    try:
        if int(change.new) >= int(change.old):
            return False
    except ValueError:
        return False
    frame = event.frame
    while frame >= 0:
        if history.frames.all[frame].function in UNLOADERS:
            return False
        frame = history.frames.all[frame].up
    return True


def _last_put_text(history: History, put: Event | None) -> str:
    if put is None:
        return ""
    names = [change.object for change in put.changes if change.field == "refs"]
    left = next((change.new for change in put.changes if change.field == "refs"), "0")
    what = "the last reference" if left == "0" else "a reference"
    return f"{_name(history, put.thread)} drops {what} to {names[0]} in {caller(history, put.frame)}()"


def _use_after_free(history: History, found: Finding) -> Analysis:
    name = _object(history, found)
    who = _name(history, found.thread)
    texts = [text.name for text in history.program.texts]
    owner = history.program.objects[found.object].text if found.object >= 0 else -1
    if owner >= 0 and history.program.objects[found.object].pool < 0:
        module = texts[owner]
        put, unmap, why, budget = _unload(history, module)
        violated = _violated(history, found, f"data of {module} is mapped while a task uses {name}", name)
        violated = msgspec.structs.replace(violated, module=module, why=why)
        causes = [
            *_at(put, _last_put_text(history, put)),
            *_at(unmap, f"{_name(history, unmap.thread if unmap else -1)} unmaps {module}.ko"),
            Cause(0, f"{who} uses {name}, which is gone with it"),
        ]
        return Analysis(
            f"{who} uses {name} after {module}.ko was unmapped", tuple(causes), violated, (), budget
        )
    free = _life(history, name, "freed")
    field = history.namer.place(found.address) or name
    function = function_of(history, _violated(history, found, "").frame)
    causes = [
        *_done(history, free, f"frees {name}"),
        Cause(0, f"{who} uses {field} in {function}()"),
    ]
    what = f"{name} is alive when {field} is used"
    before = f" after {_name(history, free.thread)} freed it" if free else ", which was never allocated"
    headline = f"{who} uses {name}{before}"
    return Analysis(
        headline, tuple(causes), _violated(history, found, what, name), (), _counts(history, name)
    )


def _double_free(history: History, found: Finding) -> Analysis:
    name = _object(history, found)
    who = _name(history, found.thread)
    free = _life(history, name, "freed")
    function = caller(history, _violated(history, found, "").frame)
    causes = [
        *_done(history, free, f"frees {name}"),
        Cause(0, f"{who} frees it again in {function}()"),
    ]
    headline = f"{who} frees {name} a second time" if free else f"{who} frees {name or 'what is no object'}"
    violated = _violated(history, found, f"{name or 'what is freed'} is alive when it is freed", name)
    return Analysis(headline, tuple(causes), violated, (), _counts(history, name))


def _refcount(history: History, found: Finding) -> Analysis:
    place = history.namer.place(found.address) if found.address > 0 else ""
    cell = None
    if found.address > 0 and history.program.cells[found.address] >= 0:
        cell = history.namer.cell(history.program.cells[found.address])
    name, field = (cell.object, cell.field) if cell else (_object(history, found), "")
    who = _name(history, found.thread)

    def emptied(_: Event, change: Change) -> bool:
        return (change.object, change.field) == (name, field) and change.new == "0"

    last = _last(history, emptied)
    function = caller(history, _violated(history, found, "").frame)
    under = found.error is ErrorClass.REFCOUNT_UNDERFLOW
    done = "puts a reference that nobody holds" if under else "takes a reference from 0"
    causes = [
        *_done(history, last, "puts the last one"),
        Cause(0, f"{who} {done} in {function}()"),
    ]
    what = f"{place or name or 'the count'} is above 0"
    budget = budget_of(history, lambda change: (change.object, change.field) == (name, field))
    violated = _violated(history, found, what, name)
    return Analysis(f"{who} {done}: {place or name}", tuple(causes), violated, (), budget)


def _deadlock(history: History, found: Finding) -> Analysis:
    chain = stuck(history)
    cycle = [one.wait for one in chain if one.wait.cycle]
    causes: list[Cause] = []
    for one in chain:
        if one.wait.cycle and one.taken is not None:
            how = _taking(one.wait)
            causes += _at(one.taken, f"{_name(history, one.wait.holder)} {how} {one.wait.what}")
    causes.sort(key=lambda cause: cause.step)
    waits = cycle or [one.wait for one in chain]
    for wait in waits:
        function = function_of(history, wait.frame)
        causes.append(Cause(0, f"{_name(history, wait.task)} waits for {wait.what} in {function}()"))
    if len(cycle) == 1:
        headline = (
            f"{_name(history, cycle[0].task)} waits for {cycle[0].what}, which it {cycle[0].how} itself"
        )
    elif cycle:
        headline = " and ".join(_name(history, wait.task) for wait in cycle) + " wait for each other"
    else:
        headline = (
            " and ".join(_name(history, wait.task) for wait in waits) + " waits for what nobody will do"
        )
    named = next((wait.object for wait in waits if wait.object), "")
    why = ("there is no one left who could end these waits",)
    first = waits[0] if waits else None
    violated = Violated(
        what="every task can go on in the end",
        object=named,
        task=first.task if first else -1,
        frame=first.frame if first else -1,
        place=first.place if first else None,
        why=() if cycle else why,
    )
    return Analysis(headline, tuple(causes), violated, tuple(one.wait for one in chain))


def _taking(wait: Wait) -> str:
    """How the holder came to what is waited for, by how it holds it."""
    return next((then for now, then, _ in HOLDS.values() if now == wait.how), "acts on")


def _leak(history: History, found: Finding) -> Analysis:
    name = _object(history, found)
    made = _life(history, name, "alive")
    where = caller(history, made.frame) if made else "boot"
    who = _name(history, made.thread) if made else "boot"
    causes = _at(made, f"{who} allocates {name} in {where}()")
    causes.append(Cause(0, f"every task has ended, and {name} is still there"))
    violated = _violated(history, found, f"{name} is freed in the end", name)
    return Analysis(f"{name} is never freed", tuple(causes), violated, (), _counts(history, name))


def _atomic(history: History, found: Finding) -> Analysis:
    who = _name(history, found.thread)
    entry = next(
        (
            event
            for event in reversed(history.events)
            if event.thread == found.thread and event.frame >= 0 and _entered(history, event.frame)
        ),
        None,
    )
    violated = _violated(history, found, "no task sleeps in an atomic section", _object(history, found))
    function = function_of(history, violated.frame)
    causes = [
        *_done(history, entry, "enters an atomic section"),
        Cause(0, f"{who} may sleep in {function}()"),
    ]
    return Analysis(f"{who}: {found.message}", tuple(causes), violated)


def _entered(history: History, frame: int) -> bool:
    while frame >= 0:
        if history.frames.all[frame].function in ATOMIC_ENTRIES:
            return True
        frame = history.frames.all[frame].up
    return False


def _plain(history: History, found: Finding) -> Analysis:
    """NULL dereferences, warnings, misused locks: the place says it."""
    who = _name(history, found.thread)
    violated = _violated(history, found, found.message, _object(history, found))
    function = function_of(history, violated.frame)
    causes = (Cause(0, f"{who}, in {function}(): {found.message}"),)
    return Analysis(f"{found.message} in {function}() of {who}", causes, violated)


_BY_CLASS: dict[ErrorClass, Callable[[History, Finding], Analysis]] = {
    ErrorClass.UNMAPPED_TEXT: _unmapped,
    ErrorClass.USE_AFTER_FREE: _use_after_free,
    ErrorClass.DOUBLE_FREE: _double_free,
    ErrorClass.REFCOUNT_UNDERFLOW: _refcount,
    ErrorClass.REFCOUNT_FROM_ZERO: _refcount,
    ErrorClass.DEADLOCK: _deadlock,
    ErrorClass.LEAK: _leak,
    ErrorClass.SLEEP_IN_ATOMIC: _atomic,
}
