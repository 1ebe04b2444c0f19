"""Bodies to bytecode and locations, and all parts to a ``Program``."""

from __future__ import annotations

__all__ = ["Assembler"]

import msgspec

from lastput.engine.program import LIFE_ALIVE, LIFE_UNUSED, Code, Kind, Location, Op
from lastput.errors import Place
from lastput.model.flow import Flow, defined, used
from lastput.model.inline import Body
from lastput.model.registers import Allocation
from lastput.model.space import Space
from lastput.model.tac import Ins, Pseudo, Ref
from lastput.model.world import World

_PLAIN = {Op.LD, Op.ST, Op.LDA, Op.STA, Pseudo.TEXT}
_THREE = range(Op.ADD, Op.LE + 1)
_TWO = range(Op.ADDI, Op.ANDI + 1)
_ONE = range(Op.NEG, Op.NOT + 1)


class Assembled(msgspec.Struct, frozen=True):
    """Where the code of one body begins and ends; ``parked`` is an END location."""

    entry: int
    parked: int
    first: int
    last: int


class Assembler:
    """Appends the code of body after body; ``temps`` grows to what any step needs."""

    def __init__(self, world: World, space: Space, codes: dict[str, int]) -> None:
        self.world = world
        self.space = space
        self.codes = codes
        self.code: list[Code] = []
        self.locations: list[Location] = []
        self.messages: dict[str, int] = {}
        self.temps = 0

    def add(self, body: Body, flow: Flow, allocation: Allocation) -> Assembled:
        """Emit the bytecode and locations of ``body``."""
        return _BodyEmitter(self, body, flow, allocation).run()

    def message(self, text: str) -> int:
        return self.messages.setdefault(text, len(self.messages))


