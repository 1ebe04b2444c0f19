"""What may come out of a step, found from its bytecode alone: what the Promela export asks first.

A step ends at a location (NEXT), is not enabled (WAIT and choices), or errs. The *guard* of a step in
Promela must tell which, without doing anything; it need not look further than where only one end
is left.
"""

from __future__ import annotations

__all__ = ["BLOCKED", "ERRING", "JUMPS", "Flow", "flow", "never_dies"]

import msgspec

from lastput.engine.program import Op, Program

BLOCKED = -1
ERRING = -2

#: The operand that holds where a conditional jump goes.
JUMPS = {Op.JZ: 2, Op.JNZ: 2, Op.JNEI: 3}

_MAY_ERR = {Op.LD, Op.ST, Op.LDA, Op.STA, Op.FREE, Op.FAIL, Op.ALLOC, Op.SPAWN, Op.TRAP}
_STORES = {Op.ST, Op.STA, Op.ALLOC, Op.FREE, Op.SPAWN}
_HELPED = {Op.ALLOC, Op.FREE, Op.SPAWN}  # look and store at once
_LOOKS = _STORES | {Op.LD, Op.LDA, Op.INST, Op.PICK}


class Flow(msgspec.Struct, frozen=True):
    """The instructions of a step, and its possible ends.

    ``after[i]`` are the successors of instruction i, ``ends[i]`` what may come out from i on:
    locations, BLOCKED, ERRING. ``asked`` are the instructions that a guard must run, ``settled`` those
    where only one location is left. ``hides``: what a guard stores may be looked at before it
    knows the end. ``again``: the same of the whole step. ``choices`` counts the alternatives.
    """

    first: int
    reached: tuple[int, ...]
    after: dict[int, tuple[int, ...]]
    ends: dict[int, frozenset[int]]
    asked: tuple[int, ...]
    settled: frozenset[int]
    hides: bool
    again: bool
    choices: int

    @property
    def targets(self) -> tuple[int, ...]:
        """The locations that the step may lead to."""
        return tuple(sorted(end for end in self.ends[self.first] if end >= 0))

    @property
    def guarded(self) -> bool:
        """Whether there is anything to ask before the step is made."""
        return self.first not in self.settled

    @property
    def errs(self) -> bool:
        return ERRING in self.ends[self.first]


def flow(program: Program, location: int, errors: bool) -> Flow:
    """Looks at the step of a location; without ``errors``, erring is no end of a step."""
    where = program.locations[location]
    after = _successors(program, where.code)
    reached = tuple(sorted(after))
    ends = {at: _own_end(program, at, errors) for at in reached}
    if errors and where.text >= 0:
        ends[where.code] |= {ERRING}
    changed = True
    while changed:
        changed = False
        for at in reversed(reached):
            whole = ends[at].union(*(ends[to] for to in after[at]))
            changed = changed or whole != ends[at]
            ends[at] = whole
    settled = frozenset(at for at in reached if len(ends[at]) == 1 and min(ends[at]) >= 0)
    asked = _closure(where.code, after, settled)
    stores = [at for at in reached if program.code[at][0] in _STORES]
    looks = {at for at in reached if program.code[at][0] in _LOOKS}
    again = any(looks & set(_closure(to, after, frozenset())) for at in stores for to in after[at])
    # A guard looks where it may meet an error, or at what it wants to know.
    asks = {at for at in looks if at not in settled and (errors or program.code[at][0] not in _STORES)}
    hides = any(
        program.code[at][0] in _HELPED or any(asks & set(_closure(to, after, settled)) for to in after[at])
        for at in stores
        if at in asked and at not in settled
    )
    choices = 1
    for at in reached:
        op, _, b, _ = program.code[at]
        if op == Op.CHOOSE:
            choices = max(choices, b)
        elif op == Op.PICK:
            choices = max(choices, len(program.instances[b].addresses))
    return Flow(where.code, reached, after, ends, asked, settled, hides, again, choices)


def never_dies(program: Program, address: int) -> bool:
    """Whether a constant address is always good to read and write."""
    if not 0 < address < len(program.cells) or program.cells[address] < 0:
        return False
    owner = program.owner[address]
    return owner < 0 or program.objects[owner].life < 0


def _successors(program: Program, first: int) -> dict[int, tuple[int, ...]]:
    after: dict[int, tuple[int, ...]] = {}
    todo = [first]
    while todo:
        at = todo.pop()
        if at in after:
            continue
        row = program.code[at]
        op = row[0]
        if op in (Op.NEXT, Op.FAIL, Op.TRAP):
            after[at] = ()
        elif op == Op.JMP:
            after[at] = (row[1],)
        elif op in JUMPS:
            after[at] = (at + 1, row[JUMPS[Op(op)]])
        else:
            after[at] = (at + 1,)
        todo.extend(after[at])
    return after


def _own_end(program: Program, at: int, errors: bool) -> frozenset[int]:
    op, a, b, _ = program.code[at]
    if op == Op.NEXT:
        return frozenset([a])
    if op in (Op.WAIT, Op.PICK, Op.CHOOSE):
        return frozenset([BLOCKED])
    if op in (Op.LDA, Op.STA) and never_dies(program, b if op == Op.LDA else a):
        return frozenset()
    return frozenset([ERRING]) if errors and op in _MAY_ERR else frozenset()


def _closure(first: int, after: dict[int, tuple[int, ...]], settled: frozenset[int]) -> tuple[int, ...]:
    seen: set[int] = set()
    todo = [first]
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            if at not in settled:
                todo.extend(after[at])
    return tuple(sorted(seen))
