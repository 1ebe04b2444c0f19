"""The meaning of the IR, in plain Python: what one step of one thread does to a state.

This is the oracle that the compiled machine is tested against, the engine of small searches, and
what traces are replayed with. A state is a tuple of integers, one for each slot of the program.

Checks, in their order. At the start of a step the text of its location must be mapped
(UNMAPPED_TEXT). A load or store wants an address that is positive and names a cell (NULL_DEREF, also
for wild pointers), of an object that is alive (USE_AFTER_FREE). ``FREE`` wants 0 or the first address
of a heap object (DOUBLE_FREE) that is alive (DOUBLE_FREE).
"""

from __future__ import annotations

__all__ = ["Access", "Fault", "Interpreter", "Outcome", "State", "Status", "boot", "describe", "step"]

import enum

import msgspec

from lastput.engine.program import (
    FUNCTION_BASE,
    LIFE_ALIVE,
    LIFE_FREED,
    LIFE_UNUSED,
    ErrorClass,
    Kind,
    Op,
    Program,
    Thread,
)
from lastput.errors import InternalError, LastputError

State = tuple[int, ...]
Access = tuple[int, bool]  # (address, is a write), or (life slot, is a write)

#: Instructions that one step may run before it counts as a loop without end.
BUDGET = 20_000
#: Steps that a boot thread may take.
BOOT_STEPS = 200_000


class Status(enum.IntEnum):
    OK = 0
    BLOCKED = 1
    ERROR = 2


class Fault(msgspec.Struct, frozen=True):
    """An error or warning of the program under test.

    ``message`` indexes ``Program.messages``; -1 for the checks that are built in. ``address`` is what
    it is about, -1 for nothing; ``text`` the module whose text is gone, else -1.
    """

    error: ErrorClass
    address: int = -1
    message: int = -1
    text: int = -1


class Outcome(msgspec.Struct, frozen=True):
    """What a step did. ``state`` is the old one unless ``status`` is OK.

    ``choices`` counts the choices that the step had (1 if it has none, 0 for a pick from nothing).
    ``accesses`` are the loads and stores of cells in order, without those that ALLOC and FREE do;
    ``lives`` the life slots that the step looked at or changed. Both are there for blocked and
    failed steps too.
    """

    status: Status
    state: State
    fatal: Fault | None
    warnings: tuple[Fault, ...]
    choices: int
    accesses: tuple[Access, ...]
    lives: tuple[Access, ...]


def describe(program: Program, fault: Fault) -> str:
    """The text of a fault, in words."""
    if fault.message >= 0:
        return program.messages[fault.message]
    if fault.error is ErrorClass.UNMAPPED_TEXT:
        return f"runs in text of {program.texts[fault.text].name}, which is unmapped"
    if fault.error is ErrorClass.NULL_DEREF:
        if fault.address == 0:
            return "NULL pointer dereferenced"
        if fault.address < 0:
            return "error pointer dereferenced"
        if fault.address >= FUNCTION_BASE:
            return "address of a function or string dereferenced"
        return "wild pointer dereferenced"
    owner = program.owner[fault.address] if 0 <= fault.address < len(program.owner) else -1
    name = program.objects[owner].name if owner >= 0 else "what is no object"
    if fault.error is ErrorClass.USE_AFTER_FREE:
        return f"access to {name}, which is not alive"
    if fault.error is ErrorClass.DOUBLE_FREE:
        whole = owner >= 0 and program.objects[owner].heap and program.objects[owner].base == fault.address
        return f"second free of {name}" if whole else f"free of {name}, not the start of a heap object"
    if fault.error is ErrorClass.WARN:
        return "division by zero"
    if fault.error is ErrorClass.DEADLOCK:
        return "no thread can go on"
    if fault.error is ErrorClass.LEAK:
        return f"{name} is never freed"
    return fault.error.slug


