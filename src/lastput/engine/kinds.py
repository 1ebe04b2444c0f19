"""What the step of each location is to the other threads: the declared kind, made safe.

A declaration is a promise about data. Where the bytecode shows that it cannot hold, the step counts
as SYNC: it allocates, frees or spawns, looks at which objects are alive, waits without taking a lock,
or ends where the thread may be spawned again.
"""

from __future__ import annotations

__all__ = ["choosing", "effective", "step_code", "step_ops"]

from lastput.engine.program import CHOOSING, Code, Kind, Op, Program

_JUMPS = {Op.JZ: 2, Op.JNZ: 2, Op.JNEI: 3}
_WORLD = frozenset({Op.ALLOC, Op.FREE, Op.SPAWN, Op.INST, Op.PICK})


_Steps = list[tuple[frozenset[Op], frozenset[int]]]
_last: tuple[Program, _Steps] | None = None


def step_ops(program: Program, location: int) -> tuple[frozenset[Op], frozenset[int]]:
    """The ops that the step of a location may run, and the locations it may lead to."""
    global _last
    if _last is None or _last[0] is not program:
        _last = (program, [_step_ops(program, i) for i in range(len(program.locations))])
    return _last[1][location]


def _step_ops(program: Program, location: int) -> tuple[frozenset[Op], frozenset[int]]:
    code = step_code(program, location)
    return frozenset(Op(line[0]) for line in code), frozenset(line[1] for line in code if line[0] == Op.NEXT)


def step_code(program: Program, location: int) -> list[Code]:
    """The instructions that the step of a location may run, in no order."""
    if program.locations[location].kind is Kind.END:
        return []
    todo = [program.locations[location].code]
    seen: set[int] = set()
    while todo:
        ip = todo.pop()
        if ip in seen:
            continue
        seen.add(ip)
        line = program.code[ip]
        op = Op(line[0])
        if op is Op.JMP:
            todo.append(line[1])
        elif op not in (Op.NEXT, Op.FAIL, Op.TRAP):
            todo.append(ip + 1)
            if op in _JUMPS:
                todo.append(line[_JUMPS[op]])
    return [program.code[ip] for ip in seen]


def choosing(program: Program, location: int) -> bool:
    return bool(step_ops(program, location)[0].intersection(CHOOSING))


def effective(program: Program) -> tuple[Kind, ...]:
    """The kind of each location that reductions may rely on."""
    nests = {t.start for t in program.threads if program.locations[t.start].kind is Kind.END}
    kinds: list[Kind] = []
    for number, location in enumerate(program.locations):
        kind = location.kind
        if kind not in (Kind.SYNC, Kind.END):
            ops, targets = step_ops(program, number)
            waits = Op.WAIT in ops
            if (
                ops & _WORLD
                or targets & nests
                or waits != (kind is Kind.ACQUIRE)
                or (kind is not Kind.PLAIN and Op.CHOOSE in ops)
            ):
                kind = Kind.SYNC
        kinds.append(kind)
    return tuple(kinds)
