"""How each object of a trace lives, step by step: what a band beside the lanes is filled with."""

from __future__ import annotations

__all__ = ["Life", "bands", "life_of"]

import msgspec

from lastput.schema.trace import Change, Trace
from lastput.show.story import heroes

_MOST = 6  # bands
_GONE = ("gone", "freed")
_NOBODY = ("0", "NULL")  # owners of a free lock
_ALIVE = ("alive", "mapped")


class Life(msgspec.Struct, frozen=True):
    """An object after a step. ``state`` is unused, alive, zero (alive, and its count is 0), going, busy (a
    worker runs it, or a task holds it) or gone; ``value`` its count, if it has one; ``told`` what the step
    did to it."""

    state: str
    value: str = ""
    told: str = ""


def bands(trace: Trace) -> tuple[str, ...]:
    """The objects that deserve a band: those of the error, of its causes and of its waits, modules first,
    each followed by what it keeps alive."""
    known = {thing.id: thing.kind for thing in trace.objects}
    named = [*heroes(trace), *(wait.object for wait in trace.waits), *_dying_modules(trace)]
    found = [name for name in dict.fromkeys(named) if known.get(name) in ("module", "heap", "global")]
    rank = {"module": 0, "heap": 1, "global": 2}
    return tuple(sorted(found[:_MOST], key=lambda name: rank[known[name]]))


def _dying_modules(trace: Trace) -> list[str]:
    return [
        change.object
        for step in trace.steps
        for change in step.changes
        if change.kind == "life" and change.new == "gone"
    ]


def life_of(trace: Trace, name: str) -> tuple[Life, ...]:
    """The lives of an object: index n is after step n, 0 before the first."""
    changes = [[one for one in step.changes if one.object == name] for step in trace.steps]
    flat = [one for step in changes for one in step]
    counts = list(dict.fromkeys(one.field for one in flat if one.kind == "count"))
    main = counts[0] if counts else ""
    state = "unused" if any(one.kind == "life" and one.old == "unused" for one in flat) else "alive"
    value = next((one.old for one in flat if one.field == main), "") if main else ""
    busy = False
    found = [Life(_shown(state, value, busy), value)]
    for step, mine in zip(trace.steps, changes, strict=True):
        busy = _busy(step.changes, name, busy)
        for one in mine:
            state = _state(one, state)
            if main and one.field == main and one.new != "-1":
                value = one.new
        told = [_words(one, main) for one in mine]
        told += _work_words(step.changes, name)
        words = ", ".join(dict.fromkeys(word for word in told if word))
        found.append(Life(_shown(state, value, busy), value, words))
    return tuple(found)


def _shown(state: str, value: str, busy: bool) -> str:
    if state == "alive" and busy:
        return "busy"
    return "zero" if state == "alive" and value == "0" else state


def _state(change: Change, state: str) -> str:
    if change.kind == "life":
        return "gone" if change.new in _GONE else "alive" if change.new in _ALIVE else "unused"
    if change.kind == "state":
        return "going" if change.new == "GOING" else "alive" if change.new == "LIVE" else state
    return state


def _words(change: Change, main: str) -> str:
    if change.kind == "life":
        return {"gone": "unmapped", "alive": "allocated"}.get(change.new, change.new)
    if change.kind == "state":
        return change.new
    if change.kind == "count" and "-1" not in (change.old, change.new):
        field = "" if change.field == main else f"{change.field.rpartition('.')[2]} "
        return f"{field}{change.old} → {change.new}"
    return ""


def _is(value: str, name: str) -> bool:
    return value == f"&{name}" or value.startswith(f"&{name}.")


def _busy(changes: tuple[Change, ...], name: str, busy: bool) -> bool:
    """Whether a worker has the work item ``name`` as its current one, or a task holds the lock ``name``."""
    for change in changes:
        if change.object == name and change.field == "owner":
            return change.new not in _NOBODY
        if change.field == "current_work":
            if _is(change.new, name):
                return True
            if _is(change.old, name):
                return False
    return busy


def _work_words(changes: tuple[Change, ...], name: str) -> list[str]:
    for change in changes:
        if change.object == name and change.field == "owner":
            return ["released" if change.new in _NOBODY else f"held by {change.new.removeprefix('&')}"]
        if change.field == "current_work" and _is(change.new, name):
            return ["runs"]
        if change.field == "current_work" and _is(change.old, name):
            return ["done"]
    return []