class _BodyEmitter:
    def __init__(self, owner: Assembler, body: Body, flow: Flow, allocation: Allocation) -> None:
        self.owner = owner
        self.body = body
        self.flow = flow
        self.allocation = allocation
        self.mirror = allocation.temps
        self.scratch = allocation.temps + allocation.count
        owner.temps = max(owner.temps, self.scratch + 4)
        self.held = self._held()
        self.loaded = 0
        self.where: list[int] = []
        self.patches: list[tuple[int, int, int]] = []

    def run(self) -> Assembled:
        owner, flow = self.owner, self.flow
        first = len(owner.locations)
        number = {start: first + k for k, start in enumerate(flow.starts)}
        parked = first + len(flow.starts)
        owner.locations += [self._placeholder()] * (len(flow.starts) + 1)
        end = Place(self.owner.world.name)
        owner.locations[parked] = Location(
            code=-1, kind=Kind.END, text=-1, place=end, frames=(), what="finished", rest=True
        )
        dirty = self._dirty()
        for i, ins in enumerate(flow.code):
            self.where.append(len(owner.code))
            if i in number:
                live = self._phys(flow.live_in[i])
                self._clear(dirty[i] & ~live)
                self._out(Op.NEXT, number[i])
                owner.locations[number[i]] = self._location(i, ins, len(owner.code))
            self.loaded = 0 if i in number else self.held[i]
            if ins.op == Pseudo.EXIT:
                self._clear(dirty[i])
                self._out(Op.NEXT, parked)
            else:
                self._emit(i, ins)
        for at, operand, target in self.patches:
            parts = list(owner.code[at])
            parts[operand] = self.where[target]
            owner.code[at] = (parts[0], parts[1], parts[2], parts[3])
        return Assembled(entry=first, parked=parked, first=first, last=parked)

    @staticmethod
    def _placeholder() -> Location:
        return Location(code=-1, kind=Kind.END, text=-1, place=Place(""), frames=())

    # --- locations ------------------------------------------------------------------------------

    def _location(self, i: int, ins: Ins, code: int) -> Location:
        frames = ins.frame.stack() if ins.frame else ()
        text = frames[-1].text if frames else -1
        kind = Kind.SYNC
        if ins.op == Pseudo.BEGIN:
            assert isinstance(ins.a, int)
            kind = Kind(ins.a)
        elif ins.op in _PLAIN or i == 0:
            kind = Kind.PLAIN
        waits, rest = self._waits(i)
        what = ins.note
        if ins.op == Pseudo.BEGIN and not what and frames:
            what = f"{frames[-1].function}({frames[-1].args})"
        elif ins.op == Op.ALLOC and frames:
            what = (
                f"{frames[-1].function}({frames[-1].args})" if ins.place.file.endswith(".h") else "allocate"
            )
        elif ins.op == Op.FREE:
            what = f"free({ins.note})"
        return Location(
            code=code, kind=kind, text=text, place=ins.place, frames=frames, what=what, waits=waits, rest=rest
        )

    def _waits(self, start: int) -> tuple[str, bool]:
        """What the step at ``start`` may wait for, and whether it may rest there."""
        conditions: list[tuple[str, bool]] = []
        todo, seen = [start], {start}
        while todo:
            i = todo.pop()
            ins = self.flow.code[i]
            if ins.op == Op.WAIT:
                conditions.append((ins.note, bool(ins.b)))
            elif ins.op == Op.PICK:
                conditions.append((ins.note.removesuffix(" idle"), ins.note.endswith(" idle")))
            if i == start and ins.op != Pseudo.BEGIN:
                break
            for j in self.flow.successors[i]:
                if j not in seen and self.flow.code[j].inside:
                    seen.add(j)
                    todo.append(j)
        if not conditions:
            return "", False
        texts = list(dict.fromkeys(text for text, _ in conditions))
        return "; ".join(texts), any(idle for _, idle in conditions)

    # --- dead registers are zero ----------------------------------------------------------------

    def _phys(self, live: int) -> int:
        result = 0
        home = self.allocation.home
        while live:
            low = live & -live
            register = low.bit_length() - 1
            if register in home:
                result |= 1 << home[register]
            live ^= low
        return result

    def _dirty(self) -> list[int]:
        """The thread registers that may be not zero before each instruction."""
        flow, home = self.flow, self.allocation.home
        before = [0] * len(flow.code)
        starts = set(flow.starts)
        todo = [0]
        before[0] = self._phys(flow.live_in[0])
        visited = set()
        while todo:
            i = todo.pop()
            visited.add(i)
            state = self._phys(flow.live_in[i]) if i in starts else before[i]
            register = defined(flow.code[i])
            if register in home:
                state |= 1 << home[register]
            for j in flow.successors[i]:
                if state & ~before[j] or j not in visited:
                    before[j] |= state
                    visited.add(j)
                    todo.append(j)
        return before

    def _held(self) -> list[int]:
        """The thread registers whose value lies in their mirror, a temporary, before each instruction,
        whichever way the step got there."""
        flow, home = self.flow, self.allocation.home
        everything = (1 << self.allocation.count) - 1
        before = [everything] * len(flow.code)
        starts = set(flow.starts)
        before[0] = 0
        todo = [*flow.starts]
        visited: set[int] = set()
        while todo:
            i = todo.pop()
            visited.add(i)
            state = 0 if i in starts else before[i]
            ins = flow.code[i]
            touched = [*used(ins), defined(ins)]
            for register in touched:
                if register in home:
                    state |= 1 << home[register]
            for j in flow.successors[i]:
                if before[j] & ~state or j not in visited:
                    before[j] &= state
                    if j not in starts:
                        todo.append(j)
        return before

    def _clear(self, registers: int) -> None:
        if registers:
            self._out(Op.CONST, self.scratch, 0)
        while registers:
            low = registers & -registers
            self._out(Op.STR, low.bit_length() - 1, self.scratch)
            registers ^= low

    # --- instructions ---------------------------------------------------------------------------

    def _out(self, op: int, a: int = 0, b: int = 0, c: int = 0) -> None:
        self.owner.code.append((int(op), a, b, c))

    def _jump(self, op: int, a: int, b: int, operand: int, target: object) -> None:
        assert isinstance(target, int)
        self.patches.append((len(self.owner.code), operand, target))
        self._out(op, a, b)

    def _source(self, register: object) -> int:
        """The temporary that holds the value of a virtual register, loaded if need be."""
        assert isinstance(register, int)
        home = self.allocation.home.get(register)
        if home is None:
            return self.allocation.temp.get(register, self.scratch + 3)
        if not self.loaded >> home & 1:
            self._out(Op.LDR, self.mirror + home, home)
            self.loaded |= 1 << home
        return self.mirror + home

    def _target(self, register: object) -> int:
        assert isinstance(register, int)
        home = self.allocation.home.get(register)
        if home is not None:
            return self.mirror + home
        return self.allocation.temp.get(register, self.scratch + 3)

    def _save(self, register: object) -> None:
        assert isinstance(register, int)
        home = self.allocation.home.get(register)
        if home is not None:
            self._out(Op.STR, home, self.mirror + home)

    def _number(self, value: object) -> int:
        if isinstance(value, Ref):
            return self.owner.space.resolve(value)
        assert isinstance(value, int)
        return value

    def _emit(self, i: int, ins: Ins) -> None:
        op, a, b, c = ins.op, ins.a, ins.b, ins.c
        if op in (Pseudo.BEGIN, Pseudo.END, Pseudo.TEXT):
            return
        if op == Op.MOV:
            self._move(a, b)
        elif op in (Op.CONST, Op.LDA):
            self._out(op, self._target(a), self._number(b))
            self._save(a)
        elif op == Op.LD:
            self._out(op, self._target(a), self._source(b), self._number(c))
            self._save(a)
        elif op == Op.ST:
            self._out(op, self._source(a), self._source(b), self._number(c))
        elif op == Op.STA:
            self._out(op, self._number(a), self._source(b))
        elif op in _THREE:
            left, right = self._source(b), self._source(c)
            self._out(op, self._target(a), left, right)
            self._save(a)
        elif op in _TWO:
            self._out(op, self._target(a), self._source(b), self._number(c))
            self._save(a)
        elif op in _ONE:
            self._out(op, self._target(a), self._source(b))
            self._save(a)
        elif op == Op.JMP:
            self._jump(op, 0, 0, 1, a)
        elif op in (Op.JZ, Op.JNZ):
            self._jump(op, self._source(a), 0, 2, b)
        elif op == Op.JNEI:
            self._jump(op, self._source(a), self._number(b), 3, c)
        elif op == Op.WAIT:
            self._out(op, self._source(a))
        else:
            self._emit_rare(op, a, b, c)

    def _emit_rare(self, op: int, a: object, b: object, c: object) -> None:
        if op in (Op.CHOOSE, Op.PICK, Op.ALLOC, Op.TASK):
            self._out(op, self._target(a), self._number(b), self._number(c))
            self._save(a)
        elif op == Op.INST:
            self._out(op, self._target(a), self._number(b), self._source(c))
            self._save(a)
        elif op == Op.FREE:
            self._out(op, self._source(a))
        elif op in (Op.FAIL, Op.WARN):
            assert isinstance(c, str)
            self._out(op, self._number(a), self._source(b), self.owner.message(c))
        elif op == Op.TRAP:
            self._out(op, self.owner.message(str(a)))
        elif op == Pseudo.SPAWN:
            assert isinstance(b, str)
            target = -1 if isinstance(a, int) and a < 0 else self._target(a)
            self._out(
                Op.SPAWN, target if target >= 0 else self.scratch + 3, self.owner.codes[b], self._source(c)
            )
            if target >= 0:
                self._save(a)
        elif op == Pseudo.STACK:
            assert isinstance(b, str)
            offset = self._stack(b)
            self._out(Op.TASK, self._target(a))
            self._out(Op.ADDI, self._target(a), self._target(a), offset + self._number(c))
            self._save(a)
        elif op == Pseudo.OPEN:
            assert isinstance(a, str)
            self._set_frame(a, LIFE_ALIVE)
        elif op == Pseudo.CLEAR:
            assert isinstance(a, str)
            self._clear_stack(a)
            self._set_frame(a, LIFE_UNUSED)
        else:
            raise AssertionError(f"no code for {op}")

    def _move(self, a: object, b: object) -> None:
        source, target = self._source(b), self._target(a)
        if source != target:
            self._out(Op.MOV, target, source)
            self._save(a)

    def _stack(self, key: str) -> int:
        function, _, variable = key.partition("\0")
        return self.owner.space.stack_offsets[self.body.function, function, variable]

    def _set_frame(self, function: str, life: int) -> None:
        self._out(Op.TASK, self.scratch)
        self._out(Op.CONST, self.scratch + 1, life)
        self._out(Op.ST, self.scratch, self.scratch + 1, self._stack(f"{function}\0"))

    def _clear_stack(self, function: str) -> None:
        space = self.owner.space
        self._out(Op.TASK, self.scratch)
        self._out(Op.CONST, self.scratch + 1, 0)
        for variable in self.owner.world.functions[function].aggregate_locals:
            start = space.stack_offsets[self.body.function, function, variable.key]
            for k, cell in enumerate(space.layout.cells(variable.type)):
                if cell is not None and cell.read:
                    self._out(Op.ST, self.scratch, self.scratch + 1, start + k)