class Interpreter:
    """The tables of one program, and its step function."""

    def __init__(self, program: Program) -> None:
        self.program = program
        objects = program.objects
        #: the life slot of the object at each address, -1 if it lives for ever
        self.life_of = tuple(objects[o].life if o >= 0 else -1 for o in program.owner)
        #: slots that are the life of something
        self.life_slots = frozenset(
            [o.life for o in objects if o.life >= 0] + [t.life for t in program.texts if t.life >= 0]
        )
        self.pc = tuple(t.pc for t in program.threads)
        self.movable = tuple(i for i, t in enumerate(program.threads) if not t.boot)
        self.ends = tuple(loc.kind is Kind.END for loc in program.locations)
        self.text_life = tuple(
            program.texts[loc.text].life if loc.text >= 0 else -1 for loc in program.locations
        )
        self._code = tuple((int(op), a, b, c) for op, a, b, c in program.code)
        #: the slots that ALLOC and FREE of each object set to 0
        self.zeroed = tuple(
            tuple(s for s in program.cells[o.base : o.base + o.size] if s >= 0 and s != o.life)
            for o in objects
        )

    def step(self, state: State, thread: int, choice: int = 0) -> Outcome:
        """One step of ``thread`` from ``state``; ``choice`` counts from 0.

        Raises LastputError for the limits of a model: ``unbounded-loop``, ``pool-overflow``,
        ``thread-overflow``, ``model-limit``.
        """
        program = self.program
        me = program.threads[thread]
        here = state[me.pc]
        if self.ends[here]:
            return Outcome(Status.BLOCKED, state, None, (), 1, (), ())
        place = program.locations[here]
        lives: list[Access] = []
        text_life = self.text_life[here]
        if text_life >= 0:
            lives.append((text_life, False))
            if state[text_life] != LIFE_ALIVE:
                gone = Fault(ErrorClass.UNMAPPED_TEXT, text=place.text)
                return Outcome(Status.ERROR, state, gone, (), 1, (), tuple(lives))
        run = _Run(self, list(state), thread, choice, lives)
        status = run.go(self._code, place.code)
        return Outcome(
            status,
            tuple(run.slots) if status is Status.OK else state,
            run.fatal,
            tuple(run.warnings),
            run.choices,
            tuple(run.accesses),
            tuple(lives),
        )

    def enabled(self, state: State, thread: int) -> bool:
        """Whether the thread has a step from here (one that ends in an error counts)."""
        first = self.step(state, thread)
        if first.status is not Status.BLOCKED:
            return True
        return any(self.step(state, thread, k).status is not Status.BLOCKED for k in range(1, first.choices))

    def final(self, state: State) -> Fault | None:
        """What is wrong with a state in which no thread has a step: a deadlock, a leak, or nothing.

        The address of a leak is that of the first object that is left, or whose count is.
        """
        program = self.program
        for thread in self.movable:
            here = program.locations[state[self.pc[thread]]]
            if not here.rest and here.kind is not Kind.END:
                return Fault(ErrorClass.DEADLOCK)
        for pool in program.pools:
            if not pool.leaks:
                continue
            for index in pool.objects:
                left = program.objects[index]
                if left.life >= 0 and state[left.life] == LIFE_ALIVE:
                    return Fault(ErrorClass.LEAK, address=left.base)
        for count in program.counts:
            left = program.objects[count.object]
            alive = left.life < 0 or state[left.life] == LIFE_ALIVE
            if alive and state[count.value] > state[count.limit]:
                return Fault(ErrorClass.LEAK, address=left.base)
        return None

    def boot(self) -> State:
        """The first state: boot threads run, alone and in their order, to their ends.

        Raises LastputError if one of them fails (``boot-failed``), would wait or has a choice
        (``boot-blocked``, ``boot-choice``), or does not end (``unbounded-loop``).
        """
        program = self.program
        state = tuple(slot.init for slot in program.slots)
        for index, thread in enumerate(program.threads):
            if not thread.boot:
                continue
            for _ in range(BOOT_STEPS):
                here = program.locations[state[thread.pc]]
                if here.kind is Kind.END:
                    break
                outcome = self.step(state, index)
                if outcome.fatal is not None:
                    raise LastputError(
                        "boot-failed",
                        f"{thread.name}: {describe(program, outcome.fatal)} before the first step",
                        "what runs before the threads start must not fail",
                        here.place,
                    )
                if outcome.choices > 1:
                    raise LastputError(
                        "boot-choice",
                        f"{thread.name} has a choice before the first step",
                        "move the choice into a THREAD",
                        here.place,
                    )
                if outcome.status is Status.BLOCKED:
                    raise LastputError(
                        "boot-blocked",
                        f"{thread.name} waits for {here.waits or 'something'} before the first step",
                        "nothing else runs yet: move what waits into a THREAD",
                        here.place,
                    )
                state = outcome.state
            else:
                raise LastputError(
                    "unbounded-loop",
                    f"{thread.name} has not ended after {BOOT_STEPS} steps",
                    "give the loop a bound",
                    program.locations[state[thread.pc]].place,
                )
            state = _without_registers(state, thread)
        return state


def _without_registers(state: State, thread: Thread) -> State:
    """Nothing reads the registers of a boot thread that has ended; left alone they would tell objects
    apart that are alike."""
    first, last = thread.regs, thread.regs + thread.nregs
    return state[:first] + (0,) * thread.nregs + state[last:]


