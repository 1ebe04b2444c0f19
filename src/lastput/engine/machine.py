"""The compiled machine: one step of one thread on a packed state.

It does what ``interpret`` says, on the tables of ``image``, and knows no program: it is compiled once
per installation (``translator``).
"""

from __future__ import annotations

__all__ = ["get", "put", "step"]

from lastput.engine.image import (
    ADDRESSES,
    ALL_THREADS,
    CELLS,
    CODE,
    INSTANCES,
    LAYOUT,
    LDS,
    LOCATIONS,
    OBJECTS,
    PLACES,
    POOL,
    POOLED,
    STS,
    THREADS,
    ZERO,
)
from lastput.engine.interpret import BUDGET
from lastput.engine.program import LIFE_ALIVE, LIFE_FREED, LIFE_UNUSED, ErrorClass, Op
from lastput.engine.signals import (
    BLOCKED,
    ERROR,
    O_ADDRESS,
    O_CHOICE,
    O_CHOICES,
    O_CLASS,
    O_FOREIGN,
    O_LOGGED,
    O_SLOT,
    O_VALUE,
    O_WARNED,
    OK,
    RANGE,
    TOOL,
)
from lastput.engine.translator.arrays import Ints

_CONST, _MOV, _LDR, _STR = int(Op.CONST), int(Op.MOV), int(Op.LDR), int(Op.STR)
_LD, _ST, _LDA, _STA = int(Op.LD), int(Op.ST), int(Op.LDA), int(Op.STA)
_ADD, _SUB, _MUL, _DIV, _MOD = int(Op.ADD), int(Op.SUB), int(Op.MUL), int(Op.DIV), int(Op.MOD)
_AND, _OR, _XOR, _SHL, _SHR = int(Op.AND), int(Op.OR), int(Op.XOR), int(Op.SHL), int(Op.SHR)
_EQ, _NE, _LT, _LE = int(Op.EQ), int(Op.NE), int(Op.LT), int(Op.LE)
_ADDI, _EQI, _NEI, _LTI, _LEI = int(Op.ADDI), int(Op.EQI), int(Op.NEI), int(Op.LTI), int(Op.LEI)
_ANDI, _NEG, _INV, _NOT = int(Op.ANDI), int(Op.NEG), int(Op.INV), int(Op.NOT)
_JMP, _JZ, _JNZ, _JNEI = int(Op.JMP), int(Op.JZ), int(Op.JNZ), int(Op.JNEI)
_NEXT, _WAIT, _CHOOSE, _PICK, _INST = (
    int(Op.NEXT),
    int(Op.WAIT),
    int(Op.CHOOSE),
    int(Op.PICK),
    int(Op.INST),
)
_ALLOC, _FREE, _FAIL, _WARN = int(Op.ALLOC), int(Op.FREE), int(Op.FAIL), int(Op.WARN)
_SPAWN, _TASK, _TRAP = int(Op.SPAWN), int(Op.TASK), int(Op.TRAP)

_UNUSED, _ALIVE, _FREED = LIFE_UNUSED, LIFE_ALIVE, LIFE_FREED
_E_TEXT, _E_UAF = int(ErrorClass.UNMAPPED_TEXT), int(ErrorClass.USE_AFTER_FREE)
_E_NULL, _E_DOUBLE, _E_WARN = (
    int(ErrorClass.NULL_DEREF),
    int(ErrorClass.DOUBLE_FREE),
    int(ErrorClass.WARN),
)


def get(image: Ints, words: Ints, slot: int) -> int:
    """The value of a slot."""
    at = image[LAYOUT] + slot * 4
    return ((words[image[at]] >> image[at + 1]) & image[at + 2]) + image[at + 3]


def put(image: Ints, words: Ints, slot: int, value: int, out: Ints) -> int:
    """Stores a value; 1 if it does not fit."""
    at = image[LAYOUT] + slot * 4
    mask = image[at + 2]
    value -= image[at + 3]
    if value < 0 or value > mask:
        out[O_SLOT] = slot
        out[O_VALUE] = value + image[at + 3]
        return 1
    word = image[at]
    shift = image[at + 1]
    words[word] = (words[word] & ~(mask << shift)) | (value << shift)
    return 0


