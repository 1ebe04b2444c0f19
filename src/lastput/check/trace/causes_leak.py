"""What is left when all is over: the object whose count stays up, rather than what hangs on it."""

from __future__ import annotations

__all__ = ["leak"]

from lastput.check.trace.analysis import (
    Analysis,
    Cause,
    counts,
    done,
    life_change,
    object_of,
    violated_at,
)
from lastput.check.trace.history import History
from lastput.engine.program import LIFE_ALIVE, Object
from lastput.engine.verdict import Finding


def leak(history: History, found: Finding) -> Analysis:
    """An object, or a count, that is left in the end; or what the modelled kernel says is left."""
    name = object_of(history, found) if found.thread >= 0 else _named(history, found)
    made = life_change(history, name, "alive")
    causes = done(history, made, f"allocates {name}")
    budget = counts(history, name)
    if found.thread >= 0:
        causes.append(Cause(0, found.message))
        return Analysis(
            f"{name} is never freed: {found.message}",
            tuple(causes),
            violated_at(history, found, f"{name} is freed in the end", name),
            (),
            budget,
        )
    module = next((text for text in history.program.texts if text.name == name), None)
    if module is not None:
        causes.append(Cause(0, f"every task has ended, and a reference of {name} is left"))
        violated = violated_at(history, found, f"nobody holds a reference of {name} in the end", name)
        return Analysis(f"{name} can never be unloaded", tuple(causes), violated, (), budget)
    causes.append(Cause(0, f"every task has ended, and {name} is still there"))
    violated = violated_at(history, found, f"{name} is freed in the end", name)
    return Analysis(f"{name} is never freed", tuple(causes), violated, (), budget)


def _named(history: History, found: Finding) -> str:
    """Of all that is left: what has a count that stays up, first what no other such object points to."""
    left = [thing for thing in history.program.objects if _is_left(history, thing)]
    counted = [thing for thing in left if _count_is_up(history, thing)]
    if not counted or found.object < 0 or not history.program.objects[found.object].heap:
        return object_of(history, found)
    held = {
        id(one) for thing in counted for one in counted if one is not thing and _points(history, thing, one)
    }
    return next((thing for thing in counted if id(thing) not in held), counted[0]).name


def _is_left(history: History, thing: Object) -> bool:
    pools = history.program.pools
    return thing.heap and pools[thing.pool].leaks and history.state[thing.life] == LIFE_ALIVE


def _count_is_up(history: History, thing: Object) -> bool:
    return any(
        cell is not None and cell.kind == "count" and history.state[slot] > 0
        for slot in _slots(history, thing)
        for cell in (history.namer.cell(slot),)
    )


def _points(history: History, thing: Object, to: Object) -> bool:
    return any(
        history.program.slots[slot].pointer and to.base <= history.state[slot] < to.base + to.size
        for slot in _slots(history, thing)
    )


def _slots(history: History, thing: Object) -> list[int]:
    return [slot for slot in history.program.cells[thing.base : thing.base + thing.size] if slot >= 0]
