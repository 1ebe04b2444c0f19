"""Where each value of a state is kept in a Promela model: as narrow as a SPIN user would make it.

Memory goes into three arrays ``B`` (bytes), ``H`` (shorts) and ``I`` (ints), in this order of one
*index*; what has only one value goes behind them, into a constant table. A number that may be the
address of a function or a string (>= FUNCTION_BASE) is kept as a small one: those addresses follow
right after the last address of memory.
"""

from __future__ import annotations

__all__ = ["ARRAYS", "Coding", "Layout", "coding", "decoded", "encode", "home_of", "layout", "stored"]

import msgspec

from lastput.engine.program import FUNCTION_BASE, Program

#: Names of the arrays; the last holds constants and is no part of the state.
ARRAYS = ("B", "H", "I", "K")


class Coding(msgspec.Struct, frozen=True):
    """A value v is kept as ``small(v) - bias``; ``small`` moves FUNCTION_BASE down to ``jump``.

    ``jump`` is 0 where numbers are kept as they are. ``bits`` is the width needed: 0 for a constant
    (its value is ``low``), 33 and more if it does not fit an int. Values lie in ``low`` .. ``high``.
    """

    bits: int
    bias: int
    jump: int
    low: int
    high: int

    @property
    def array(self) -> int:
        """Index in ARRAYS of the narrowest type."""
        return 3 if self.bits == 0 else 0 if self.bits <= 8 else 1 if self.bits <= 16 else 2


class Layout(msgspec.Struct, frozen=True):
    """``codings`` is by range group; ``index`` by slot, -1 for program counters and registers.

    ``order`` lists the slots by index; ``counts`` says how many are in B, H, I and K.
    """

    codings: tuple[Coding, ...]
    index: tuple[int, ...]
    order: tuple[int, ...]
    counts: tuple[int, int, int, int]


def coding(low: int, high: int, addresses: int) -> Coding:
    """How to keep values of low .. high in a program of so many addresses."""
    if low == high:
        return Coding(0, low, 0, low, high)
    direct = _fit(low, high)
    if low < addresses and high >= FUNCTION_BASE:
        bits, bias = _fit(low, high - FUNCTION_BASE + addresses)
        if bits < direct[0]:
            return Coding(bits, bias, addresses, low, high)
    return Coding(direct[0], direct[1], 0, low, high)


def _fit(low: int, high: int) -> tuple[int, int]:
    bits = (high - low).bit_length()
    if bits <= 8:
        return bits, low
    # Shorts and ints are signed.
    if bits <= 16:
        return bits, 0 if low >= -(1 << 15) and high < 1 << 15 else low + (1 << 15)
    return max(bits, 33 if low < -(1 << 31) or high >= 1 << 31 else 0), 0


def encode(how: Coding, value: int) -> int:
    """The number kept for a value."""
    if how.jump and value >= FUNCTION_BASE:
        value += how.jump - FUNCTION_BASE
    return value - how.bias


def decoded(how: Coding, kept: str) -> str:
    """C text of the value that is kept in ``kept``."""
    if how.bits == 0:
        return f"({how.low}LL)"
    value = f"((lp_int){kept} + ({how.bias}))" if how.bias else f"((lp_int){kept})"
    return f"lp_far({value})" if how.jump else value


def stored(how: Coding, kept: str, value: str, group: int, checked: bool) -> str:
    """C text that keeps a value (a C variable), and checks that it is one of the group's range."""
    check = ""
    if checked:
        check = f"if ({value} < {how.low} || {value} > {how.high}) lp_range({group}, {value}); "
    if how.bits == 0:
        return check
    near = f"lp_near({value})" if how.jump else value
    return f"{check}{kept} = {near} - ({how.bias});" if how.bias else f"{check}{kept} = {near};"


def home_of(layout: Layout, slot: int) -> tuple[str, int]:
    """The array that holds a slot, and the place in it."""
    place = layout.index[slot]
    for name, count in zip(ARRAYS, layout.counts, strict=True):
        if place < count:
            return name, place
        place -= count
    raise IndexError(slot)


def layout(program: Program, ranges: tuple[tuple[int, int], ...]) -> Layout:
    """Places every slot of memory; ``ranges`` is by group, as in ``Program.ranges``."""
    codings = tuple(coding(low, high, len(program.cells)) for low, high in ranges)
    private = set()
    for thread in program.threads:
        private.add(thread.pc)
        private.update(range(thread.regs, thread.regs + thread.nregs))
    rows: list[list[int]] = [[], [], [], []]
    for number, slot in enumerate(program.slots):
        if number not in private:
            rows[codings[slot.group].array].append(number)
    order = tuple(number for row in rows for number in row)
    index = [-1] * len(program.slots)
    for place, number in enumerate(order):
        index[number] = place
    counts = (len(rows[0]), len(rows[1]), len(rows[2]), len(rows[3]))
    return Layout(codings, tuple(index), order, counts)
