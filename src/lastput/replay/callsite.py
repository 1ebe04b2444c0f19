"""How a module calls a function: by a call, after which it returns into the module, or by a jump."""

from __future__ import annotations

__all__ = ["CallSite", "call_sites"]

import msgspec

from lastput.replay import elf

_CALL, _JUMP = 0xE8, 0xE9
_TEXT = ".text"


class CallSite(msgspec.Struct, frozen=True):
    """``function+offset`` of the instruction; ``jump``: the compiler made a jump of a call in tail
    position, so the callee returns to the caller's caller."""

    function: str
    offset: int
    callee: str
    jump: bool

    def __str__(self) -> str:
        return f"{self.function}+{self.offset:#x}: {'jmp' if self.jump else 'call'} {self.callee}"


def call_sites(data: bytes, file: str, callee: str) -> tuple[CallSite, ...]:
    """Where the text of a .ko calls ``callee``, by its relocations. Raises LastputError ``bad-elf``."""
    sections = elf.sections(data, file)
    index = next((number for number, one in enumerate(sections) if one.name == _TEXT), None)
    if index is None:
        return ()
    functions = sorted(
        (value, name) for name, section, value, size in elf.symbols(data, file) if section == index and size
    )
    found = []
    for offset, name in elf.relocations(data, file, _TEXT):
        opcode = sections[index].data[offset - 1]
        if name != callee or opcode not in (_CALL, _JUMP):
            continue
        start, function = max(one for one in functions if one[0] < offset)
        found.append(CallSite(function, offset - 1 - start, callee, opcode == _JUMP))
    return tuple(found)