class _Run:
    """One step being run: working copy of the slots, and what has been seen so far."""

    __slots__ = (
        "accesses",
        "choice",
        "choices",
        "fatal",
        "lives",
        "machine",
        "slots",
        "thread",
        "warnings",
    )

    def __init__(
        self, machine: Interpreter, slots: list[int], thread: int, choice: int, lives: list[Access]
    ) -> None:
        self.machine = machine
        self.slots = slots
        self.thread = thread
        self.choice = choice
        self.choices = 1
        self.fatal: Fault | None = None
        self.warnings: list[Fault] = []
        self.accesses: list[Access] = []
        self.lives = lives

    def go(self, code: tuple[tuple[int, int, int, int], ...], ip: int) -> Status:
        machine = self.machine
        program = machine.program
        slots = self.slots
        me = program.threads[self.thread]
        regs = me.regs
        t = [0] * program.temps
        for _ in range(BUDGET):
            op, a, b, c = code[ip]
            ip += 1
            if op < 8:
                if op == Op.CONST:
                    t[a] = b
                elif op == Op.MOV:
                    t[a] = t[b]
                elif op == Op.LDR:
                    t[a] = slots[regs + b]
                elif op == Op.STR:
                    slots[regs + a] = t[b]
                elif op == Op.LD or op == Op.LDA:
                    address = t[b] + c if op == Op.LD else b
                    slot = self.cell(address, False)
                    if slot < 0:
                        return Status.ERROR
                    t[a] = slots[slot]
                else:
                    address = t[a] + c if op == Op.ST else a
                    slot = self.cell(address, True)
                    if slot < 0:
                        return Status.ERROR
                    slots[slot] = t[b]
            elif op < 22:
                x, y = t[b], t[c]
                if op == Op.ADD:
                    t[a] = x + y
                elif op == Op.SUB:
                    t[a] = x - y
                elif op == Op.EQ:
                    t[a] = int(x == y)
                elif op == Op.NE:
                    t[a] = int(x != y)
                elif op == Op.LT:
                    t[a] = int(x < y)
                elif op == Op.LE:
                    t[a] = int(x <= y)
                elif op == Op.AND:
                    t[a] = x & y
                elif op == Op.OR:
                    t[a] = x | y
                elif op == Op.XOR:
                    t[a] = x ^ y
                elif op == Op.MUL:
                    t[a] = _wrap(x * y)
                elif op == Op.SHL:
                    t[a] = _wrap(x << (y & 63))
                elif op == Op.SHR:
                    t[a] = x >> (y & 63)
                elif y == 0:
                    self.warnings.append(Fault(ErrorClass.WARN))
                    t[a] = 0
                else:
                    quotient = abs(x) // abs(y)
                    if (x < 0) != (y < 0):
                        quotient = -quotient
                    t[a] = quotient if op == Op.DIV else x - quotient * y
            elif op < 31:
                x = t[b]
                if op == Op.ADDI:
                    t[a] = x + c
                elif op == Op.EQI:
                    t[a] = int(x == c)
                elif op == Op.NEI:
                    t[a] = int(x != c)
                elif op == Op.LTI:
                    t[a] = int(x < c)
                elif op == Op.LEI:
                    t[a] = int(x <= c)
                elif op == Op.ANDI:
                    t[a] = x & c
                elif op == Op.NEG:
                    t[a] = -x
                elif op == Op.INV:
                    t[a] = ~x
                else:
                    t[a] = int(x == 0)
            elif op == Op.JMP:
                ip = a
            elif op == Op.JZ:
                if t[a] == 0:
                    ip = b
            elif op == Op.JNZ:
                if t[a] != 0:
                    ip = b
            elif op == Op.JNEI:
                if t[a] != b:
                    ip = c
            elif op == Op.NEXT:
                slots[me.pc] = a
                return Status.OK
            elif op == Op.WAIT:
                if t[a] == 0:
                    return Status.BLOCKED
            elif op == Op.CHOOSE:
                self.choices = b
                if b <= 0:
                    return Status.BLOCKED
                t[a] = self.choice
            elif op == Op.PICK:
                found = [x for x in program.instances[b].addresses if self.alive(x) and self.peek(x + c) != 0]
                self.choices = len(found)
                if not found:
                    return Status.BLOCKED
                t[a] = found[self.choice]
            elif op == Op.INST:
                after = t[c]
                t[a] = next((x for x in program.instances[b].addresses if x > after and self.alive(x)), 0)
            elif op == Op.ALLOC:
                t[a] = self.alloc(b)
            elif op == Op.FREE:
                if not self.free(t[a]):
                    return Status.ERROR
            elif op == Op.FAIL:
                self.fatal = Fault(ErrorClass(a), t[b] if b >= 0 else -1, c)
                return Status.ERROR
            elif op == Op.WARN:
                self.warnings.append(Fault(ErrorClass(a), t[b] if b >= 0 else -1, c))
            elif op == Op.SPAWN:
                t[a] = self.spawn(b, t[c])
            elif op == Op.TASK:
                t[a] = program.objects[me.task].base
            elif op == Op.TRAP:
                raise LastputError(
                    "model-limit",
                    program.messages[a],
                    "raise the limit that this names, or make the model smaller",
                    program.locations[slots[me.pc]].place,
                )
            else:
                raise InternalError(f"unknown op {op}")
        raise LastputError(
            "unbounded-loop",
            f"a step of {me.name} has not ended after {BUDGET} instructions",
            "give the loop a bound, or an access to shared memory in its body",
            program.locations[slots[me.pc]].place,
        )

    def cell(self, address: int, write: bool) -> int:
        """The slot of an address, or -1 after noting what is wrong with it."""
        program = self.machine.program
        cells = program.cells
        if address <= 0 or address >= len(cells) or cells[address] < 0:
            self.fatal = Fault(ErrorClass.NULL_DEREF, address)
            return -1
        slot = cells[address]
        self.accesses.append((address, write))
        life = self.machine.life_of[address]
        if life >= 0:
            self.lives.append((life, False))
            if self.slots[life] != LIFE_ALIVE:
                self.fatal = Fault(ErrorClass.USE_AFTER_FREE, address)
                return -1
        if slot in self.machine.life_slots:
            self.lives.append((slot, write))
        return slot

    def alive(self, address: int) -> bool:
        life = self.machine.life_of[address]
        if life < 0:
            return True
        self.lives.append((life, False))
        return self.slots[life] == LIFE_ALIVE

    def peek(self, address: int) -> int:
        """What PICK looks at; its instances are known to be alive."""
        slot = self.machine.program.cells[address]
        if slot < 0:
            raise InternalError(f"pick looks at a hole, address {address}")
        self.accesses.append((address, False))
        return self.slots[slot]

    def alloc(self, pool: int) -> int:
        program = self.machine.program
        for index in program.pools[pool].objects:
            new = program.objects[index]
            self.lives.append((new.life, False))
            if self.slots[new.life] == LIFE_UNUSED:
                self.slots[new.life] = LIFE_ALIVE
                self.lives.append((new.life, True))
                for slot in self.machine.zeroed[index]:
                    self.slots[slot] = 0
                return new.base
        kind = program.pools[pool]
        room = len(kind.objects)
        raise LastputError(
            "pool-overflow",
            f"more than {room} object{'s' if room > 1 else ''} of struct {kind.type} over one run",
            f"give the pool more room: POOL(struct {kind.type}, {room + 1});",
            program.locations[self.slots[program.threads[self.thread].pc]].place,
        )

    def free(self, address: int) -> bool:
        if address == 0:
            return True
        program = self.machine.program
        index = program.owner[address] if 0 < address < len(program.owner) else -1
        if index < 0 or program.objects[index].base != address or not program.objects[index].heap:
            self.fatal = Fault(ErrorClass.DOUBLE_FREE, address)
            return False
        life = program.objects[index].life
        self.lives.append((life, True))
        if self.slots[life] != LIFE_ALIVE:
            self.fatal = Fault(ErrorClass.DOUBLE_FREE, address)
            return False
        self.slots[life] = LIFE_FREED
        for slot in self.machine.zeroed[index]:
            self.slots[slot] = 0
        return True

    def spawn(self, code: int, argument: int) -> int:
        program = self.machine.program
        slots = self.slots
        for new in program.threads:
            if (
                new.code == code
                and not new.boot
                and slots[new.pc] == new.start
                and self.machine.ends[new.start]
            ):
                slots[new.pc] = new.entry
                if new.nregs:
                    slots[new.regs] = argument
                return program.objects[new.task].base
        count = sum(1 for t in program.threads if t.code == code and not t.boot)
        raise LastputError(
            "thread-overflow",
            f"more than {count} threads of one function are spawned over one run",
            f"give it more: KTHREADS(FUNCTION, {count + 1});",
            program.locations[slots[program.threads[self.thread].pc]].place,
        )


def _wrap(value: int) -> int:
    """To 64 bits, as the compiled machine computes."""
    return ((value + (1 << 63)) & ((1 << 64) - 1)) - (1 << 63)


_last: Interpreter | None = None


def _interpreter(program: Program) -> Interpreter:
    global _last
    if _last is None or _last.program is not program:
        _last = Interpreter(program)
    return _last


def boot(program: Program) -> State:
    """See Interpreter.boot."""
    return _interpreter(program).boot()


def step(program: Program, state: State, thread: int, choice: int = 0) -> Outcome:
    """See Interpreter.step."""
    return _interpreter(program).step(state, thread, choice)
