"""Tasks that wait where they must not, or for ever."""

from __future__ import annotations

__all__ = ["deadlock", "sleep_in_atomic"]

from lastput.check.trace.analysis import (
    Analysis,
    Cause,
    at,
    done,
    last_change,
    name_of,
    object_of,
    violated_at,
)
from lastput.check.trace.budget import inside
from lastput.check.trace.history import History
from lastput.check.trace.kernelwords import ATOMIC_ENTRIES, HOLDS
from lastput.check.trace.waits import stuck
from lastput.engine.verdict import Finding
from lastput.schema.trace import Violated, Wait


def deadlock(history: History, found: Finding) -> Analysis:
    """Tasks that wait for ever: the cycle first, then whoever hangs on it."""
    if found.thread >= 0:
        return _spins(history, found)
    chain = stuck(history)
    cycle = [one.wait for one in chain if one.wait.cycle]
    causes: list[Cause] = []
    for one in chain:
        if one.wait.cycle and one.taken is not None:
            how = _taking(one.wait)
            causes += at(one.taken, f"{name_of(history, one.wait.holder)} {how} {one.wait.what}")
    causes.sort(key=lambda cause: cause.step)
    waits = cycle or [one.wait for one in chain]
    for wait in waits:
        where = inside(history, wait.frame, wait.task, wrappers=False)
        verb = "goes round for ever, looking at" if _goes_round(history, wait.task) else "waits for"
        causes.append(Cause(0, f"{name_of(history, wait.task)} {verb} {wait.what}{where}"))
    if len(cycle) == 1:
        headline = (
            f"{name_of(history, cycle[0].task)} waits for {cycle[0].what}, which it {cycle[0].how} itself"
        )
    elif cycle:
        headline = " and ".join(name_of(history, wait.task) for wait in cycle) + " wait for each other"
    else:
        names = " and ".join(name_of(history, wait.task) for wait in waits)
        headline = f"{names} {'waits' if len(waits) == 1 else 'wait'} for what nobody will do"
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


def _goes_round(history: History, task: int) -> bool:
    """Whether a task that gets nowhere can move."""
    return history.machine.enabled(history.state, task)


def _spins(history: History, found: Finding) -> Analysis:
    """A callback that spins for a lock whose holder it interrupts."""
    who, lock = name_of(history, found.thread), history.namer.place(found.address).removesuffix(".owner")
    taken = last_change(history, lambda _, change: change.field == "owner" and change.object == lock)
    if taken is None:
        taken = last_change(history, lambda _, c: f"{c.object}.{c.field}".startswith(f"{lock}."))
    holder = name_of(history, taken.thread) if taken is not None else "a task"
    violated = violated_at(history, found, f"{lock} is not held on a CPU that takes it in an interrupt", lock)
    where = inside(history, violated.frame, found.thread)
    causes = (
        *done(history, taken, f"takes {lock} and leaves interrupts (or softirqs) on"),
        Cause(0, f"{who} interrupts {holder} on its CPU, and spins for {lock}{where}"),
    )
    return Analysis(f"{who} spins for {lock} over {holder}, which holds it", causes, violated)


def _taking(wait: Wait) -> str:
    """How the holder came to what is waited for, by how it holds it."""
    return next((then for now, then, _ in HOLDS.values() if now == wait.how), "acts on")


def sleep_in_atomic(history: History, found: Finding) -> Analysis:
    """A task that may sleep where it must not."""
    who = name_of(history, found.thread)
    entry = next(
        (
            event
            for event in reversed(history.events)
            if event.thread == found.thread and event.frame >= 0 and _entered(history, event.frame)
        ),
        None,
    )
    violated = violated_at(history, found, "no task sleeps in an atomic section", object_of(history, found))
    where = inside(history, violated.frame, found.thread, wrappers=False)
    causes = [
        *done(history, entry, "enters an atomic section"),
        Cause(0, f"{who} may sleep{where}"),
    ]
    return Analysis(f"{who} may sleep{where} in an atomic section", tuple(causes), violated)


def _entered(history: History, frame: int) -> bool:
    while frame >= 0:
        if history.frames.all[frame].function in ATOMIC_ENTRIES:
            return True
        frame = history.frames.all[frame].up
    return False
