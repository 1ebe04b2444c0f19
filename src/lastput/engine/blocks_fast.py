"""Blocks, compiled: the twin of ``blocks`` and ``races`` for the compiled machine.

Conflicts are only noticed here; ``blocks`` is then asked what to demote.
"""

from __future__ import annotations

__all__ = ["MARKS", "O_CONFLICT", "O_STEPS", "block", "touch_waiting"]

from lastput.engine.blocks import CAP
from lastput.engine.image import ADDRESSES, CELLS, LOCATIONS, MERGE, THREADS, WORDS
from lastput.engine.jit import njit
from lastput.engine.machine import BLOCKED, ERROR, O_CHOICES, O_LOGGED, O_WARNED, OK, get, step
from lastput.engine.program import Kind

#: Columns of the marks of an address: the number of the expansion that they belong to, then the
#: thread + 1 (MANY: several) that read or wrote it in a plain, an acquiring, a synchronising step, or
#: looked at it in an acquiring step that is not enabled.
MARKS = 8
_MANY = -1

_PLAIN, _ACQUIRE, _END = int(Kind.PLAIN), int(Kind.ACQUIRE), int(Kind.END)
_WAITING = 3

#: More entries of ``out``: steps in the block, whether a conflict was found.
O_STEPS = 7
O_CONFLICT = 8


@njit()
def _other(who, me):  # type: ignore[no-untyped-def]
    return who != 0 and who != me


@njit()
def _mark(marks, serial, address, write, thread, sort):  # type: ignore[no-untyped-def]
    """Notes an access; 1 if it conflicts with one of another thread. ``sort``: 0 plain, 1 acquire,
    2 synchronising, 3 acquire that waits."""
    at = address * 8
    if marks[at] != serial:
        marks[at] = serial
        for k in range(1, 8):
            marks[at + k] = 0
    me = thread + 1
    hit = 0
    if _other(marks[at + 2], me) or (write and _other(marks[at + 1], me)):
        hit = 1
    if sort == 0 or sort == 2:
        if _other(marks[at + 4], me) or (write and _other(marks[at + 3], me)):
            hit = 1
    if sort < 2:
        if _other(marks[at + 6], me) or (write and _other(marks[at + 5], me)):
            hit = 1
    if sort == 0 and write and _other(marks[at + 7], me):
        hit = 1
    if sort == 3:
        column = at + 7
    else:
        column = at + 1 + sort * 2 + write
    if marks[column] == 0:
        marks[column] = me
    elif marks[column] != me:
        marks[column] = _MANY
    return hit


@njit()
def _touch(image, marks, serial, thread, location, sort, log, out):  # type: ignore[no-untyped-def]
    """Notes all accesses of a step."""
    hit = 0
    cells = image[CELLS]
    addresses = image[ADDRESSES]
    moves = sort != 2
    if moves and image[location + 2] >= 0:
        hit |= _mark(marks, serial, addresses + image[location + 2], 0, thread, sort)
    for k in range(out[O_LOGGED]):
        address = log[k] >> 1
        write = log[k] & 1
        if sort == 3:
            write = 0
        hit |= _mark(marks, serial, address, write, thread, sort)
        if address < addresses:
            cell = cells + address * 4
            if moves and image[cell + 1] >= 0:
                hit |= _mark(marks, serial, addresses + image[cell + 1], 0, thread, sort)
            if image[cell + 3]:
                if moves and write:
                    hit = 1
                if moves or write:
                    hit |= _mark(marks, serial, addresses + image[cell], write, thread, sort)
    return hit


@njit()
def touch_waiting(image, marks, serial, thread, location, log, out):  # type: ignore[no-untyped-def]
    """Notes what a first step that is not enabled has looked at; 1 if that conflicts."""
    for k in range(out[O_LOGGED]):
        log[k] &= ~1
    sort = _WAITING if image[location + 1] == _ACQUIRE else 2
    return _touch(image, marks, serial, thread, location, sort, log, out)


@njit()
def block(image, words, backup, thread, choice, t, log, out, marks, serial, executed):  # type: ignore[no-untyped-def]
    """Runs a block (or a single step) in place. Statuses as those of ``step``; BLOCKED: its first step
    is not enabled. ``out`` has the choices of the first step, the warnings of all."""
    n = image[WORDS]
    merge = image[MERGE]
    pc = image[image[THREADS] + thread * 7]
    locked = False
    steps = 0
    warned = 0
    choices = 1
    out[O_CONFLICT] = 0
    while True:
        number = get(image, words, pc)
        location = image[LOCATIONS] + number * 5
        kind = image[location + 1]
        if steps:
            if kind == _END or image[location + 4] or steps >= CAP or (locked and kind == _ACQUIRE):
                break
            for k in range(n):
                backup[k] = words[k]
        status = step(image, words, thread, choice if steps == 0 else 0, t, log, out)
        if steps == 0:
            choices = out[O_CHOICES]
        if status == BLOCKED and steps:
            for k in range(n):
                words[k] = backup[k]
            break
        if status != OK and status != ERROR:
            out[O_CHOICES] = choices
            return status
        executed[number] = 1
        steps += 1
        warned |= out[O_WARNED]
        if merge:
            sort = 0 if kind == _PLAIN else 1 if kind == _ACQUIRE else 2
            out[O_CONFLICT] |= _touch(image, marks, serial, thread, location, sort, log, out)
        if status == ERROR:
            break
        if not merge:
            break
        if kind == _ACQUIRE:
            locked = True
        elif kind != _PLAIN:
            break
    out[O_CHOICES] = choices
    out[O_WARNED] = warned
    out[O_STEPS] = steps
    return ERROR if status == ERROR else OK
