"""Where each slot lives in a packed state.

A packed state is a row of 64-bit words, no field across two of them. It falls into *parts*: one for what
threads share, and one for each thread that moves, with its program counter and registers. Few values of
a part occur, however many states there are, so a search stores each part once and a state as a tuple of
part numbers (``parts``).

Values are stored less the lowest value of their group. Slots that nothing can change after the boot
threads, and groups of a single value, take no bits. Ranges are learned from states seen so far and
widened when a value falls outside: a wrong guess costs time, never an answer.
"""

from __future__ import annotations

__all__ = ["Layout", "Ranges", "lay_out", "learn", "parts_are_private", "stretch", "widen"]

from collections.abc import Iterable, Sequence

import msgspec

from lastput.engine.interpret import State
from lastput.engine.program import Program
from lastput.errors import LastputError

Ranges = tuple[tuple[int, int], ...]

#: Widest field. A value beyond it is a counter that runs away.
WIDEST = 48


class Layout(msgspec.Struct, frozen=True):
    """For each slot its word, the shift of its lowest bit, its mask (before shifting) and its bias.

    Words 0 .. ``shared`` - 1 are the part that threads share; then each of the ``threads`` that move has a
    part of ``local`` words.
    """

    shared: int
    local: int
    threads: int
    word: tuple[int, ...]
    shift: tuple[int, ...]
    mask: tuple[int, ...]
    bias: tuple[int, ...]

    @property
    def words(self) -> int:
        return self.shared + self.threads * self.local

    def pack(self, state: State) -> tuple[int, ...]:
        """Words as unsigned numbers. The values must fit."""
        words = [0] * self.words
        for value, word, shift, bias in zip(state, self.word, self.shift, self.bias, strict=True):
            words[word] |= (value - bias) << shift
        return tuple(words)

    def unpack(self, words: Sequence[int]) -> State:
        return tuple(
            ((words[w] >> shift) & mask) + bias
            for w, shift, mask, bias in zip(self.word, self.shift, self.mask, self.bias, strict=True)
        )

    def cut(self, words: Sequence[int]) -> list[tuple[int, ...]]:
        """The parts: the shared one, then one for each thread that moves."""
        starts = range(self.shared, self.words, self.local)
        return [tuple(words[: self.shared]), *(tuple(words[at : at + self.local]) for at in starts)]


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


def parts_are_private(program: Program) -> bool:
    """Whether no address names a program counter or register of a thread that moves."""
    cells = set(program.cells)
    return not any(
        cells.intersection(range(t.regs, t.regs + t.nregs)) or t.pc in cells for t in program.threads
    )


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
    own = [[t.pc, *range(t.regs, t.regs + t.nregs)] for t in program.threads if not t.boot]
    shared = set(range(count)).difference(*own)
    word = [0] * count
    shift = [0] * count
    size = _fill(sorted(shared), width, 0, word, shift)
    # All parts of threads take as many words, so that they can be kept in one table.
    local = max((_fill(slots, width, 0, word, shift) for slots in own), default=1)
    for number, slots in enumerate(own):
        _fill(slots, width, size + number * local, word, shift)
    return Layout(
        size,
        local,
        len(own),
        tuple(word),
        tuple(shift),
        tuple((1 << w) - 1 for w in width),
        tuple(bias),
    )


def _fill(slots: Sequence[int], width: list[int], base: int, word: list[int], shift: list[int]) -> int:
    """Gives each slot a place in words from ``base`` on, the widest first; tells how many they are."""
    room = [0]
    for number in sorted(slots, key=lambda n: (-width[n], n)):
        if not width[number]:
            word[number] = base
            continue
        home = next((w for w, used in enumerate(room) if used + width[number] <= 64), len(room))
        if home == len(room):
            room.append(0)
        word[number] = base + home
        shift[number] = room[home]
        room[home] += width[number]
    return len(room)