def step(image: Ints, words: Ints, thread: int, t: Ints, log: Ints, out: Ints) -> int:
    """Runs the step of ``thread`` in place; ``words`` are spoilt unless the status is OK.

    ``t`` holds the temporaries. ``log`` receives address * 2 + write of each access, and life slots,
    counted on from the number of addresses, that ALLOC and FREE change, or ALLOC, INST and PICK look at.
    """
    out[O_CHOICES] = 1
    out[O_WARNED] = 0
    out[O_LOGGED] = 0
    out[O_FOREIGN] = 0
    logged = 0
    cells = image[CELLS]
    addresses = image[ADDRESSES]
    code = image[CODE]
    me = image[THREADS] + thread * 7
    pc = image[me]
    regs = image[me + 1]
    here = image[LOCATIONS] + get(image, words, pc) * 5
    life = image[here + 2]
    if life >= 0 and get(image, words, life) != _ALIVE:
        out[O_CLASS] = _E_TEXT
        out[O_ADDRESS] = -1
        return ERROR
    ip = image[here]
    for _ in range(BUDGET):
        at = code + ip * 5
        op = image[at]
        a = image[at + 1]
        b = image[at + 2]
        c = image[at + 3]
        ip += 1
        if op <= _STA or op >= LDS:
            # Moves between temporaries, registers and memory.
            if op == _CONST:
                t[a] = b
                continue
            if op == _MOV:
                t[a] = t[b]
                continue
            write = op & 1  # stores have odd numbers
            if op == _LDR:
                slot = regs + b
            elif op == _STR:
                slot = regs + a
            else:
                if op == LDS:
                    slot = b
                    life = c
                    address = image[at + 4]
                elif op == STS:
                    slot = a
                    life = c
                    address = image[at + 4]
                else:
                    if op == _LD:
                        address = t[b] + c
                    elif op == _ST:
                        address = t[a] + c
                    elif op == _LDA:
                        address = b
                    else:
                        address = a
                    slot = -1
                    if 0 < address < addresses:
                        slot = image[cells + address * 4]
                    if slot < 0:
                        out[O_CLASS] = _E_NULL
                        out[O_ADDRESS] = address
                        break
                    life = image[cells + address * 4 + 1]
                log[logged] = address * 2 + write
                logged += 1
                if life >= 0 and get(image, words, life) != _ALIVE:
                    out[O_CLASS] = _E_UAF
                    out[O_ADDRESS] = address
                    break
            if write:
                if put(image, words, slot, t[b], out):
                    return RANGE
            else:
                t[a] = get(image, words, slot)
        elif op == _EQI:
            t[a] = 1 if t[b] == c else 0
        elif op == _NEI:
            t[a] = 1 if t[b] != c else 0
        elif op == _EQ:
            t[a] = 1 if t[b] == t[c] else 0
        elif op == _NE:
            t[a] = 1 if t[b] != t[c] else 0
        elif op == _NOT:
            t[a] = 1 if t[b] == 0 else 0
        elif op == _ADDI:
            t[a] = t[b] + c
        elif op == _ADD:
            t[a] = t[b] + t[c]
        elif op == _SUB:
            t[a] = t[b] - t[c]
        elif op == _LT:
            t[a] = 1 if t[b] < t[c] else 0
        elif op == _LE:
            t[a] = 1 if t[b] <= t[c] else 0
        elif op == _LTI:
            t[a] = 1 if t[b] < c else 0
        elif op == _LEI:
            t[a] = 1 if t[b] <= c else 0
        elif op == _AND:
            t[a] = t[b] & t[c]
        elif op == _OR:
            t[a] = t[b] | t[c]
        elif op == _XOR:
            t[a] = t[b] ^ t[c]
        elif op == _ANDI:
            t[a] = t[b] & c
        elif op == _SHL:
            t[a] = t[b] << (t[c] & 63)
        elif op == _SHR:
            t[a] = t[b] >> (t[c] & 63)
        elif op == _MUL:
            t[a] = t[b] * t[c]
        elif op == _DIV or op == _MOD:  # noqa: SIM109
            x = t[b]
            y = t[c]
            if y == 0:
                out[O_WARNED] |= 1 << _E_WARN
                t[a] = 0
            else:
                quotient = abs(x) // abs(y)
                if (x < 0) != (y < 0):
                    quotient = -quotient
                t[a] = quotient if op == _DIV else x - quotient * y
        elif op == _NEG:
            t[a] = -t[b]
        elif op == _INV:
            t[a] = ~t[b]
        elif op == _JMP:
            ip = a
        elif op == _JZ:
            if t[a] == 0:
                ip = b
        elif op == _JNZ:
            if t[a] != 0:
                ip = b
        elif op == _JNEI:
            if t[a] != b:
                ip = c
        elif op == _NEXT:
            out[O_LOGGED] = logged
            return RANGE if put(image, words, pc, a, out) else OK
        elif op == _WAIT:
            if t[a] == 0:
                out[O_LOGGED] = logged
                return BLOCKED
        elif op == _CHOOSE:
            out[O_CHOICES] = b
            if b <= 0:
                out[O_LOGGED] = logged
                return BLOCKED
            t[a] = out[O_CHOICE]
        elif op == _PICK:
            row = image[INSTANCES] + b * 2
            first = image[PLACES] + image[row]
            found = 0
            for k in range(image[row + 1]):
                x = image[first + k]
                life = image[cells + x * 4 + 1]
                if life >= 0:
                    log[logged] = (addresses + life) * 2
                    logged += 1
                    if get(image, words, life) != _ALIVE:
                        continue
                slot = image[cells + (x + c) * 4]
                if slot < 0:
                    return TOOL
                log[logged] = (x + c) * 2
                logged += 1
                if get(image, words, slot) != 0:
                    if found == out[O_CHOICE]:
                        t[a] = x
                    found += 1
            out[O_CHOICES] = found
            if found == 0:
                out[O_LOGGED] = logged
                return BLOCKED
        elif op == _INST:
            after = t[c]
            t[a] = 0
            row = image[INSTANCES] + b * 2
            first = image[PLACES] + image[row]
            for k in range(image[row + 1]):
                x = image[first + k]
                if x > after:
                    life = image[cells + x * 4 + 1]
                    if life >= 0:
                        log[logged] = (addresses + life) * 2
                        logged += 1
                    if life < 0 or get(image, words, life) == _ALIVE:
                        t[a] = x
                        break
        elif op == _ALLOC or op == _FREE:  # noqa: SIM109
            thing = -1
            if op == _ALLOC:
                becomes = _ALIVE
                row = image[POOL] + b * 2
                first = image[POOLED] + image[row]
                for k in range(image[row + 1]):
                    thing = image[OBJECTS] + image[first + k] * 4
                    log[logged] = (addresses + image[thing + 1]) * 2
                    logged += 1
                    if get(image, words, image[thing + 1]) == _UNUSED:
                        break
                    thing = -1
                if thing < 0:
                    return TOOL
                t[a] = image[thing]
            else:
                becomes = _FREED
                address = t[a]
                if address == 0:
                    continue
                out[O_CLASS] = _E_DOUBLE
                out[O_ADDRESS] = address
                if 0 < address < addresses and image[cells + address * 4 + 2] >= 0:
                    thing = image[OBJECTS] + image[cells + address * 4 + 2] * 4
                if thing < 0:
                    break
            life = image[thing + 1]
            log[logged] = (addresses + life) * 2 + 1
            logged += 1
            if becomes == _FREED and get(image, words, life) != _ALIVE:
                break
            zero = image[ZERO] + image[thing + 2]
            count = image[thing + 3]
            for k in range(-1, count):
                slot = life if k < 0 else image[zero + k]
                if put(image, words, slot, becomes if k < 0 else 0, out):
                    return RANGE
        elif op == _FAIL:
            out[O_CLASS] = a
            out[O_ADDRESS] = t[b] if b >= 0 else -1
            break
        elif op == _WARN:
            out[O_WARNED] |= 1 << a
        elif op == _SPAWN:
            out[O_FOREIGN] = 1
            new = -1
            for k in range(image[ALL_THREADS]):
                row = image[THREADS] + k * 7
                idle = image[row + 3]
                if image[row + 6] == b and idle >= 0 and get(image, words, image[row]) == idle:
                    new = row
                    break
            if new < 0:
                return TOOL
            for k in range(2 if image[new + 2] > 0 else 1):
                if put(image, words, image[new + k], t[c] if k else image[new + 4], out):
                    return RANGE
            t[a] = image[new + 5]
        elif op == _TASK:
            t[a] = image[me + 5]
        else:
            return TOOL
    else:
        return TOOL  # the budget is used up
    out[O_LOGGED] = logged
    return ERROR
