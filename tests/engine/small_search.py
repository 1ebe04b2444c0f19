"""The plainest interpreter and breadth-first search of the IR that can be written: an oracle.

A state is the tuple of slot values. Where the IR leaves it open, this does as ``interpret`` says: the
text of a location is looked at when its step begins (even if it would block), a null or wild pointer
is ``null-deref``, ``FREE`` clears the object. It shares no code with ``interpret``.
"""

from __future__ import annotations

__all__ = ["Canonical", "Explored", "Step", "TooLarge", "explore", "first_state", "steps"]

from collections.abc import Callable, Iterator
from operator import add, and_, eq, le, lt, mul, ne, or_, sub, xor

import msgspec

from lastput.engine.program import (
    CHOOSING,
    LIFE_ALIVE,
    LIFE_FREED,
    LIFE_UNUSED,
    ErrorClass,
    Kind,
    Object,
    Op,
    Program,
    Thread,
)

State = tuple[int, ...]
Canonical = Callable[[State], State]

_BINARY: dict[int, Callable[[int, int], int]] = {
    Op.ADD: add, Op.SUB: sub, Op.MUL: mul, Op.AND: and_, Op.OR: or_, Op.XOR: xor,
    Op.SHL: lambda x, y: x << y, Op.SHR: lambda x, y: x >> y,
    Op.EQ: lambda x, y: int(eq(x, y)), Op.NE: lambda x, y: int(ne(x, y)),
    Op.LT: lambda x, y: int(lt(x, y)), Op.LE: lambda x, y: int(le(x, y)),
}  # fmt: skip
_IMMEDIATE: dict[int, Callable[[int, int], int]] = {
    Op.ADDI: add, Op.ANDI: and_,
    Op.EQI: lambda x, y: int(eq(x, y)), Op.NEI: lambda x, y: int(ne(x, y)),
    Op.LTI: lambda x, y: int(lt(x, y)), Op.LEI: lambda x, y: int(le(x, y)),
}  # fmt: skip


class TooLarge(Exception):
    """More states than the limit."""


class Step(msgspec.Struct, frozen=True):
    """What a thread did; ``state`` is None if the run ends here."""

    thread: int
    choice: int
    state: State | None
    errors: tuple[ErrorClass, ...]


class Explored(msgspec.Struct, frozen=True):
    states: frozenset[State]
    transitions: int
    classes: frozenset[ErrorClass]


class _Blocked(Exception):
    pass


class _Failed(Exception):
    def __init__(self, error: ErrorClass) -> None:
        super().__init__(error)
        self.error = error


class _Run:
    """One step of one thread, with a given choice."""

    def __init__(self, program: Program, state: State, thread: int, choice: int) -> None:
        self.program = program
        self.slots = list(state)
        self.thread = program.threads[thread]
        self.choice = choice
        self.choices = 1
        self.errors: list[ErrorClass] = []

    def cell(self, address: int) -> int:
        program = self.program
        if not 0 < address < len(program.cells) or program.cells[address] < 0:
            raise _Failed(ErrorClass.NULL_DEREF)
        home = program.objects[program.owner[address]]
        if home.life >= 0 and self.slots[home.life] != LIFE_ALIVE:
            raise _Failed(ErrorClass.USE_AFTER_FREE)
        return program.cells[address]

    def through(self, pointer: int, offset: int) -> int:
        if pointer <= 0:
            raise _Failed(ErrorClass.NULL_DEREF)
        return self.cell(pointer + offset)

    def alive(self, address: int) -> bool:
        home = self.program.objects[self.program.owner[address]]
        return home.life < 0 or self.slots[home.life] == LIFE_ALIVE

    def clear(self, item: Object) -> None:
        for slot in self.program.cells[item.base : item.base + item.size]:
            if slot >= 0:
                self.slots[slot] = 0

    def alloc(self, pool: int) -> int:
        for index in self.program.pools[pool].objects:
            item = self.program.objects[index]
            if self.slots[item.life] == LIFE_UNUSED:
                self.slots[item.life] = LIFE_ALIVE
                self.clear(item)
                return item.base
        raise RuntimeError(f"pool of {self.program.pools[pool].type} overflows")

    def free(self, address: int) -> None:
        if address == 0:
            return
        index = self.program.owner[address] if 0 < address < len(self.program.owner) else -1
        item = self.program.objects[index]
        if index < 0 or address != item.base or not item.heap:
            raise _Failed(ErrorClass.DOUBLE_FREE)
        if self.slots[item.life] != LIFE_ALIVE:
            raise _Failed(ErrorClass.DOUBLE_FREE)
        self.slots[item.life] = LIFE_FREED
        self.clear(item)

    def pick(self, instance: int, offset: int) -> int:
        found = [
            address
            for address in self.program.instances[instance].addresses
            if self.alive(address) and self.slots[self.program.cells[address + offset]] != 0
        ]
        if not found:
            raise _Blocked
        self.choices = len(found)
        return found[self.choice]

    def instance(self, instance: int, after: int) -> int:
        for address in self.program.instances[instance].addresses:
            if address > after and self.alive(address):
                return address
        return 0

    def unstarted(self, thread: Thread) -> bool:
        start = self.program.locations[thread.start]
        return start.kind == Kind.END and self.slots[thread.pc] == thread.start and not thread.boot

    def spawn(self, code: int, argument: int) -> int:
        for thread in self.program.threads:
            if thread.code == code and self.unstarted(thread):
                self.slots[thread.pc] = thread.entry
                self.slots[thread.regs] = argument
                return self.program.objects[thread.task].base
        raise RuntimeError("no thread is left to spawn")

    def go(self) -> None:
        program, slots, t = self.program, self.slots, [0] * self.program.temps
        at = program.locations[slots[self.thread.pc]].code
        while True:
            op, a, b, c = program.code[at]
            at += 1
            if op in _BINARY:
                t[a] = _BINARY[op](t[b], t[c])
            elif op in _IMMEDIATE:
                t[a] = _IMMEDIATE[op](t[b], c)
            elif op == Op.CONST:
                t[a] = b
            elif op == Op.MOV:
                t[a] = t[b]
            elif op == Op.LDR:
                t[a] = slots[self.thread.regs + b]
            elif op == Op.STR:
                slots[self.thread.regs + a] = t[b]
            elif op == Op.LD:
                t[a] = slots[self.through(t[b], c)]
            elif op == Op.ST:
                slots[self.through(t[a], c)] = t[b]
            elif op == Op.LDA:
                t[a] = slots[self.cell(b)]
            elif op == Op.STA:
                slots[self.cell(a)] = t[b]
            elif op in (Op.DIV, Op.MOD):
                if t[c] == 0:
                    self.errors.append(ErrorClass.WARN)
                    t[a] = 0
                else:
                    quotient = abs(t[b]) // abs(t[c]) * (1 if (t[b] < 0) == (t[c] < 0) else -1)
                    t[a] = quotient if op == Op.DIV else t[b] - quotient * t[c]
            elif op == Op.NEG:
                t[a] = -t[b]
            elif op == Op.INV:
                t[a] = ~t[b]
            elif op == Op.NOT:
                t[a] = int(not t[b])
            elif op == Op.JMP:
                at = a
            elif op == Op.JZ:
                at = b if t[a] == 0 else at
            elif op == Op.JNZ:
                at = b if t[a] != 0 else at
            elif op == Op.JNEI:
                at = c if t[a] != b else at
            elif op == Op.NEXT:
                slots[self.thread.pc] = a
                return
            elif op == Op.WAIT:
                if t[a] == 0:
                    raise _Blocked
            elif op == Op.CHOOSE:
                self.choices = b
                t[a] = self.choice
            elif op == Op.PICK:
                t[a] = self.pick(b, c)
            elif op == Op.INST:
                t[a] = self.instance(b, t[c])
            elif op == Op.ALLOC:
                t[a] = self.alloc(b)
            elif op == Op.FREE:
                self.free(t[a])
            elif op == Op.FAIL:
                raise _Failed(ErrorClass(a))
            elif op == Op.WARN:
                self.errors.append(ErrorClass(a))
            elif op == Op.SPAWN:
                t[a] = self.spawn(b, t[c])
            elif op == Op.TASK:
                t[a] = program.objects[self.thread.task].base
            else:
                raise RuntimeError(program.messages[a])


