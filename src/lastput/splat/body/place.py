"""Where it was: the program counter and the return address as each architecture prints them, registers.

Formats: __show_regs(), show_regs() of arch/x86/kernel/process_64.c, arch/arm64/kernel/process.c,
arch/arm/kernel/process.c, arch/riscv/kernel/process.c, arch/powerpc/kernel/process.c,
arch/s390/kernel/dumpstack.c, arch/mips/kernel/traps.c, arch/loongarch/kernel/traps.c.
"""

from __future__ import annotations

__all__ = ["READERS", "registers"]

import re
from collections.abc import Callable

from lastput.schema.splat import Frame
from lastput.splat.draft import Draft
from lastput.splat.frames import symbol
from lastput.splat.lazy import Lazy

_ADDRESSES = r"(?:\[<? {0,20}(?:0x)?(?P<address>[0-9a-f]{8,16}|\(null\))>?\] {0,16})"
_X86 = Lazy(
    rf"(?:R|E)?IP(?:: (?P<segment>[0-9a-f]{{4}}):| is at|:|  ) {{0,8}}{_ADDRESSES}?"
    r"(?:\[<[^>]{1,30}>\] {0,16})?(?P<where>.{0,400})"
)
_COUNTER = Lazy(
    r"(?:(?:pc|PC|ip|IP)(?: : | is at )|epc ?: |TPC: <|Krnl PSW : [0-9a-f]{16} [0-9a-f]{16} \("
    r"|(?:epc|pc|PC|ERA|era) {1,3}: {0,2}(?:0x)?(?:\[<)?[0-9a-f]{8,16}(?:>\])? (?=[A-Za-z_])"
    r"|NIP \[[0-9a-f]{8,16}\] |NIP: {1,2}[0-9a-f]{8,16} (?=[A-Za-z_])(?!LR)|ERA: [0-9a-f]{8,16} "
    r"|IAOQ\[0\]: )(?P<where>.{1,400})"
)
_LINK = Lazy(
    r"(?:(?:lr|LR|ra|RA)(?: : | is at )|I7: <|LR \[[0-9a-f]{8,16}\] "
    r"|(?:ra|RA) {1,4}: {0,2}[0-9a-f]{8,16} (?=[A-Za-z_])|ra: [0-9a-f]{8,16} )(?P<where>.{1,400})"
)
_ARCH = (
    ("Krnl PSW", "s390"), ("NIP", "powerpc"), ("ERA", "loongarch"), ("epc   :", "mips"), ("epc :", "riscv"),
    ("TPC", "sparc"), ("IAOQ", "parisc"), ("pc : ", "arm64"),
)  # fmt: skip
_REGISTER = Lazy(r"\b(CR2|R[A-D]X|R[SD]I|R[BS]P|R\d\d|[xsp]\d{0,2} ?|sp ?): ?([0-9a-f]{16})\b")
_REGISTERS = ("RSP:", "RAX:", "RDX:", "RBP:", "R10:", "R13:", "CR2:", "sp :", "x")


def _put(draft: Draft, found: Frame | None) -> None:
    """The place before a stack is where it begins; within one, where the interrupt came."""
    if found is None:
        return
    last = draft.trace
    if draft.in_trace and last is not None and last.frames:
        if not found.function:
            return
        if last.frames[-1].function != found.function:
            if (
                last.frames[-1].size or last.frames[-1].inline
            ):  # else RIP again: the last one was inlined here
                draft.cut()
            draft.add(found)
    elif last is not None and not last.frames:
        last.rip = last.rip or found
    elif not draft.has_stack:
        inlined = draft.rip is not None and draft.rip.function and not draft.rip.size
        draft.rip = found if inlined or draft.rip is None else draft.rip


def _x86(draft: Draft, text: str) -> bool:
    match = _X86.match(text)
    if match is None:
        return False
    draft.arch = draft.arch or "x86"
    if match["segment"] and int(match["segment"], 16) & 3:
        if draft.in_trace and draft.trace is not None and draft.trace.frames:
            draft.cut()
            draft.trace.user = True
        return True
    where = match["where"].strip()
    found = symbol(where)
    if found is None and where.startswith("(null)"):
        found = Frame()
    if found is not None and match["address"] and not match["address"].startswith("("):
        address = int(match["address"], 16)
        found = found if found.function else Frame(address=address)
    if found is None and match["segment"] is None:
        return "[<" in text
    told = draft.rip.function if draft.rip and draft.has_stack and match["segment"] is None else ""
    if found is not None and told and found.function == told:
        return True  # the last line of an Oops tells the place again
    _put(draft, found)
    return True


def _counter(draft: Draft, text: str) -> bool:
    match = _COUNTER.match(text)
    if match is None:
        return _link(draft, text)
    name = next((arch for word, arch in _ARCH if text.startswith(word)), "")
    if not match["where"].startswith("[<"):  # the registers of 32-bit ARM
        draft.arch = draft.arch or name
    found = symbol(match["where"])
    if found is not None and (found.function or match["where"].startswith("0x")):
        _put(draft, found)
    behind = re.search(r" ra : (?=[A-Za-z_])", match["where"])
    if behind is not None:
        draft.lr = draft.lr or symbol(match["where"][behind.end() :])
    return True


def _link(draft: Draft, text: str) -> bool:
    match = _LINK.match(text)
    if match is None:
        return False
    if not draft.has_stack:
        found = symbol(match["where"])
        draft.lr = draft.lr or (found if found and found.function else None)
    return True


def _code(draft: Draft, text: str) -> bool:
    if not text.startswith("Code: "):
        return False
    if not (draft.in_trace and draft.has_stack):
        draft.code = draft.code or text[6:400]
    return True


def registers(draft: Draft, text: str) -> bool:
    """General registers, by name."""
    if not text.startswith(_REGISTERS):
        return False
    found = _REGISTER.findall(text)
    for name, value in found:
        draft.registers.setdefault(name.strip(), value)
    return bool(found)


READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    ("IP", _x86),
    (" : ", _counter),
    (" is at ", _counter),
    ("PSW", _counter),
    ("NIP", _counter),
    ("ERA", _counter),
    ("epc", _counter),
    ("era", _counter),
    ("ra:", _counter),
    ("LR [", _counter),
    (": <", _counter),
    ("IAOQ", _counter),
    ("Code: ", _code),
)
