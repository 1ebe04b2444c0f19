"""The refcount budget: who took and who put each reference, and in which function."""

from __future__ import annotations

__all__ = ["budget_of", "caller", "caller_frame", "function_of", "inside", "put_text"]

from collections.abc import Callable

from lastput.check.trace.history import Event, History
from lastput.check.trace.kernelwords import GETS_AND_PUTS, INLINE, SATURATED, is_hidden
from lastput.engine.program import Kind
from lastput.errors import Place
from lastput.schema.trace import Budget, Change


def function_of(history: History, frame: int) -> str:
    """The innermost function that a kernel has as such."""
    while frame >= 0:
        name = history.frames.all[frame].function
        if not is_hidden(name) and name not in INLINE:
            return name
        frame = history.frames.all[frame].up
    return "?"


def caller_frame(history: History, frame: int) -> int:
    """The innermost frame that is no mere wrapper of a count; -1 if there is none."""
    while frame >= 0:
        name = history.frames.all[frame].function
        if not is_hidden(name) and name not in INLINE and name not in GETS_AND_PUTS:
            return frame
        frame = history.frames.all[frame].up
    return -1


def caller(history: History, frame: int) -> str:
    """The function of ``caller_frame``."""
    found = caller_frame(history, frame)
    return history.frames.all[found].function if found >= 0 else function_of(history, frame)


def inside(history: History, frame: int, thread: int, wrappers: bool = True) -> str:
    """`` in kvm_destroy_vm()``, or nothing if that is the body of the thread itself."""
    name = caller(history, frame) if wrappers else function_of(history, frame)
    body = history.program.threads[thread].name.partition("#")[0]
    spawned = history.program.locations[history.program.threads[thread].start].kind is Kind.END
    return "" if name in ("?", "") or (name == body and not spawned) else f" in {name}()"


def put_text(history: History, event: Event) -> tuple[str, int]:
    """``kvm_destroy_vm()`` for an event that changed a count, and that function's frame."""
    frame = caller_frame(history, event.frame)
    return f"{caller(history, event.frame)}()", frame


def _delta(history: History, event: Event, change: Change) -> int:
    """By how much a count went up or down; one that has saturated was taken or put once."""
    if SATURATED not in (change.old, change.new):
        return int(change.new) - int(change.old)
    frame = event.frame
    while frame >= 0:
        name = history.frames.all[frame].function
        if name in INLINE:
            return -1 if "dec" in name or "sub" in name or "put" in name else 1
        frame = history.frames.all[frame].up
    return 0


def _call_site(history: History, event: Event) -> Place:
    """Where in the caller that the budget names the count was touched."""
    place = history.program.locations[event.location].place
    wanted = caller_frame(history, event.frame)
    frame = event.frame
    while frame >= 0 and frame != wanted:
        it = history.frames.all[frame]
        place, frame = it.call or place, it.up
    return place


def budget_of(history: History, wanted: Callable[[Change], bool]) -> tuple[Budget, ...]:
    """All changes of the wanted counts, those of boot as step 0."""
    found = []
    for event in (*history.boot, *history.events):
        for change in event.changes:
            if change.kind != "count" or not wanted(change):
                continue
            delta = _delta(history, event, change)
            if "-1" in (change.old, change.new):
                continue  # a module's base reference, which nobody holds
            place = _call_site(history, event)
            task = event.thread if event.n else -1
            where = caller(history, event.frame)
            found.append(Budget(event.n, task, change.object, change.field, where, place, delta, change.new))
    return tuple(found)
