"""Who waits for whom at a deadlock, found from what the blocked steps looked at.

A blocked step has read the cells that its condition depends on. The one who could make it true is the
task that such a cell points to (the owner of a lock), the task whose own field it is (its current
work item), or else the task that wrote it last. Only the wording knows what the functions are.
"""

from __future__ import annotations

__all__ = ["Stuck", "stuck", "wait_of"]

import msgspec

from lastput.check.trace.history import Event, History
from lastput.check.trace.kernelwords import HOLDS, INLINE, OVER, RUNNERS, TASK_KINDS, is_hidden
from lastput.engine.program import Kind
from lastput.schema.trace import Frame, Wait

_WOKEN = 10  # the rank of a task that sleeps until somebody wakes it


class Stuck(msgspec.Struct, frozen=True):
    """A wait, and the event by which its holder got hold of what is waited for, if that is known."""

    wait: Wait
    taken: Event | None


class _Held(msgspec.Struct, frozen=True):
    """``holder`` is -1 if nobody can be named; ``rank`` says how sure that is."""

    rank: int
    holder: int = -1
    taken: Event | None = None
    object: str = ""


def stuck(history: History) -> tuple[Stuck, ...]:
    """All tasks that stand for ever where they should not, those of the cycle first and in its order."""
    found: dict[int, Stuck] = {}
    for thread in history.machine.movable:
        here = history.here(thread)
        if here.kind is not Kind.END and not here.rest:
            found[thread] = wait_of(history, thread)
    cycle = _cycle({thread: one.wait.holder for thread, one in found.items()})
    order = [*cycle, *(thread for thread in found if thread not in cycle)]
    return tuple(
        Stuck(msgspec.structs.replace(found[thread].wait, cycle=thread in cycle), found[thread].taken)
        for thread in order
    )


def wait_of(history: History, thread: int) -> Stuck:
    """What a thread whose next step is not enabled waits for, and who could bring it about."""
    here = history.here(thread)
    frame = history.frames.of(here)
    held = _held(history, thread)
    function, call = _waiter(history, frame)
    how, _, noun = HOLDS.get(function, ("has to act on", "", ""))
    if held.rank == 8:
        how = "holds up"
    what = f"{noun} {held.object}".strip() if held.object else here.waits or call or "something"
    if held.rank == _WOKEN:
        what = f"a wake-up on {held.object}" if held.object else "a wake-up"
    wait = Wait(
        task=thread,
        frame=frame,
        place=here.place,
        op=here.what or call,
        what=what,
        object=held.object,
        holder=held.holder,
        how=how if held.holder >= 0 else "",
        until=_until(history, held),
    )
    return Stuck(wait, held.taken)


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
    mine = _registers(history, thread)
    best = _Held(0)
    for address in dict.fromkeys(address for address, _ in outcome.accesses):
        if program.cells[address] >= 0:
            held = _guess(history, thread, address, mine)
            if held.rank > best.rank:
                best = held
    if best.holder >= 0 and history.here(best.holder).kind is Kind.END:
        return _Held(best.rank, -1, best.taken, best.object)
    return best


def _guess(history: History, thread: int, address: int, mine: frozenset[int]) -> _Held:
    """What one cell that the condition looked at tells.

    A pointer to a task tells most, then a field of another task that holds what the waiter has in hand
    (its work item), then any field of a task that is set, then whoever wrote the cell last.
    """
    program, namer = history.program, history.namer
    slot = program.cells[address]
    value = history.state[slot]
    tasks = {one.task: number for number, one in enumerate(program.threads)}
    writer = _last_writer(history, slot)
    whose = tasks.get(program.owner[address], -1)
    name = _whole(namer.place(address))
    if whose == thread and program.slots[slot].field == "task_struct.__state":
        return _Held(_WOKEN, -1, None, _field_of(history, thread, "task_struct.waiting_on")[1])
    pointed = namer.object_at(value)
    target = program.owner[value] if pointed is not None else -1
    if value and target in tasks and pointed is not None and value == pointed.base:
        holder = tasks[target]
        through = OVER.get(program.slots[slot].field, "")
        if through:
            taken, over = _field_of(history, holder, through)
            return _Held(9, holder, taken, over)
        return _Held(9, holder, writer, name)
    if program.slots[slot].field in OVER and value:
        # What is waited for has not even begun: a task that would have to take it on is busy for ever.
        others = sorted(history.machine.movable, key=lambda k: k == thread)
        busy = next((k for k in others if _busy(history, k)), -1)
        return _Held(8, busy, None, namer.pointer(value).removeprefix("&"))
    if whose >= 0 and value and value in mine:
        return _Held(7, whose, writer, namer.pointer(value).removeprefix("&"))
    if whose >= 0 and value:
        return _Held(6, whose, writer, "")
    if value and value in mine and writer is not None:
        return _Held(5, writer.thread, writer, namer.pointer(value).removeprefix("&"))
    if value and writer is not None:
        return _Held(4, writer.thread, writer, name)
    if whose >= 0 and whose != thread:
        return _Held(3, whose, None, "")
    return _Held(2 if writer is None else 1, -1, None, name)


def _busy(history: History, thread: int) -> bool:
    """Whether this is a worker that does not rest."""
    name = history.program.threads[thread].name.partition("#")[0]
    return dict(TASK_KINDS).get(name) == "kworker" and not history.here(thread).rest


def _field_of(history: History, thread: int, field: str) -> tuple[Event | None, str]:
    """Who set a field of a task last, and what it holds."""
    program = history.program
    task = program.objects[program.threads[thread].task]
    for address in range(task.base, task.base + task.size):
        slot = program.cells[address]
        if slot >= 0 and program.slots[slot].field == field:
            value = history.namer.value(slot, history.state[slot])
            return _last_writer(history, slot), value.removeprefix("&").removeprefix("NULL")
    return None, ""


def _registers(history: History, thread: int) -> frozenset[int]:
    """The addresses that a thread has in registers."""
    me = history.program.threads[thread]
    slots = range(me.regs, me.regs + me.nregs)
    return frozenset(
        history.state[slot] for slot in slots if history.namer.object_at(history.state[slot]) is not None
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
    if held.holder < 0 or held.taken is None or held.taken.thread != held.holder:
        return -1
    now = _path(history, history.frames.of(history.here(held.holder)))
    then = _path(history, held.taken.frame)
    common = 0
    while common < min(len(now), len(then)) and now[common] == then[common]:
        common += 1
    # The worker takes an item before it enters process_one_work(): it is the work function that must return.
    while common + 1 < len(now) and history.frames.all[now[common]].function in RUNNERS:
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
