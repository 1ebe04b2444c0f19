"""Where each slot lives in a packed state: n words of 64 bits, no field across two words.

Values are stored less the lowest value of their group. Slots that nothing can change after the boot
threads, and groups of a single value, take no bits. Ranges are learned from states seen so far and
widened when a value falls outside: a wrong guess costs time, never an answer.
"""

from __future__ import annotations

__all__ = ["Layout", "Ranges", "lay_out", "learn", "stretch", "widen"]

from collections.abc import Iterable

import msgspec

from lastput.engine.interpret import State
from lastput.engine.program import Program
from lastput.errors import LastputError

Ranges = tuple[tuple[int, int], ...]

#: Widest field. A value beyond it is a counter that runs away.
WIDEST = 48


class Layout(msgspec.Struct, frozen=True):
    """For each slot its word, the shift of its lowest bit, its mask (before shifting) and its bias."""

    words: int
    word: tuple[int, ...]
    shift: tuple[int, ...]
    mask: tuple[int, ...]
    bias: tuple[int, ...]

    def pack(self, state: State) -> tuple[int, ...]:
        """Words as unsigned numbers. The values must fit."""
        words = [0] * self.words
        for value, word, shift, bias in zip(state, self.word, self.shift, self.bias, strict=True):
            words[word] |= (value - bias) << shift
        return tuple(words)

    def unpack(self, words: tuple[int, ...]) -> State:
        return tuple(
            ((words[w] >> shift) & mask) + bias
            for w, shift, mask, bias in zip(self.word, self.shift, self.mask, self.bias, strict=True)
        )


def learn(program: Program, states: Iterable[State]) -> Ranges:
    """For each group the least and greatest value that ``states`` give its slots, (0, 0) if it has
    no slots."""
    columns = list(zip(*states, strict=True))
    low: dict[int, int] = {}
    high: dict[int, int] = {}
    for slot, column in zip(program.slots, columns, strict=True):
        group = slot.group
        low[group] = min(low.get(group, column[0]), *column)
        high[group] = max(high.get(group, column[0]), *column)
    return tuple((low.get(g, 0), high.get(g, 0)) for g in range(len(program.ranges)))


def stretch(program: Program, ranges: Ranges) -> Ranges:
    """``ranges`` of groups of pointers, widened to the like places in the other objects of a pool."""
    wide = list(ranges)
    for group in {slot.group for slot in program.slots if slot.pointer}:
        ends = [_alike(program, value) for value in wide[group]]
        wide[group] = (min(low for low, _ in ends), max(high for _, high in ends))
    return tuple(wide)


def _alike(program: Program, value: int) -> tuple[int, int]:
    """The least and greatest address that lies in an object of a pool as ``value`` does."""
    if not 0 < value < len(program.owner) or program.owner[value] < 0:
        return value, value
    thing = program.objects[program.owner[value]]
    if thing.pool < 0:
        return value, value
    bases = [program.objects[o].base for o in program.pools[thing.pool].objects]
    return min(bases) + value - thing.base, max(bases) + value - thing.base


def widen(program: Program, ranges: Ranges, slot: int, value: int) -> Ranges:
    """Ranges in which ``value`` fits the group of ``slot``; the group gains at least one bit.

    Raises LastputError ``value-range`` if that takes more than WIDEST bits.
    """
    group = program.slots[slot].group
    low, high = ranges[group]
    new_low, new_high = min(low, value), max(high, value)
    bits = (new_high - new_low).bit_length()
    if bits > WIDEST:
        raise LastputError(
            "value-range",
            f"{program.slots[slot].name} has grown to {value}",
            "give the counter a bound in the model",
        )
    if value < low:
        new_low = new_high - (1 << bits) + 1
    else:
        new_high = new_low + (1 << bits) - 1
    return (*ranges[:group], (new_low, new_high), *ranges[group + 1 :])


def fixed_slots(program: Program) -> frozenset[int]:
    """Slots that nothing changes after the boot threads have run."""
    moving = {slot for slot in program.cells if slot >= 0}
    moving.update(o.life for o in program.objects)
    moving.update(t.life for t in program.texts)
    for thread in program.threads:
        if not thread.boot:
            moving.add(thread.pc)
            moving.update(range(thread.regs, thread.regs + thread.nregs))
    return frozenset(range(len(program.slots))) - moving


def lay_out(program: Program, ranges: Ranges, first: State) -> Layout:
    """A layout for ``ranges``; ``first`` is the state after the boot threads."""
    count = len(program.slots)
    fixed = fixed_slots(program)
    width = [0] * count
    bias = list(first)
    for number, slot in enumerate(program.slots):
        if number not in fixed:
            low, high = ranges[slot.group]
            width[number] = (high - low).bit_length()
            bias[number] = low
    room: list[int] = []
    word = [0] * count
    shift = [0] * count
    for number in sorted(range(count), key=lambda n: (-width[n], n)):
        if not width[number]:
            continue
        home = next((w for w, used in enumerate(room) if used + width[number] <= 64), len(room))
        if home == len(room):
            room.append(0)
        word[number] = home
        shift[number] = room[home]
        room[home] += width[number]
    return Layout(
        max(len(room), 1),
        tuple(word),
        tuple(shift),
        tuple((1 << w) - 1 for w in width),
        tuple(bias),
    )
