"""Loops over the instances of a type whose outcome may depend on the order in which they are visited.

Symmetry renames objects and threads, and with that it changes the order. A loop is independent of it if it
is one step and

- writes memory only at the instance itself, and reads no other memory meanwhile;
- carries nothing from one instance to the next but a flag that is only ever set to one constant, a sum (or a
  conjunction and the like), a least or greatest value, or the one instance that a test admits, where a second
  one ends the run;
- is left only when all have been visited.

Everything else ("the first one found", "the last one") is taken to depend on the order. That is a syntactic
proof as for reductions in parallel loops (Rauchwerger and Padua, PLDI 1995): what it does not see is refused.
"""

from __future__ import annotations

__all__ = ["ordered_loops"]

from collections.abc import Iterator, Sequence

from lastput.engine.program import Op
from lastput.errors import Place
from lastput.model.flow import Flow, defined, used
from lastput.model.tac import Ins, Pseudo, Ref

_STORES = {Op.ST, Op.STA}
_LOADS = {Op.LD, Op.LDA}
#: One kind of update each; within a kind the order does not matter.
_KINDS: dict[int, str] = {
    **dict.fromkeys((Op.ADD, Op.ADDI, Op.SUB), "sum"),
    Op.OR: "or", Op.AND: "and", Op.XOR: "xor", Op.MUL: "product",
}  # fmt: skip
_REFUSED = {Op.WAIT, Op.CHOOSE, Op.PICK, Op.ALLOC, Op.FREE, Pseudo.SPAWN, Pseudo.CLEAR, Pseudo.TEXT}
_ENDS = {Op.FAIL, Op.TRAP}


def ordered_loops(flow: Flow) -> Iterator[tuple[int, Place]]:
    """The loops of a body that are not proved independent of the order: id of the type of the instances
    (``Registry.type_id``), and the place."""
    ways = _Ways(flow)
    for head, ins in enumerate(flow.code):
        if ins.op == Op.INST:
            assert isinstance(ins.b, Ref)
            loop = _Loop(flow, ways, head)
            if loop.inside and not loop.independent():
                yield ins.b.offset, ins.place


