"""One step of the IR as C for pan: a function that asks (the guard) and one that does (the body).

The guard ``g<name>(choice)`` gives where the step would lead to, as an index into
``Flow.targets``, or BLOCKED or ERRING, and changes nothing. The body ``b<name>(choice)`` is
called only if the guard gave a successor, or if there is nothing to ask. Temporaries and
registers are C locals, so they are no part of SPIN's state. A guard that must look past a store
holds its stores back and drops them. A body of a checked model holds them until the step ends, so that
only values that a state holds must fit. The ``lp_`` helpers come from ``promela_runtime``.
"""

from __future__ import annotations

__all__ = ["Home", "plain_text", "step_name", "step_text"]

import msgspec

from lastput.engine.program import LIFE_ALIVE, ErrorClass, Op, Program
from lastput.engine.promela_flow import BLOCKED, ERRING, JUMPS, Flow, never_dies
from lastput.engine.promela_layout import Coding, Layout, decoded, home_of, stored

_BINARY = {
    Op.ADD: "+", Op.SUB: "-", Op.MUL: "*", Op.AND: "&", Op.OR: "|", Op.XOR: "^",
    Op.EQ: "==", Op.NE: "!=", Op.LT: "<", Op.LE: "<=",
}  # fmt: skip
_CALLS = {Op.DIV: "lp_div", Op.MOD: "lp_mod", Op.SHL: "lp_shl", Op.SHR: "lp_shr"}
_IMMEDIATE = {Op.ADDI: "+", Op.EQI: "==", Op.NEI: "!=", Op.LTI: "<", Op.LEI: "<=", Op.ANDI: "&"}
_UNARY = {Op.NEG: "-", Op.INV: "~", Op.NOT: "!"}


class Home(msgspec.Struct, frozen=True):
    """Who runs the step: the number of its proctype, and the coding and range group of its registers.

    ``parked`` is the location at which such a thread waits to be spawned, -1 if it never does.
    """

    number: int
    registers: tuple[Coding, ...]
    groups: tuple[int, ...]
    parked: int


class _Context(msgspec.Struct, frozen=True):
    program: Program
    layout: Layout
    home: Home
    flow: Flow
    location: int
    ask: bool
    held: bool  # stores are held back until the step ends
    checked: bool  # values are checked to be in their ranges
    shown: tuple[int, ...]
    written: tuple[int, ...]
    chooses: bool
    warns: bool


def step_text(
    program: Program, layout: Layout, home: Home, flow: Flow, location: int, checked: bool
) -> tuple[str, ...]:
    """The C functions of a step: guard (if it has one) and body."""
    where = program.locations[location]
    words = plain_text(f"{where.place}: {where.what}")
    parts = [f'static const char w{step_name(home, location)}[] = "{words}";']
    for ask in (True, False):
        if ask and not flow.guarded:
            continue
        shown = flow.asked if ask else flow.reached
        rows = [program.code[at] for at in shown if not (ask and at in flow.settled)]
        held = flow.hides if ask else flow.again and checked
        context = _Context(
            program, layout, home, flow, location, ask, held, checked, shown,
            tuple(sorted({row[1] for row in rows if row[0] == Op.STR})),
            any(row[0] in (Op.CHOOSE, Op.PICK) for row in rows),
            any(row[0] in (Op.WARN, Op.DIV, Op.MOD) for row in rows),
        )  # fmt: skip
        parts.append(_function(context))
    return tuple(parts)


