"""Instructions as they are in the running kernel: alternatives, static calls and ftrace have patched them,
so the bytes of the .ko are not what runs."""

from __future__ import annotations

__all__ = ["Instruction", "after_last_call", "instructions"]

from collections.abc import Iterator

import capstone
import msgspec

_PADDING = 0xCC


class Instruction(msgspec.Struct, frozen=True):
    """One instruction; ``target`` is where a direct call or jump goes (0: it is none)."""

    address: int
    size: int
    text: str
    call: bool = False
    jump: bool = False
    target: int = 0


def instructions(code: bytes, address: int) -> Iterator[Instruction]:
    """The instructions of ``code`` in their order, up to the first byte that is none or is padding."""
    engine = capstone.Cs(capstone.CS_ARCH_X86, capstone.CS_MODE_64)
    for at, size, name, operands in engine.disasm_lite(code, address):
        if code[at - address] == _PADDING:
            return
        direct = operands.startswith("0x")
        yield Instruction(
            at,
            size,
            f"{name} {operands}".strip(),
            name == "call",
            name == "jmp",
            int(operands, 16) if direct else 0,
        )


def after_last_call(code: bytes, address: int) -> int:
    """The address behind the last call of the function whose code it is; 0 if it calls nothing."""
    calls = [one for one in instructions(code, address) if one.call]
    return calls[-1].address + calls[-1].size if calls else 0
