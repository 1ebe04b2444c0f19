"""Blocks, compiled: the twin of ``blocks`` and ``races`` for the compiled machine.

Conflicts are only noticed here; ``blocks`` is then asked what to demote.
"""

from __future__ import annotations

__all__ = ["block", "lock_out", "touch_waiting"]


from lastput.engine.blocks import CAP
from lastput.engine.futures_arrays import MODE
from lastput.engine.futures_fast import note
from lastput.engine.image import (
    ADDRESSES,
    CELLS,
    LOCATIONS,
    MERGE,
    MOVABLE,
    MOVERS,
    THREADS,
    WORDS,
)
from lastput.engine.machine import get, step
from lastput.engine.program import Kind
from lastput.engine.races import LOCKED, Sort, relies
from lastput.engine.signals import (
    BLOCKED,
    ERROR,
    MARKS,
    O_CHOICE,
    O_CHOICES,
    O_CONFLICT,
    O_LOGGED,
    O_SOFT,
    O_STEPS,
    O_WARNED,
    O_WARNED_AT,
    OK,
    RANGE,
    TOOL,
)
from lastput.engine.translator.arrays import Ints

_PLAIN, _ACQUIRE, _END = int(Kind.PLAIN), int(Kind.ACQUIRE), int(Kind.END)
_P, _TAKE, _HELD = int(Sort.PLAIN), int(Sort.TAKE), int(Sort.HELD)
_SYNC, _HELD_SYNC, _WAITING = int(Sort.SYNC), int(Sort.HELD_SYNC), int(Sort.WAITING)

_LOCKED = tuple(int(s in LOCKED) for s in Sort)
#: For two sorts of access, whether a conflict of theirs matters.
_MATTERS = tuple(int(relies(one, two) or relies(two, one)) for one in Sort for two in Sort)


def _mark(marks: Ints, serial: int, address: int, write: int, me: int, sort: int, out: Ints) -> None:
    """Notes an access, and in ``out`` if it conflicts with one of another thread. ``me`` is a bit."""
    at = address * MARKS
    if marks[at] != serial:
        marks[at] = serial
        for k in range(1, MARKS):
            marks[at + k] = 0
    column = at + 1 + sort * 2 + write
    if marks[column] & me:
        return
    marks[column] |= me
    hard = 0
    soft = 0
    for other in range(len(_LOCKED)):
        written = marks[at + 2 + other * 2]
        them = written
        if write:
            them |= marks[at + 1 + other * 2]
        them &= ~me
        if them == 0 or not _MATTERS[sort * len(_LOCKED) + other]:
            continue
        if _LOCKED[sort] and _LOCKED[other]:
            if sort == _TAKE and other == _HELD:
                hard |= them & written
                them &= ~written
            elif sort == _HELD and other == _TAKE and write:
                hard |= them
            soft |= them
        else:
            hard |= them
    if hard:
        out[O_CONFLICT] = 1
    out[O_SOFT] |= soft


def _touch(
    image: Ints, marks: Ints, serial: int, me: int, location: int, sort: int, log: Ints, out: Ints
) -> None:
    """Notes all accesses of a step."""
    cells = image[CELLS]
    addresses = image[ADDRESSES]
    moves = sort != _SYNC and sort != _HELD_SYNC
    for k in range(-1, out[O_LOGGED]):
        write = 0
        if k < 0:
            if not moves or image[location + 2] < 0:
                continue
            address = addresses + image[location + 2]
        else:
            address = log[k] >> 1
            write = log[k] & 1
            if address >= addresses and not write:
                continue  # steps that look at lives do not move
        if address < addresses:
            cell = cells + address * 4
            life = image[cell + 1]
            if moves and life >= 0:
                _mark(marks, serial, addresses + life, write & 0, me, sort, out)
            if image[cell + 3]:
                if moves and write:
                    out[O_CONFLICT] = 1
                if moves or write:
                    _mark(marks, serial, addresses + image[cell], write, me, sort, out)
        _mark(marks, serial, address, write, me, sort, out)


def touch_waiting(
    image: Ints, marks: Ints, serial: int, me: int, location: int, log: Ints, out: Ints
) -> None:
    """Notes what a first step that is not enabled has looked at."""
    for k in range(out[O_LOGGED]):
        log[k] &= ~1
    out[O_CONFLICT] = 0
    out[O_SOFT] = 0
    sort = _WAITING if image[location + 1] == _ACQUIRE else _SYNC
    _touch(image, marks, serial, me, location, sort, log, out)


def block(
    image: Ints,
    words: Ints,
    backup: Ints,
    thread: int,
    me: int,
    t: Ints,
    log: Ints,
    out: Ints,
    marks: Ints,
    serial: int,
    executed: Ints,
    futures: Ints,
) -> int:
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
    out[O_SOFT] = 0
    while True:
        number = get(image, words, pc)
        location = image[LOCATIONS] + number * 5
        kind = image[location + 1]
        takes = kind == _ACQUIRE
        if steps:
            if kind == _END or image[location + 4] or steps >= CAP or (takes and (locked or choices > 1)):
                break
            for k in range(n):
                backup[k] = words[k]
            out[O_CHOICE] = 0
        status = step(image, words, thread, t, log, out)
        if steps == 0:
            choices = out[O_CHOICES]
        if status == BLOCKED and steps:
            for k in range(n):
                words[k] = backup[k]
            break
        if futures[MODE] and (status == OK or status == ERROR or status == BLOCKED):  # noqa: SIM109
            note(image, futures, number, int(status != BLOCKED), log, out)
        if status != OK and status != ERROR:
            out[O_CHOICES] = choices
            return status
        executed[number] = 1
        steps += 1
        fresh = out[O_WARNED] & ~warned
        if fresh:
            warned |= fresh
            for error in range(1, 16):
                if (fresh >> error) & 1:
                    out[O_WARNED_AT + error] = steps
        if merge:
            if takes:
                locked = True
                sort = _TAKE
            elif kind == _PLAIN:
                sort = _HELD if locked else _P
            else:
                sort = _HELD_SYNC if locked else _SYNC
            _touch(image, marks, serial, me, location, sort, log, out)
        if status == ERROR or not merge or (kind != _PLAIN and not takes):
            break
    out[O_CHOICES] = choices
    out[O_WARNED] = warned
    out[O_STEPS] = steps
    return ERROR if status == ERROR else OK


def lock_out(image: Ints, here: Ints, words: Ints, soft: int, me: int, t: Ints, log: Ints, out: Ints) -> int:
    """OK if the locks of threads ``soft`` (bits) all exclude that of ``me`` (a place), in both orders;
    ERROR if not, RANGE or TOOL if that was met on the way."""
    n = image[WORDS]
    for k in range(image[MOVABLE]):
        if not (soft >> k) & 1:
            continue
        for order in range(2):
            for i in range(n):
                words[i] = here[i]
            status = OK
            for turn in range(2):
                place = me if turn == order else k
                thread = image[image[MOVERS] + place]
                pc = image[image[THREADS] + thread * 7]
                for _ in range(CAP):
                    kind = image[image[LOCATIONS] + get(image, words, pc) * 5 + 1]
                    if kind != _PLAIN and kind != _ACQUIRE:
                        status = ERROR
                        break
                    out[O_CHOICE] = 0
                    status = step(image, words, thread, t, log, out)
                    if status != OK or kind == _ACQUIRE:
                        break
                if status != OK:
                    break
            if status == RANGE or status == TOOL:  # noqa: SIM109
                return status
            if status != BLOCKED or turn != 1:
                return ERROR
    return OK