def _steps_of(program: Program, state: State, thread: int) -> Iterator[Step]:
    location = program.locations[state[program.threads[thread].pc]]
    if location.kind == Kind.END:
        return
    if location.text >= 0 and state[program.texts[location.text].life] != LIFE_ALIVE:
        yield Step(thread, 0, None, (ErrorClass.UNMAPPED_TEXT,))
        return
    choice = 0
    while True:
        run = _Run(program, state, thread, choice)
        try:
            run.go()
        except _Blocked:
            pass
        except _Failed as failed:
            yield Step(thread, choice, None, (*run.errors, failed.error))
        else:
            yield Step(thread, choice, tuple(run.slots), tuple(run.errors))
        choice += 1
        if choice >= run.choices:
            return


def steps(program: Program, state: State) -> Iterator[Step]:
    """All steps of all threads, in the order of threads, then of choices."""
    for thread in range(len(program.threads)):
        yield from _steps_of(program, state, thread)


def first_state(program: Program) -> State:
    """The state after the boot threads have run; they must neither fail, block nor choose."""
    state: State = tuple(slot.init for slot in program.slots)
    for index, thread in enumerate(program.threads):
        while thread.boot and program.locations[state[thread.pc]].kind != Kind.END:
            (step,) = _steps_of(program, state, index)
            if step.state is None or step.errors:
                raise RuntimeError("a boot thread failed")
            state = step.state
        if thread.boot:  # its registers are read no more
            end = thread.regs + thread.nregs
            state = state[: thread.regs] + (0,) * thread.nregs + state[end:]
    return state


def _final_errors(program: Program, state: State) -> set[ErrorClass]:
    """What a state without steps tells: a deadlock, or leaks."""
    if not all(program.locations[state[thread.pc]].rest for thread in program.threads):
        return {ErrorClass.DEADLOCK}
    for pool in program.pools:
        if pool.leaks and any(state[program.objects[o].life] == LIFE_ALIVE for o in pool.objects):
            return {ErrorClass.LEAK}
    return set()


def explore(program: Program, canonical: Canonical | None = None, limit: int = 20_000) -> Explored:
    """All reachable states (or representatives of them) and the error classes met on the way.

    Raises TooLarge.
    """

    def represent(state: State) -> State:
        return canonical(state) if canonical else state

    first = represent(first_state(program))
    seen = {first}
    queue = [first]
    classes: set[ErrorClass] = set()
    transitions = 0
    for state in queue:
        stuck = True
        for step in steps(program, state):
            stuck = False
            transitions += 1
            classes.update(step.errors)
            if step.state is None:
                continue
            after = represent(step.state)
            if after not in seen:
                if len(seen) >= limit:
                    raise TooLarge(program.name)
                seen.add(after)
                queue.append(after)
        if stuck:
            classes |= _final_errors(program, state)
    return Explored(frozenset(seen), transitions, frozenset(classes))


assert {Op.CHOOSE, Op.PICK} == set(CHOOSING)
