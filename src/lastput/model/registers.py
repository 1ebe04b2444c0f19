"""Registers: what lives over a step boundary goes to a thread register, the rest to temporaries.

Graph colouring (Chaitin 1982), greedy: the graphs are small. Pointers and numbers never share a thread
register, so that a slot of the state is the one or the other.
"""

from __future__ import annotations

__all__ = ["Allocation", "allocate", "orders_pointers", "spread_pointers"]

import msgspec

from lastput.engine.program import Op
from lastput.model.flow import Flow, defined, used
from lastput.model.inline import Body

_REVEALING = {
    *(Op.MUL, Op.DIV, Op.MOD, Op.AND, Op.OR, Op.XOR, Op.SHL, Op.SHR, Op.LT, Op.LE),
    *(Op.LTI, Op.LEI, Op.ANDI, Op.NEG, Op.INV),
}


class Allocation(msgspec.Struct):
    """``home[r]`` is the thread register of virtual register r if it has one, ``temp[r]`` its temporary.

    ``live[i]`` is the set (bits) of thread registers live before instruction i, for the starts of steps.
    """

    home: dict[int, int]
    temp: dict[int, int]
    count: int
    temps: int
    pointers: set[int]
    names: dict[int, str]


def allocate(body: Body, flow: Flow) -> Allocation:
    """Colour the registers of a body; its parameter, if it has one, gets thread register 0."""
    crossing = 0
    for start in flow.starts:
        crossing |= flow.live_in[start]
    if body.parameter >= 0:
        crossing |= 1 << body.parameter
    clash = _interference(flow, crossing)
    order: list[int] = []
    seen: set[int] = set()
    if body.parameter >= 0:
        order.append(body.parameter)
        seen.add(body.parameter)
    for ins in flow.code:
        register = defined(ins)
        if register >= 0 and register not in seen:
            seen.add(register)
            order.append(register)
    for register in _bits(flow.live_in[0]):
        if register not in seen:
            seen.add(register)
            order.append(register)
    home: dict[int, int] = {}
    temp: dict[int, int] = {}
    kinds: list[bool] = []
    for register in order:
        neighbours = clash.get(register, 0)
        if crossing >> register & 1:
            pointer = register in body.pointers
            taken = {home[n] for n in _bits(neighbours & crossing) if n in home}
            color = next(
                (k for k, kind in enumerate(kinds) if kind == pointer and k not in taken), len(kinds)
            )
            if color == len(kinds):
                kinds.append(pointer)
            home[register] = color
        else:
            taken = {temp[n] for n in _bits(neighbours & ~crossing) if n in temp}
            color = 0
            while color in taken:
                color += 1
            temp[register] = color
    names: dict[int, str] = {}
    for register, color in home.items():
        name = body.names.get(register, "")
        if name and color not in names:
            names[color] = name
    return Allocation(
        home=home,
        temp=temp,
        count=len(kinds),
        temps=max(temp.values(), default=-1) + 1,
        pointers={k for k, pointer in enumerate(kinds) if pointer},
        names=names,
    )


def spread_pointers(body: Body) -> None:
    """Mark registers of integer type that an address is moved to (``long ret`` that holds a file)."""
    moves = [(i.a, i.b) for i in body.code if i.op == Op.MOV]
    grown = True
    while grown:
        grown = False
        for target, source in moves:
            if source in body.pointers and target not in body.pointers:
                assert isinstance(target, int)
                body.pointers.add(target)
                grown = True


def orders_pointers(body: Body) -> bool:
    """Whether the code computes with an address what depends on where the object lies: an order, a hash,
    alignment bits. Then objects are not interchangeable. Comparing with 0 or an error code is no order."""
    for ins in body.code:
        if ins.op in (Op.LTI, Op.LEI) and isinstance(ins.c, int) and ins.c <= 0:
            continue
        if ins.op in _REVEALING and any(register in body.pointers for register in used(ins)):
            return True
    return False


def _interference(flow: Flow, crossing: int) -> dict[int, int]:
    """Which registers must be kept apart, within the thread registers and within the temporaries."""
    clash: dict[int, int] = {}

    def apart(register: int, others: int) -> None:
        others &= ~(1 << register)
        clash[register] = clash.get(register, 0) | others
        for other in _bits(others):
            clash[other] = clash.get(other, 0) | (1 << register)

    for i, ins in enumerate(flow.code):
        register = defined(ins)
        if register >= 0:
            same = crossing if crossing >> register & 1 else ~crossing
            apart(register, flow.live_out[i] & same)
    for register in _bits(flow.live_in[0]):
        apart(register, flow.live_in[0] & crossing)
    return clash


def _bits(value: int) -> list[int]:
    found = []
    while value:
        low = value & -value
        found.append(low.bit_length() - 1)
        value ^= low
    return found
