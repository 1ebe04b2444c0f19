"""A module that is gone under a task: which put let it go, who unloaded it, why nothing pinned it."""

from __future__ import annotations

__all__ = ["unmapped_data", "unmapped_text"]

import msgspec

from lastput.check.trace.analysis import Analysis, Cause, at, last_change, name_of, object_of, violated_at
from lastput.check.trace.budget import budget_of, function_of, inside, put_text
from lastput.check.trace.history import Event, History
from lastput.check.trace.kernelwords import UNLOADERS
from lastput.engine.verdict import Finding
from lastput.schema.trace import Budget, Change, Violated


def unmapped_text(history: History, found: Finding) -> Analysis:
    """A task has to run in text that is gone."""
    program = history.program
    here = history.here(found.thread)
    text = found.text if found.text >= 0 else here.text
    module = program.texts[text].name if text >= 0 else object_of(history, found)
    who = name_of(history, found.thread)
    frame = history.frames.of(here)
    within = []
    walk = frame
    while walk >= 0:
        if history.frames.all[walk].module == module:
            within.append(walk)
        walk = history.frames.all[walk].up
    within.reverse()
    put, unmap, why, budget = _unload(history, module)
    function = function_of(history, frame)
    verb = _arrival(history, found.thread)
    causes = [
        *at(put, _last_put_text(history, put)),
        *at(unmap, f"{name_of(history, unmap.thread if unmap else -1)} unmaps {module}.ko"),
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
        inside=tuple(within),
        why=why,
    )
    return Analysis(
        f"{who} {verb} {function}() after {module}.ko was unmapped", tuple(causes), violated, (), budget
    )


def unmapped_data(history: History, found: Finding, module: str, name: str) -> Analysis:
    """A task uses the variable ``name`` of a module that is gone."""
    who = name_of(history, found.thread)
    put, unmap, why, budget = _unload(history, module)
    violated = violated_at(history, found, f"data of {module} is mapped while a task uses {name}", name)
    violated = msgspec.structs.replace(violated, module=module, why=why)
    causes = [
        *at(put, _last_put_text(history, put)),
        *at(unmap, f"{name_of(history, unmap.thread if unmap else -1)} unmaps {module}.ko"),
        Cause(0, f"{who} uses {name}, which is gone with it"),
    ]
    return Analysis(f"{who} uses {name} after {module}.ko was unmapped", tuple(causes), violated, (), budget)


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
    unmap = last_change(
        history, lambda _, change: (change.object, change.field, change.new) == (module, "text", "gone")
    )
    # A user of the module pins it by a reference of its own, until it is unloaded itself.
    gone = {
        change.object
        for event in history.events
        for change in event.changes
        if change.field == "text" and change.new == "gone"
    } | {module}
    put = last_change(
        history, lambda event, change: change.object in gone and _is_put(history, event, change)
    )
    budget = budget_of(history, lambda change: change.object in gone and change.field == "refs")
    why: list[str] = []
    if put is not None:
        text, caller_frame = put_text(history, put)
        module_of_put = history.frames.all[caller_frame].module if caller_frame >= 0 else ""
        name = next(
            change.object for change in put.changes if change.object in gone and change.field == "refs"
        )
        if module_of_put:
            why.append(f"the last reference to {name} is put by {text}, itself text of {module_of_put}.ko")
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
    where = inside(history, put.frame, put.thread)
    return f"{name_of(history, put.thread)} drops {what} to {names[0]}{where}"
