"""All functions of a thread inlined into one body, so that a location knows its stack statically."""

from __future__ import annotations

__all__ = ["Body", "Inliner"]

from collections.abc import Callable, Iterator

import msgspec

from lastput.engine.program import ErrorClass, Frame, Op
from lastput.errors import LastputError, Place
from lastput.model.tac import FrameNode, Ins, Pseudo, Ref, Template
from lastput.model.types import Func, find
from lastput.model.world import World

_LIMIT = 60_000  # instructions of one thread: far above any model that can be searched
_JUMP_LABEL = {Op.JMP: "a", Op.JZ: "b", Op.JNZ: "b", Op.JNEI: "c"}


class Body(msgspec.Struct):
    """The code of one kind of thread. Registers are unique; ``locals`` lists whose memory it needs."""

    function: str
    code: list[Ins]
    registers: int
    names: dict[int, str]
    pointers: set[int]
    integers: set[int]
    locals: dict[str, None]
    spawns: dict[str, None]
    entered: dict[str, None]
    parameter: int


class Inliner:
    """Builds bodies from templates. ``tail_calls``: void tails are jumps, as gcc -O2 makes them."""

    def __init__(self, world: World, template: Callable[[str], Template], tail_calls: bool) -> None:
        self.world = world
        self.template = template
        self.tail_calls = tail_calls

    def body(self, function: str, place: Place) -> Body:
        """The code of a thread that runs ``function``; its parameter, if any, is ``parameter``."""
        self.out = Body(function, [], 0, {}, set(), set(), {}, {}, {}, -1)
        self.labels = 0
        self.values: dict[int, object] = {}
        self.stack: list[str] = []
        root = self.template(function)
        args = tuple(self._register(root, i, function) for i in range(root.nparams))
        self.out.parameter = args[0] if args else -1
        text = self.world.functions[function].module
        node = FrameNode(Frame(function=function, text=text, call=place), None)
        self._emit(Pseudo.TEXT, text, 0, 0, place, node)
        self._inline(root, args, -1, node, text, False)
        self._emit(Pseudo.EXIT, 0, 0, 0, self.world.functions[function].definition.end, node)
        return self.out

    def _emit(
        self, op: int, a: object, b: object, c: object, place: Place, frame: FrameNode, note: str = ""
    ) -> Ins:
        ins = Ins(op, a, b, c, place, note)
        ins.frame = frame
        self.out.code.append(ins)
        return ins

    def _register(self, template: Template, old: int, function: str) -> int:
        new = self.out.registers
        self.out.registers += 1
        self.out.names[new] = template.names.get(old, "")
        self._mark(template, old, new)
        return new

    def _mark(self, template: Template, old: int, new: int) -> None:
        if old in template.pointers:
            self.out.pointers.add(new)
        if old in template.integers:
            self.out.integers.add(new)

    def _inline(
        self,
        template: Template,
        args: tuple[int, ...],
        result: int,
        frame: FrameNode,
        text: int,
        inside: bool,
    ) -> bool:
        """Append a copy of ``template``; True if it may return by a jump from other text."""
        if len(self.out.code) > _LIMIT:
            raise LastputError(
                "too-large",
                f"the code of {self.out.function} passes {_LIMIT} inlined instructions",
                "stub some callees, or narrow what function pointers may hold",
                frame.frame.call,
            )
        self.stack.append(template.name)
        self.out.entered[template.name] = None
        registers: dict[int, int] = {}
        base = self.labels
        self.labels += template.labels
        place = template.body[0].place if template.body else frame.frame.call
        for i in range(template.nparams):
            if i < len(args) and i not in template.assigned_params:
                registers[i] = args[i]
                self._mark(template, i, args[i])
            else:
                registers[i] = self._register(template, i, template.name)
                if i < len(args):
                    self._emit(Op.MOV, registers[i], args[i], 0, place, frame).inside = inside
        if template.result >= 0 and result >= 0:
            registers[template.result] = result
            self._mark(template, template.result, result)
        foreign = False
        depth = 0
        if any(self.world.functions[template.name].aggregate_locals):
            self.out.locals[template.name] = None

        def reg(old: object) -> int:
            assert isinstance(old, int)
            if old not in registers:
                registers[old] = self._register(template, old, template.name)
                if old in template.constants:
                    self.values[registers[old]] = template.constants[old]
            return registers[old]

        for index, ins in enumerate(template.body):
            within = inside or depth > 0
            if ins.op == Pseudo.BEGIN:
                depth += 1
                if inside or depth > 1:
                    continue
            elif ins.op == Pseudo.END:
                depth -= 1
                if inside or depth > 0:
                    continue
            if ins.op in (Pseudo.CALL, Pseudo.ICALL, Pseudo.SPAWN):
                tail = self.tail_calls and index in template.tails and not within
                foreign |= self._call(ins, reg, frame, text, within, tail)
                continue
            copy = self._emit(ins.op, ins.a, ins.b, ins.c, ins.place, frame, ins.note)
            copy.inside = within
            self._rename(copy, reg, base)
        self.stack.pop()
        return foreign

    def _rename(self, ins: Ins, reg: Callable[[object], int], base: int) -> None:
        op = ins.op
        if op == Pseudo.LABEL:
            assert isinstance(ins.a, int)
            ins.a += base
            return
        for name in _REGISTERS.get(op, ""):
            setattr(ins, name, reg(getattr(ins, name)))
        if op in _JUMP_LABEL:
            name = _JUMP_LABEL[Op(op)]
            setattr(ins, name, getattr(ins, name) + base)

    # --- calls ----------------------------------------------------------------------------------

    def _call(
        self, ins: Ins, reg: Callable[[object], int], frame: FrameNode, text: int, inside: bool, tail: bool
    ) -> bool:
        result = reg(ins.a) if isinstance(ins.a, int) and ins.a >= 0 else -1
        if ins.op == Pseudo.SPAWN:
            assert isinstance(ins.c, tuple)
            self._spawn(ins, result, reg(ins.b), reg(ins.c[0]), ins.c[1], frame, inside)
            return False
        if ins.op == Pseudo.CALL:
            assert isinstance(ins.b, str) and isinstance(ins.c, tuple)
            args = tuple(reg(a) for a in ins.c)
            return self._enter(ins, ins.b, args, result, frame, text, inside, tail)
        assert isinstance(ins.c, tuple)
        args = tuple(reg(a) for a in ins.c[0])
        pointer = reg(ins.b)
        foreign = False
        for name in self._dispatch(ins, pointer, ins.c[1], len(args), frame, inside):
            foreign |= self._enter(ins, name, args, result, frame, text, inside, tail)
        return foreign

    def _dispatch(
        self, ins: Ins, pointer: int, func: Func, nargs: int, frame: FrameNode, inside: bool
    ) -> Iterator[str]:
        """Each function that ``pointer`` may hold, with the test for it emitted before and a jump to the
        end after the caller of this generator has emitted what happens then."""
        known = self.values.get(pointer)
        if isinstance(known, Ref) and known.kind == "function":
            yield known.name
            return

        def emit(op: int, a: object, b: object, c: object) -> None:
            self._emit(op, a, b, c, ins.place, frame, ins.note).inside = inside

        found = find(func)
        assert isinstance(found, Func)
        end = self._label()
        for name in found.functions:
            if not self._fits(name, nargs):
                continue
            other = self._label()
            emit(Op.JNEI, pointer, Ref("function", name), other)
            yield name
            emit(Op.JMP, end, 0, 0)
            emit(Pseudo.LABEL, other, 0, 0)
        wild = self._label()
        emit(Op.JNEI, pointer, 0, wild)
        emit(Op.FAIL, int(ErrorClass.NULL_DEREF), pointer, "call through a NULL function pointer")
        emit(Pseudo.LABEL, wild, 0, 0)
        emit(Op.TRAP, f"{ins.place}: call through a pointer that holds no function", 0, 0)
        emit(Pseudo.LABEL, end, 0, 0)

    def _fits(self, name: str, nargs: int) -> bool:
        function = self.world.functions.get(name)
        return function is not None and (len(function.params) == nargs or function.definition.type.variadic)

    def _label(self) -> int:
        self.labels += 1
        return self.labels - 1

    def _spawn(
        self, ins: Ins, result: int, pointer: int, arg: int, func: Func, frame: FrameNode, inside: bool
    ) -> None:
        for name in self._dispatch(ins, pointer, func, 1, frame, inside):
            self.out.spawns[name] = None
            made = self._emit(Pseudo.SPAWN, result, name, arg, ins.place, frame, ins.note)
            made.inside = inside

    def _enter(
        self,
        ins: Ins,
        name: str,
        args: tuple[int, ...],
        result: int,
        frame: FrameNode,
        text: int,
        inside: bool,
        tail: bool,
    ) -> bool:
        if name in self.stack:
            chain = " -> ".join([*self.stack[self.stack.index(name) :], name])
            self._emit(Op.TRAP, f"{ins.place}: recursion: {chain}", 0, 0, ins.place, frame).inside = inside
            return False
        function = self.world.functions[name]
        callee_text = text if function.inline else function.module
        note = ins.note if ins.op == Pseudo.CALL else ins.note.partition("(")[2].removesuffix(")")
        node = FrameNode(Frame(name, callee_text, ins.place, note, tail), frame)
        if callee_text not in (text, -1) and not inside:
            self._emit(Pseudo.TEXT, callee_text, 0, 0, function.place, node, f"call {name}()")
        foreign = self._inline(self.template(name), args, result, node, callee_text, inside)
        if callee_text not in (text, -1) and not foreign and not inside:
            # What the callee did last may be a step of its own: its `ret` is still text of the module.
            self._emit(Pseudo.TEXT, callee_text, 0, 0, function.definition.end, node, f"return from {name}()")
        foreign |= callee_text != text
        if tail:
            return foreign
        if foreign and text >= 0 and not inside:
            self._emit(Pseudo.TEXT, text, 0, 0, ins.place, frame, f"return to {frame.frame.function}()")
        return False


_REGISTERS: dict[int, str] = {
    Op.CONST: "a",
    Op.MOV: "ab",
    Op.LD: "ab",
    Op.ST: "ab",
    Op.LDA: "a",
    Op.STA: "b",
    **dict.fromkeys((*range(Op.ADD, Op.LE + 1),), "abc"),
    **dict.fromkeys((*range(Op.ADDI, Op.NOT + 1),), "ab"),
    Op.JZ: "a",
    Op.JNZ: "a",
    Op.JNEI: "a",
    Op.WAIT: "a",
    Op.CHOOSE: "a",
    Op.PICK: "a",
    Op.INST: "ac",
    Op.ALLOC: "a",
    Op.FREE: "a",
    Op.FAIL: "b",
    Op.WARN: "b",
    Op.TASK: "a",
    Pseudo.STACK: "a",
}
