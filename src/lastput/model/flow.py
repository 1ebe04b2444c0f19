"""Control flow of an inlined body: what can be reached, where steps begin, which registers are live."""

from __future__ import annotations

__all__ = ["Flow", "analyse"]

import msgspec

from lastput.engine.program import Op
from lastput.model.inline import Body
from lastput.model.tac import Ins, Pseudo

#: Operations that another thread can see, or that need a scheduling point: each begins a step.
_SHARED = {
    Op.LD,
    Op.ST,
    Op.LDA,
    Op.STA,
    Op.CHOOSE,
    Op.PICK,
    Op.INST,
    Op.ALLOC,
    Op.FREE,
    Op.WAIT,
    Pseudo.SPAWN,
    Pseudo.BEGIN,
    Pseudo.TEXT,
}
_DEFINES = {
    Op.CONST,
    Op.MOV,
    Op.LD,
    Op.LDA,
    *range(Op.ADD, Op.NOT + 1),
    Op.CHOOSE,
    Op.PICK,
    Op.INST,
    Op.ALLOC,
    Op.TASK,
    Pseudo.SPAWN,
    Pseudo.STACK,
}
_USES: dict[int, str] = {
    Op.MOV: "b",
    Op.LD: "b",
    Op.ST: "ab",
    Op.STA: "b",
    **dict.fromkeys(range(Op.ADD, Op.LE + 1), "bc"),
    **dict.fromkeys(range(Op.ADDI, Op.NOT + 1), "b"),
    Op.JZ: "a",
    Op.JNZ: "a",
    Op.JNEI: "a",
    Op.WAIT: "a",
    Op.INST: "c",
    Op.FREE: "a",
    Op.FAIL: "b",
    Op.WARN: "b",
    Pseudo.SPAWN: "c",
}
_ENDS = {Op.FAIL, Op.TRAP, Pseudo.EXIT}


class Flow(msgspec.Struct):
    """``code`` without labels; jumps hold indices into it. Bit r of ``live_in[i]`` (``live_out[i]``) is
    set if register r is live before (after) instruction i. ``starts`` are where steps begin."""

    code: list[Ins]
    successors: list[tuple[int, ...]]
    starts: list[int]
    live_in: list[int]
    live_out: list[int]


def defined(ins: Ins) -> int:
    """The register that ``ins`` writes, or -1."""
    return ins.a if ins.op in _DEFINES and isinstance(ins.a, int) else -1


def used(ins: Ins) -> list[int]:
    """The registers that ``ins`` reads."""
    return [getattr(ins, name) for name in _USES.get(ins.op, "")]


def analyse(body: Body, values: dict[int, object]) -> Flow:
    """Resolve and prune the code of a body. ``values`` are registers known to be constants."""
    code, targets = _resolve(body.code, values)
    code, successors = _prune(code, targets)
    starts = [i for i, ins in enumerate(code) if ins.op in _SHARED and not ins.inside]
    if not starts or starts[0] != 0:
        starts.insert(0, 0)
    live_in, live_out = _liveness(code, successors)
    return Flow(code, successors, starts, live_in, live_out)


def _resolve(code: list[Ins], values: dict[int, object]) -> tuple[list[Ins], dict[int, int]]:
    """Drop labels, decide branches on constants; the targets of the other jumps by index."""
    where: dict[object, int] = {}
    kept: list[Ins] = []
    for ins in code:
        if ins.op == Pseudo.LABEL:
            where[ins.a] = len(kept)
        else:
            kept.append(ins)
    kept.append(Ins(Pseudo.EXIT, 0, 0, 0, code[-1].place))
    kept[-1].frame = code[-1].frame
    targets: dict[int, int] = {}
    for i, ins in enumerate(kept):
        if ins.op in (Op.JZ, Op.JNZ):
            value = values.get(ins.a) if isinstance(ins.a, int) else None
            if isinstance(value, int):
                taken = (value == 0) == (ins.op == Op.JZ)
                target = where[ins.b] if taken else i + 1
                ins.op, ins.a = Op.JMP, ins.b
                targets[i] = target
            else:
                targets[i] = where[ins.b]
        elif ins.op == Op.JMP:
            targets[i] = where[ins.a]
        elif ins.op == Op.JNEI:
            targets[i] = where[ins.c]
    return kept, targets


