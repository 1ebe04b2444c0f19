"""A program as one array of integers, which is what the compiled machine reads.

The first words are the header: sizes, and the offset of each section. Sections are tables with a
fixed number of columns, described below beside their names.
"""

from __future__ import annotations

__all__ = ["Image", "build_image", "lay_anew"]

from collections.abc import Sequence
from typing import Any

import numpy as np

from lastput.engine.interpret import Interpreter
from lastput.engine.kinds import choosing
from lastput.engine.pack import Layout, parts_are_private
from lastput.engine.parts import Field, root_words
from lastput.engine.program import Kind, Op, Program

Image = Any  # np.ndarray of int64

HEADER = 34
(
    WORDS,  # words of a packed state
    TEMPS,
    ADDRESSES,  # number of addresses
    SLOTS,
    MOVABLE,  # number of threads that move
    POOLS,
    LEAKS,  # number of objects that must be freed
    MERGE,  # 1: edges are blocks of steps
    LAYOUT,  # slot: word, shift, mask, bias
    CODE,  # op, a, b, c, d
    LOCATIONS,  # code, kind, life slot of the text, rest, choosing
    CELLS,  # address: slot, life slot, object if heap object starts here, is the slot a life
    OBJECTS,  # base, life slot, first in ZERO, number in ZERO
    ZERO,  # slots that are zeroed
    POOL,  # first in POOLED, number
    POOLED,  # objects
    INSTANCES,  # first in PLACES, number
    PLACES,  # addresses
    THREADS,  # pc, regs, nregs, start if spawnable else -1, entry, task address, code
    MOVERS,  # thread numbers
    LEAKING,  # life slots
    COUNTING,  # life slot (-1: always alive), count, limit
    COUNTS,  # number of counts that must be down at the end
    ALL_THREADS,  # number of threads
    SYMMETRIC,  # 1: successors are put into canonical form
    W_SHARED,  # words of the shared part of a packed state
    W_LOCAL,  # words of the part of a thread
    ROOT,  # words of a root
    FIELDS,  # shared part, then each thread that moves: word, shift, mask of its number in a root
    REMEMBER,  # 1: what a step does depends on two parts alone, and changes no other
    VARYING,  # slots that take bits
    VARIES,  # how many
) = range(32)

#: LDA and STA of a cell that exists: t[a] = slot b (life slot c, address d), slot a = t[b] (c, d).
LDS = 64
STS = 65

COLUMNS_LAYOUT, COLUMNS_CODE, COLUMNS_LOCATIONS, COLUMNS_CELLS = 4, 5, 5, 4
COLUMNS_OBJECTS, COLUMNS_POOL, COLUMNS_INSTANCES, COLUMNS_THREADS = 4, 2, 2, 7


def build_image(
    program: Program,
    machine: Interpreter,
    layout: Layout,
    fields: Sequence[Field],
    kinds: tuple[Kind, ...],
    merge: bool,
    symmetric: bool,
) -> Image:
    image: list[int] = [0] * HEADER

    def section(name: int, rows: list[list[int]]) -> None:
        image[name] = len(image)
        for row in rows:
            image.extend(row)

    section(CODE, [_lower(program, machine, *line) for line in program.code])
    section(
        LOCATIONS,
        [
            [loc.code, int(kinds[i]), machine.text_life[i], int(loc.rest), int(choosing(program, i))]
            for i, loc in enumerate(program.locations)
        ],
    )
    starts = {o.base: i for i, o in enumerate(program.objects) if o.heap}
    section(
        CELLS,
        [
            [slot, machine.life_of[a], starts.get(a, -1), int(slot in machine.life_slots)]
            for a, slot in enumerate(program.cells)
        ],
    )
    zero: list[list[int]] = []
    rows = []
    for number, thing in enumerate(program.objects):
        zeroed = machine.zeroed[number]
        rows.append([thing.base, thing.life, len(zero), len(zeroed)])
        zero.extend([s] for s in zeroed)
    section(OBJECTS, rows)
    section(ZERO, zero)
    pooled: list[list[int]] = []
    rows = []
    for pool in program.pools:
        rows.append([len(pooled), len(pool.objects)])
        pooled.extend([o] for o in pool.objects)
    section(POOL, rows)
    section(POOLED, pooled)
    places: list[list[int]] = []
    rows = []
    for instance in program.instances:
        rows.append([len(places), len(instance.addresses)])
        places.extend([a] for a in instance.addresses)
    section(INSTANCES, rows)
    section(PLACES, places)
    section(
        THREADS,
        [
            [
                t.pc,
                t.regs,
                t.nregs,
                t.start if not t.boot and machine.ends[t.start] else -1,
                t.entry,
                program.objects[t.task].base,
                t.code,
            ]
            for t in program.threads
        ],
    )
    section(MOVERS, [[t] for t in machine.movable])
    leaking = [
        program.objects[o].life
        for pool in program.pools
        if pool.leaks
        for o in pool.objects
        if program.objects[o].life >= 0
    ]
    section(LEAKING, [[life] for life in leaking])
    section(COUNTING, [[program.objects[c.object].life, c.value, c.limit] for c in program.counts])
    image[COUNTS] = len(program.counts)
    image[TEMPS] = program.temps
    image[ADDRESSES] = len(program.cells)
    image[SLOTS] = len(program.slots)
    image[MOVABLE] = len(machine.movable)
    image[POOLS] = len(program.pools)
    image[LEAKS] = len(leaking)
    image[MERGE] = int(merge)
    image[SYMMETRIC] = int(symmetric)
    image[REMEMBER] = int(not merge and not symmetric and parts_are_private(program))
    image[ALL_THREADS] = len(program.threads)
    image[LAYOUT] = len(image)
    return lay_anew(np.array(image, dtype=np.int64), layout, fields)


def lay_anew(image: Image, layout: Layout, fields: Sequence[Field]) -> Image:
    """An image that differs in the layout alone; what else was changed in ``image`` is kept."""
    rows = layout_rows(layout)
    varying = [slot for slot, mask in enumerate(layout.mask) if mask]
    numbers = [number for field in fields for number in field]
    tail = [number for row in rows for number in row]
    image = image.copy()
    image[FIELDS] = image[LAYOUT] + len(tail)
    image[VARYING] = image[FIELDS] + len(numbers)
    image[VARIES] = len(varying)
    image[WORDS] = layout.words
    image[W_SHARED] = layout.shared
    image[W_LOCAL] = layout.local
    image[ROOT] = root_words(fields)
    return np.concatenate((image[: image[LAYOUT]], np.array(tail + numbers + varying, dtype=np.int64)))


def layout_rows(layout: Layout) -> list[list[int]]:
    # A mask of up to 48 bits keeps its sign; only shifted into place may it reach bit 63.
    columns = (layout.word, layout.shift, layout.mask, layout.bias)
    return [list(row) for row in zip(*columns, strict=True)]


def _lower(program: Program, machine: Interpreter, op: int, a: int, b: int, c: int) -> list[int]:
    if op == Op.LDA and 0 < b < len(program.cells) and program.cells[b] >= 0:
        return [LDS, a, program.cells[b], machine.life_of[b], b]
    if op == Op.STA and 0 < a < len(program.cells) and program.cells[a] >= 0:
        return [STS, program.cells[a], b, machine.life_of[a], a]
    return [int(op), a, b, c, 0]
