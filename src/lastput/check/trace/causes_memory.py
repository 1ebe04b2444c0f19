"""Objects and counts that went wrong: who freed, who used, who put."""

from __future__ import annotations

__all__ = ["double_free", "refcount", "use_after_free"]

import re

import msgspec

from lastput.check.trace.analysis import (
    Analysis,
    Cause,
    counts,
    done,
    last_change,
    life_change,
    name_of,
    object_of,
    violated_at,
)
from lastput.check.trace.budget import budget_of, inside
from lastput.check.trace.causes_module import unmapped_data
from lastput.check.trace.history import Event, History
from lastput.engine.program import ErrorClass
from lastput.engine.verdict import Finding
from lastput.schema.trace import Change

#: What the engine itself says of an access.
_GENERIC = re.compile(r"freed|not alive|never|unused|gone with")


def use_after_free(history: History, found: Finding) -> Analysis:
    """An access to an object that was freed, or is gone with its module."""
    name = object_of(history, found)
    who = name_of(history, found.thread)
    owner = history.program.objects[found.object].text if found.object >= 0 else -1
    if owner >= 0 and history.program.objects[found.object].pool < 0:
        return unmapped_data(history, found, history.program.texts[owner].name, name)
    thing = history.program.objects[found.object] if found.object >= 0 else None
    if thing is not None and thing.life >= 0 and thing.pool < 0 and "ODEBUG" not in found.message:
        return _returned(history, found, name)
    free = life_change(history, name, "freed")
    if free is None and found.message and not _GENERIC.search(found.message):
        return _said(history, found, name)
    field = history.namer.place(found.address) or name
    where = inside(history, violated_at(history, found, "").frame, found.thread, wrappers=False)
    causes = [
        *done(history, free, f"frees {name}"),
        Cause(0, f"{who} uses {field}{where}"),
    ]
    what = f"{name} is alive when {field} is used"
    before = f" after {name_of(history, free.thread)} freed it" if free else ", which was never allocated"
    headline = f"{who} uses {name}{before}"
    return Analysis(
        headline, tuple(causes), violated_at(history, found, what, name), (), counts(history, name)
    )


def _returned(history: History, found: Finding, name: str) -> Analysis:
    """A use of a variable on the stack of a function that has returned (or has not begun)."""
    task, function, variable = (*name.split(".", 2), "", "")[:3]
    who = name_of(history, found.thread)
    last = next((e for e in reversed(history.events) if _ran(history, e, function, task)), None)
    violated = violated_at(
        history, found, f"{function}() has not returned when its '{variable}' is used", name
    )
    where = inside(history, violated.frame, found.thread)
    causes = [
        *done(history, last, f"returns from {function}(), and '{variable}' on its stack is gone"),
        Cause(0, f"{who} uses {history.namer.place(found.address) or name}{where}"),
    ]
    return Analysis(
        f"{who} uses '{variable}' on the stack of {function}() after {task} has returned from it",
        tuple(causes),
        violated,
    )


def _ran(history: History, event: Event, function: str, task: str) -> bool:
    """Whether an event is one of ``function`` in the thread ``task``."""
    frame = event.frame
    while frame >= 0 and name_of(history, event.thread) == task:
        if history.frames.all[frame].function == function:
            return True
        frame = history.frames.all[frame].up
    return False


def _said(history: History, found: Finding, name: str) -> Analysis:
    """What the modelled kernel reports itself: debug objects, a task that is gone."""
    who = name_of(history, found.thread)
    violated = violated_at(history, found, found.message, name)
    if found.object >= 0 and history.program.objects[found.object].type == "module":
        violated = msgspec.structs.replace(violated, module=name)
    where = inside(history, violated.frame, found.thread)
    armed = _armed(history, found)
    item = ""
    if armed is not None:
        one = next(change for change in reversed(armed.changes) if _arms(change))
        item = f"{one.object}.{one.field}".removesuffix(".pending").removesuffix(".")
        item = item or one.object
    causes = [
        *done(history, armed, f"arms {item}"),
        Cause(0, f"{who}{where}: {found.message}"),
    ]
    by = f", which {name_of(history, armed.thread)} armed" if armed is not None else ""
    return Analysis(f"{found.message}{f' ({item}{by})' if item else ''}", tuple(causes), violated)


def _arms(change: Change) -> bool:
    return change.field.rpartition(".")[2] == "pending" and change.new == "1"


def _armed(history: History, found: Finding) -> Event | None:
    """The last event that armed something in the object (or in the module) that goes."""
    if "ODEBUG" not in found.message:
        return None
    program, state = history.program, history.state
    inside_it: set[str] = set()
    module = program.objects[found.object].name if found.object >= 0 else ""
    texts = {number for number, text in enumerate(program.texts) if text.name == module}
    for address, slot in enumerate(program.cells):
        owner = program.owner[address]
        here = owner >= 0 and (owner == found.object or program.objects[owner].text in texts)
        if here and slot >= 0 and program.slots[slot].name.endswith("pending") and state[slot]:
            inside_it.add(history.namer.place(address))
    return last_change(
        history, lambda _, change: _arms(change) and f"{change.object}.{change.field}" in inside_it
    )


def double_free(history: History, found: Finding) -> Analysis:
    """A free of what is freed, or is no object."""
    name = object_of(history, found)
    who = name_of(history, found.thread)
    free = life_change(history, name, "freed")
    where = inside(history, violated_at(history, found, "").frame, found.thread)
    causes = [
        *done(history, free, f"frees {name}"),
        Cause(0, f"{who} frees it again{where}"),
    ]
    headline = f"{who} frees {name} a second time" if free else f"{who} frees {name or 'what is no object'}"
    violated = violated_at(history, found, f"{name or 'what is freed'} is alive when it is freed", name)
    return Analysis(headline, tuple(causes), violated, (), counts(history, name))


def refcount(history: History, found: Finding) -> Analysis:
    """A count below 0, or taken from 0."""
    place = history.namer.place(found.address) if found.address > 0 else ""
    cell = None
    if found.address > 0 and history.program.cells[found.address] >= 0:
        cell = history.namer.cell(history.program.cells[found.address])
    name, field = (cell.object, cell.field) if cell else (object_of(history, found), "")
    who = name_of(history, found.thread)

    def emptied(_: Event, change: Change) -> bool:
        return (change.object, change.field) == (name, field) and change.new == "0"

    last = last_change(history, emptied)
    where = inside(history, violated_at(history, found, "").frame, found.thread)
    under = found.error is ErrorClass.REFCOUNT_UNDERFLOW
    wrong = "puts a reference that nobody holds" if under else "takes a reference from 0"
    causes = [
        *done(history, last, "puts the last one"),
        Cause(0, f"{who} {wrong}{where}"),
    ]
    what = f"{place or name or 'the count'} is above 0"
    budget = budget_of(history, lambda change: (change.object, change.field) == (name, field))
    violated = violated_at(history, found, what, name)
    return Analysis(f"{who} {wrong}: {place or name}", tuple(causes), violated, (), budget)