class _Loop:
    """The loop whose head is the INST at index ``head``; ``inside`` are its instructions."""

    def __init__(self, flow: Flow, ways: _Ways, head: int) -> None:
        self.flow = flow
        self.head = head
        self.inside = _around(flow, ways, head)
        self.code = [flow.code[i] for i in sorted(self.inside)]
        self.cursor = flow.code[head].a
        self.definitions: dict[int, list[Ins]] = {}
        self.uses: dict[int, list[Ins]] = {}
        for ins in self.code:
            if defined(ins) >= 0:
                self.definitions.setdefault(defined(ins), []).append(ins)
            for register in used(ins):
                self.uses.setdefault(register, []).append(ins)

    def independent(self) -> bool:
        if not all(ins.inside and ins.op not in _REFUSED for ins in self.code):
            return False
        return self._left_at_the_end() and self._memory() and all(map(self._carried, self._carriers()))

    def _left_at_the_end(self) -> bool:
        """Whether every way out is that of the head's test for the end, or ends the run."""
        for i in self.inside:
            ins = self.flow.code[i]
            if (ins.op == Op.JZ and ins.a == self.cursor) or self._is_this_one(ins):
                continue
            for to in self.flow.successors[i]:
                if to not in self.inside and not self._ends(to):
                    return False
        return True

    def _is_this_one(self, ins: Ins) -> bool:
        """Whether ``ins`` leaves at the one instance that a pointer from outside points to, and nothing has
        been done before."""
        if ins.op not in (Op.JZ, Op.JNZ) or any(one.op in _STORES | {Op.WARN} for one in self.code):
            return False
        test = self._definition(ins.a)
        if test is None or test.op != Op.EQ or self._carriers():
            return False
        other = [register for register in (test.b, test.c) if register != self.cursor]
        return len(other) == 1 and other[0] not in self.definitions

    def _ends(self, at: int) -> bool:
        """Whether the run ends before anything that others could see."""
        for _ in range(8):
            ins = self.flow.code[at]
            if ins.op in _ENDS:
                return True
            if ins.op not in (Op.CONST, Op.MOV, Op.JMP) or len(self.flow.successors[at]) != 1:
                return False
            at = self.flow.successors[at][0]
        return False

    # --- memory ---------------------------------------------------------------------------------

    def _memory(self) -> bool:
        """Whether an instance sees nothing that the loop has written at another one."""
        if not any(ins.op in _STORES for ins in self.code):
            return True
        own = self._copies()
        return all(self._at(own, ins) for ins in self.code if ins.op in _STORES | _LOADS)

    def _copies(self) -> set[int]:
        """Registers that hold the instance: the cursor and its copies."""
        own = {self.cursor}
        for _ in range(len(self.code)):
            more = {
                register
                for register, found in self.definitions.items()
                if len(found) == 1 and found[0].op == Op.MOV and found[0].b in own
            } - own
            if not more:
                break
            own |= more
        return {register for register in own if isinstance(register, int)}

    def _at(self, own: set[int], ins: Ins) -> bool:
        """Whether a load or store is at a member of the instance."""
        base = ins.a if ins.op == Op.ST else ins.b
        return ins.op in (Op.LD, Op.ST) and base in own and isinstance(ins.c, int) and ins.c >= 0

    # --- what is carried from one instance to the next ----------------------------------------------

    def _carriers(self) -> list[int]:
        live = self.flow.live_in[self.head]
        return [r for r in self.definitions if live >> r & 1 and r != self.cursor]

    def _carried(self, register: int) -> bool:
        found = self.definitions[register]
        constants = [self._constant(ins) for ins in found]
        if constants[0] is not None and all(value == constants[0] for value in constants):
            return not self.uses.get(register)
        return self._sum(register) or self._least(register) or self._only_one(register)

    def _definition(self, register: object) -> Ins | None:
        """The one definition of a register in the loop."""
        found = self.definitions.get(register, []) if isinstance(register, int) else []
        return found[0] if len(found) == 1 else None

    def _constant(self, ins: Ins) -> object:
        """What a CONST, or a MOV of one, gives; None for anything else."""
        if ins.op == Op.MOV and isinstance(ins.b, int):
            found = self.definitions.get(ins.b, [])
            return found[0].b if len(found) == 1 and found[0].op == Op.CONST else None
        return ins.b if ins.op == Op.CONST else None

    def _sum(self, start: int) -> bool:
        """Whether the new value of ``start`` is the old one plus what depends on the instance only, and
        nothing else looks at it. Instead of the sum it may be another kind of operation."""
        derived, todo = {start}, [start]
        steps: list[Ins] = []
        while todo:
            for ins in self.uses.get(todo.pop(), []):
                target = defined(ins)
                if target < 0 or ins.op not in _KINDS.keys() | {Op.ANDI, Op.MOV}:
                    return False
                steps.append(ins)
                if target not in derived:
                    derived.add(target)
                    todo.append(target)
        kinds = {_KINDS[ins.op] for ins in steps if ins.op in _KINDS}
        masks = {ins.c for ins in steps if ins.op == Op.ANDI}
        updates = {register: self.definitions.get(register, []) for register in derived}
        return (
            len(kinds) == 1
            and len(masks) <= 1
            and all(isinstance(mask, int) and mask >= 0 and not mask & mask + 1 for mask in masks)
            and all(self._once(ins, derived) for ins in steps)
            and all(ins in steps for found in updates.values() for ins in found)
        )

    def _once(self, ins: Ins, derived: set[int]) -> bool:
        """Whether one operand of ``ins`` is ``derived``; of a difference the first."""
        from_derived = [register for register in used(ins) if register in derived]
        return len(from_derived) == 1 and (ins.op != Op.SUB or ins.b in derived)

    def _least(self, register: int) -> bool:
        """``if (value < least) least = value;``, and nothing else looks at it."""
        found, uses = self.definitions[register], self.uses.get(register, [])
        if len(found) != 1 or found[0].op != Op.MOV or len(uses) != 1 or uses[0].op not in (Op.LT, Op.LE):
            return False
        value, test = found[0].b, uses[0]
        if {test.b, test.c} != {register, value} or not isinstance(test.a, int):
            return False
        tests = self.uses.get(test.a, [])
        if len(tests) != 1 or tests[0].op not in (Op.JZ, Op.JNZ):
            return False
        branch = next(i for i in self.inside if self.flow.code[i] is tests[0])
        (move,) = (i for i in self.inside if self.flow.code[i] is found[0])
        ways = [self._past_jumps(to) for to in self.flow.successors[branch]]
        after = self._past_jumps(self.flow.successors[move][0])
        return len(ways) == 2 and move in ways and after in ways

    def _only_one(self, register: int) -> bool:
        """``if (found) fail(...); found = instance;``"""
        own = self._copies()
        if not all(ins.op == Op.MOV and ins.b in own for ins in self.definitions[register]):
            return False
        guards = self.uses.get(register, [])
        return bool(guards) and all(self._guards(ins, register) for ins in guards)

    def _guards(self, ins: Ins, register: int) -> bool:
        if ins.op not in (Op.JZ, Op.JNZ) or ins.a != register:
            return False
        at = next(i for i in self.inside if self.flow.code[i] is ins)
        here, there = self.flow.successors[at]
        taken, zero = (there, here) if ins.op == Op.JNZ else (here, there)
        moves = [i for i in self.inside if self.flow.code[i] in self.definitions[register]]
        return self._ends(taken) and all(self._past_jumps(zero) == move for move in moves)

    def _past_jumps(self, at: int) -> int:
        for _ in range(8):
            if self.flow.code[at].op != Op.JMP or len(self.flow.successors[at]) != 1:
                break
            at = self.flow.successors[at][0]
        return at


class _Ways:
    """The ways of a body backwards, and where each register becomes a constant."""

    def __init__(self, flow: Flow) -> None:
        self.before: list[list[int]] = [[] for _ in flow.code]
        self.constant: dict[object, set[int]] = {}
        for i, (ins, after) in enumerate(zip(flow.code, flow.successors, strict=True)):
            if ins.op == Op.CONST:
                self.constant.setdefault(ins.a, set()).add(i)
            for j in after:
                self.before[j].append(i)


def _around(flow: Flow, ways: _Ways, head: int) -> set[int]:
    """The instructions on a way from ``head`` back to it that does not begin the loop anew.

    Backwards first: all ways into the loop begin it anew, so that these are few."""
    anew = ways.constant.get(flow.code[head].a, set())
    back = _reach(head, ways.before, anew, None)
    return _reach(head, flow.successors, anew, back)


def _reach(start: int, edges: Sequence[Sequence[int]], beyond: set[int], among: set[int] | None) -> set[int]:
    seen: set[int] = set()
    todo = [start]
    while todo:
        for to in edges[todo.pop()]:
            if to not in seen and to not in beyond and (among is None or to in among):
                seen.add(to)
                todo.append(to)
    return seen