def _function(x: _Context) -> str:
    flow = x.flow
    temps: set[int] = set()
    targets = {flow.first}
    lines: list[str] = []
    for at in x.shown:
        if _settles(x, at):
            continue
        row = x.program.code[at]
        temps.update(_temps(row))
        targets.update(to for to in flow.after[at] if to != at + 1 or row[0] in JUMPS)
    for at in x.shown:
        if at in targets:
            lines.append(f"i{at}:;")
        lines.append(_leave(x, min(flow.ends[at])) if _settles(x, at) else _instruction(x, at))
    name = f"{'g' if x.ask else 'b'}{step_name(x.home, x.location)}"
    head = [f"static int {name}{'_' if x.held else ''}(int ch)", "{"]
    if temps:
        head.append("lp_int " + ", ".join(f"t{t} = 0" for t in sorted(temps)) + ";")
    head += [f"lp_int q{r} = {_register(x, r)};" for r in x.written]
    head.append("int k = 0, used = 0; unsigned warned = 0; (void)k; (void)used; (void)warned; (void)ch;")
    text = x.program.locations[x.location].text
    if text >= 0 and (x.ask or not flow.guarded):
        life = x.program.texts[text].life
        head.append(f"if ({_get(x, life)} != {LIFE_ALIVE}) {_error(x, ErrorClass.UNMAPPED_TEXT)}")
    head.append(f"goto i{flow.first};")
    tail = ["}"]
    if x.held:
        end = "drop" if x.ask else "flush"
        tail.append(
            f"static int {name}(int ch) {{ int r; lp_hold(); r = {name}_(ch); lp_{end}(); return r; }}"
        )
    return "\n".join(head + lines + tail)


def step_name(home: Home, location: int) -> str:
    """The name of a step in C: threads that begin differently have functions of their own."""
    return f"{home.number}_{location}"


def plain_text(text: str) -> str:
    """A text that neither C nor SPIN's scanner of embedded C can stumble over."""
    kept = "".join(ch if ch.isascii() and (ch.isalnum() or ch in " _.,:()<>=+-*/&") else "?" for ch in text)
    return kept.replace("*/", "* /").replace("/*", "/ *")


def _settles(x: _Context, at: int) -> bool:
    return x.ask and at in x.flow.settled


def _temps(row: tuple[int, int, int, int]) -> tuple[int, ...]:
    op, a, b, c = row
    if op in _BINARY or op in _CALLS:
        return a, b, c
    if op in _IMMEDIATE or op in _UNARY or op in (Op.MOV, Op.LD, Op.ST):
        return a, b
    if op in (Op.STR, Op.STA):
        return (b,)
    if op in (Op.INST, Op.SPAWN):
        return a, c
    if op in (Op.JMP, Op.NEXT, Op.TRAP, Op.FAIL, Op.WARN):
        return ()
    return (a,)


def _register(x: _Context, r: int) -> str:
    return decoded(x.home.registers[r], f"((P{x.home.number} *)_this)->r{r}")


def _get(x: _Context, slot: int) -> str:
    if x.held:
        return f"lp_get({x.layout.index[slot]})"
    name, place = home_of(x.layout, slot)
    return decoded(x.layout.codings[x.program.slots[slot].group], f"now.{name}[{place}]")


def _put(x: _Context, slot: int, value: str) -> str:
    if x.held:
        return f"lp_put({x.layout.index[slot]}, {value});"
    if x.ask:
        return ""  # the guard has seen enough
    name, place = home_of(x.layout, slot)
    group = x.program.slots[slot].group
    return stored(x.layout.codings[group], f"now.{name}[{place}]", value, group, x.checked)


def _error(x: _Context, error: ErrorClass) -> str:
    return f"{{ lp_error(warned | {1 << error}u, w{step_name(x.home, x.location)}); return {ERRING}; }}"


def _leave(x: _Context, target: int) -> str:
    lines = []
    if x.flow.choices > 1:
        # A path that does not choose exists once, whatever the choice.
        lines.append(f"if (!used && ch) return {BLOCKED};")
    if not x.ask:
        for r in x.written:
            place = f"((P{x.home.number} *)_this)->r{r}"
            lines.append(stored(x.home.registers[r], place, f"q{r}", x.home.groups[r], x.checked))
        if target == x.home.parked >= 0:
            lines.append("now.started[lp_flag[((P0 *)_this)->_pid]] = 0;")
        if x.warns:
            lines.append(f"if (warned) lp_warned(warned, w{step_name(x.home, x.location)});")
    lines.append(f"return {x.flow.targets.index(target)};")
    return " ".join(lines)