def _prune(code: list[Ins], targets: dict[int, int]) -> tuple[list[Ins], list[tuple[int, ...]]]:
    """Thread jumps, drop redundant text fetches and what cannot be reached."""

    def final(i: int) -> int:
        for _ in range(len(code)):
            if code[i].op == Op.JMP:
                i = targets[i]
            elif code[i].op == Pseudo.TEXT and _redundant(code, i):
                i += 1
            else:
                return i
        return i

    reached: dict[int, tuple[int, ...]] = {}
    todo = [final(0)]
    entry = todo[0]
    while todo:
        i = todo.pop()
        if i in reached:
            continue
        ins = code[i]
        if ins.op in _ENDS:
            after: tuple[int, ...] = ()
        elif ins.op == Op.JMP:
            after = (i,)  # an empty endless loop: the engine's jump budget reports it
        elif i in targets:
            after = (final(i + 1), final(targets[i]))
        else:
            after = (final(i + 1),)
        reached[i] = after
        todo += after
    # Keep source order, the entry first; a fall-through that is no longer adjacent becomes a jump.
    order = sorted(reached)
    order.remove(entry)
    order.insert(0, entry)
    out: list[Ins] = []
    position: dict[int, int] = {}
    jumps: list[tuple[int, int]] = []
    for at, i in enumerate(order):
        position[i] = len(out)
        out.append(code[i])
        after = reached[i]
        following = order[at + 1] if at + 1 < len(order) else -1
        if after and after[0] != following:
            jump = Ins(Op.JMP, 0, 0, 0, code[i].place)
            jump.frame, jump.inside = code[i].frame, True
            jumps.append((len(out), after[0]))
            out.append(jump)
    successors: list[tuple[int, ...]] = [()] * len(out)
    for i, after in reached.items():
        at = position[i]
        if not after:
            continue
        is_jump = at + 1 < len(out) and out[at + 1].op == Op.JMP and any(j == at + 1 for j, _ in jumps)
        first = at + 1 if is_jump else position[after[0]]
        rest = tuple(position[t] for t in after[1:])
        successors[at] = (first, *rest)
        if rest:
            if out[at].op == Op.JNEI:
                out[at].c = rest[0]
            else:
                out[at].b = rest[0]
    for at, target in jumps:
        out[at].a = position[target]
        successors[at] = (position[target],)
    return out, successors


def _redundant(code: list[Ins], i: int) -> bool:
    """A text fetch is not needed if the next instruction begins a step in the same text anyway."""
    following = code[i + 1]
    if following.op not in _SHARED or following.inside:
        return False
    if following.op == Pseudo.TEXT:
        return following.a == code[i].a
    return following.frame is not None and following.frame.frame.text == code[i].a


def _liveness(code: list[Ins], successors: list[tuple[int, ...]]) -> tuple[list[int], list[int]]:
    count = len(code)
    gen = [0] * count
    kill = [0] * count
    before: list[list[int]] = [[] for _ in range(count)]
    for i, ins in enumerate(code):
        for register in used(ins):
            gen[i] |= 1 << register
        target = defined(ins)
        if target >= 0:
            kill[i] = 1 << target
        for j in successors[i]:
            before[j].append(i)
    live_in = [0] * count
    live_out = [0] * count
    todo = list(range(count))
    queued = [True] * count
    while todo:
        i = todo.pop()
        queued[i] = False
        out = 0
        for j in successors[i]:
            out |= live_in[j]
        live_out[i] = out
        new = gen[i] | (out & ~kill[i])
        if new != live_in[i]:
            live_in[i] = new
            for j in before[i]:
                if not queued[j]:
                    queued[j] = True
                    todo.append(j)
    return live_in, live_out
