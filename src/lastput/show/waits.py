"""Who waits for whom at a deadlock, found from what the blocked steps looked at.

A blocked step has read the cells that its condition depends on. The one who could make it true is
the task that such a cell points to (the owner of a lock), or else the task that wrote it last (the
worker that set ``current_work``). Only the wording knows what the functions are.
"""

from __future__ import annotations

__all__ = ["Stuck", "stuck"]

import msgspec

from lastput.engine.interpret import State
from lastput.engine.program import Kind
from lastput.schema.trace import Frame, Wait
from lastput.show.history import Event, History
from lastput.show.kernelwords import HOLDS, INLINE, is_hidden


class Stuck(msgspec.Struct, frozen=True):
    """A wait, and the event by which its holder got hold of what is waited for, if that is known."""

    wait: Wait
    taken: Event | None


class _Held(msgspec.Struct, frozen=True):
    holder: int
    taken: Event | None
    object: str


def stuck(history: History) -> tuple[Stuck, ...]:
    """All tasks that stand for ever where they should not, those of the cycle first and in its order."""
    found: dict[int, Stuck] = {}
    for thread in history.machine.movable:
        here = history.here(thread)
        if here.kind is Kind.END or here.rest:
            continue
        frame = history.frames.of(here)
        held = _held(history, thread)
        function, call = _waiter(history, frame)
        how = HOLDS.get(function, ("has to act on", "acts on"))[0] if held.holder >= 0 else ""
        wait = Wait(
            task=thread,
            frame=frame,
            place=here.place,
            op=here.what or call,
            what=held.object or here.waits or call or "something",
            object=held.object,
            holder=held.holder,
            how=how,
            until=_until(history, held),
        )
        found[thread] = Stuck(wait, held.taken)
    cycle = _cycle({thread: one.wait.holder for thread, one in found.items()})
    order = [*cycle, *(thread for thread in found if thread not in cycle)]
    return tuple(
        Stuck(msgspec.structs.replace(found[thread].wait, cycle=thread in cycle), found[thread].taken)
        for thread in order
    )


def _cycle(holders: dict[int, int]) -> list[int]:
    """The first cycle of the wait graph, each task before the one it waits for."""
    for start in holders:
        path: list[int] = []
        at = start
        while at in holders and at not in path:
            path.append(at)
            at = holders[at]
        if at in path:
            return path[path.index(at) :]
    return []


def _held(history: History, thread: int) -> _Held:
    """Who could end the wait of ``thread``, and over what."""
    program, state = history.program, history.state
    outcome = history.machine.step(state, thread)
    tasks = {program.objects[one.task].base: number for number, one in enumerate(program.threads)}
    looked = list(dict.fromkeys(address for address, _ in outcome.accesses))
    mine = _registers(history, state, thread)
    best: tuple[int, _Held] = (0, _Held(-1, None, ""))
    for address in looked:
        slot = program.cells[address]
        if slot < 0:
            continue
        value = state[slot]
        writer = _last_writer(history, slot)
        name = history.namer.place(address)
        # An owner field beats a cell that holds what the waiter has in hand (its work item), which
        # beats any other cell that is set; a cell that is 0 tells least.
        if value in tasks and value != 0:
            rank, held = 4, _Held(tasks[value], writer, _whole(name))
        elif writer is None:
            rank, held = 1, _Held(-1, None, _whole(name))
        elif value and value in mine:
            rank, held = 3, _Held(writer.thread, writer, history.namer.pointer(value).removeprefix("&"))
        else:
            rank, held = 2 if value else 1, _Held(writer.thread, writer, _whole(name))
        if rank > best[0]:
            best = (rank, held)
    held = best[1]
    if held.holder >= 0 and _over(history, held.holder):
        return _Held(-1, held.taken, held.object)
    return held


def _over(history: History, thread: int) -> bool:
    return history.here(thread).kind is Kind.END


def _registers(history: History, state: State, thread: int) -> frozenset[int]:
    """The addresses that a thread has in registers."""
    me = history.program.threads[thread]
    slots = range(me.regs, me.regs + me.nregs)
    return frozenset(
        state[slot] for slot in slots if state[slot] > 0 and history.namer.object_at(state[slot])
    )


def _last_writer(history: History, slot: int) -> Event | None:
    return next((event for event in reversed(history.events) if slot in event.writes), None)


def _whole(name: str) -> str:
    """The lock or work item that a field belongs to: ``vcpu#0.mutex`` of ``vcpu#0.mutex.owner``."""
    head, dot, _ = name.rpartition(".")
    return head if dot else name


def _waiter(history: History, frame: int) -> tuple[str, str]:
    """The function that waits, as the kernel knows it, and its call."""
    first: Frame | None = None
    while frame >= 0:
        it = history.frames.all[frame]
        if not is_hidden(it.function) and it.function not in INLINE:
            first = first or it
            if it.function in HOLDS:
                return it.function, f"{it.function}({it.args})"
        frame = it.up
    return (first.function, f"{first.function}({first.args})") if first else ("", "")


def _until(history: History, held: _Held) -> int:
    """The frame of the holder that has to return: the one below where it got hold of the thing."""
    if held.holder < 0 or held.taken is None:
        return -1
    now = _path(history, history.frames.of(history.here(held.holder)))
    then = _path(history, held.taken.frame)
    common = 0
    while common < min(len(now), len(then)) and now[common] == then[common]:
        common += 1
    if common < len(now):
        return now[common]
    return now[-1] if now else -1


def _path(history: History, frame: int) -> list[int]:
    path: list[int] = []
    while frame >= 0:
        path.append(frame)
        frame = history.frames.all[frame].up
    return path[::-1]