def _instruction(x: _Context, at: int) -> str:
    op, a, b, c = x.program.code[at]
    if op in (Op.LD, Op.ST, Op.LDA, Op.STA):
        return _access(x, at)
    if op in _BINARY:
        return f"t{a} = t{b} {_BINARY[Op(op)]} t{c};"
    if op in _CALLS:
        zero = f"if (t{c} == 0) warned |= {1 << ErrorClass.WARN}u; " if op in (Op.DIV, Op.MOD) else ""
        return f"{zero}t{a} = {_CALLS[Op(op)]}(t{b}, t{c});"
    if op in _IMMEDIATE:
        return f"t{a} = t{b} {_IMMEDIATE[Op(op)]} {_number(c)};"
    if op in _UNARY:
        return f"t{a} = {_UNARY[Op(op)]}t{b};"
    match op:
        case Op.CONST:
            return f"t{a} = {_number(b)};"
        case Op.MOV:
            return f"t{a} = t{b};"
        case Op.LDR:
            return f"t{a} = q{b};" if b in x.written else f"t{a} = {_register(x, b)};"
        case Op.STR:
            return f"q{a} = t{b};"
        case Op.JMP:
            return f"goto i{a};"
        case Op.JZ:
            return f"if (t{a} == 0) goto i{b};"
        case Op.JNZ:
            return f"if (t{a} != 0) goto i{b};"
        case Op.JNEI:
            return f"if (t{a} != {_number(b)}) goto i{c};"
        case Op.NEXT:
            return _leave(x, a)
        case Op.WAIT:
            return f"if (t{a} == 0) return {BLOCKED};"
        case Op.CHOOSE:
            return f"used = 1; if (ch >= {b}) return {BLOCKED}; t{a} = ch;"
        case Op.PICK:
            return f"used = 1; t{a} = lp_pick{b}({c}, ch); if (t{a} == 0) return {BLOCKED};"
        case Op.INST:
            return f"t{a} = lp_inst{b}(t{c});"
        case Op.ALLOC:
            return f"t{a} = lp_alloc{b}(); if (t{a} == 0) return {ERRING};"
        case Op.FREE:
            return f"if (!lp_free(t{a})) {_error(x, ErrorClass.DOUBLE_FREE)}"
        case Op.FAIL:
            return _error(x, ErrorClass(a))
        case Op.WARN:
            return f"warned |= {1 << a}u;"
        case Op.SPAWN:
            return f"t{a} = lp_spawn{b}(t{c}, {int(x.ask)}); if (t{a} == 0) return {ERRING};"
        case Op.TASK:
            return f"t{a} = lp_task[((P0 *)_this)->_pid];"
        case _:
            return f'{{ lp_trap("a limit of the model", {a}); return {ERRING}; }}'


def _access(x: _Context, at: int) -> str:
    op, a, b, c = x.program.code[at]
    # What the guard has looked at need not be checked again.
    known = not x.ask and at in x.flow.asked and at not in x.flow.settled and x.flow.guarded
    if op in (Op.LD, Op.ST):
        address = f"t{b if op == Op.LD else a} + {_number(c)}"
        found = f"k = lp_cell[{address}];"
        if not known:
            fault = f"{{ lp_error(warned | 1u << -k, w{step_name(x.home, x.location)}); return {ERRING}; }}"
            found = f"k = lp_at({address}); if (k < 0) {fault}"
        if op == Op.LD:
            return f"{found} t{a} = lp_get(k);"
        return found if x.ask and not x.held else f"{found} lp_put(k, t{b});"
    address_ = b if op == Op.LDA else a
    cells = x.program.cells
    if not 0 < address_ < len(cells) or cells[address_] < 0:
        return _error(x, ErrorClass.NULL_DEREF)
    check = ""
    if not known and not never_dies(x.program, address_):
        life = x.program.objects[x.program.owner[address_]].life
        check = f"if ({_get(x, life)} != {LIFE_ALIVE}) {_error(x, ErrorClass.USE_AFTER_FREE)} "
    slot = cells[address_]
    return check + (f"t{a} = {_get(x, slot)};" if op == Op.LDA else _put(x, slot, f"t{b}"))


def _number(value: int) -> str:
    return f"({value}LL)"
