"""Which bytes of a ``g`` packet are which register: read from the stub's own target description."""

from __future__ import annotations

__all__ = ["GENERAL", "Registers", "includes", "layout"]

import re
from collections.abc import Mapping

#: What a hold saves and puts back.
GENERAL = (
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp",
    "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rip", "eflags",
)  # fmt: skip
#: The registers that carry a function's arguments (System V AMD64 ABI, 3.2.3).
ARGUMENTS = ("rdi", "rsi", "rdx", "rcx", "r8", "r9")

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_REGISTER = re.compile(r"<reg\b([^>]*)>")
_ATTRIBUTE = re.compile(r'(\w+)\s*=\s*"([^"]*)"')
_INCLUDE = re.compile(r'<xi:include\s+href="([^"]+)"')


def includes(description: str) -> tuple[str, ...]:
    """The files that a target description includes."""
    return tuple(_INCLUDE.findall(_COMMENT.sub("", description)))


def layout(descriptions: tuple[str, ...]) -> dict[str, tuple[int, int]]:
    """Byte offset and length of each register in a ``g`` packet, from the descriptions in their order.

    Registers that are commented out do not count. The order is that of the register numbers.
    """
    sizes: list[tuple[int, str, int]] = []
    for text in descriptions:
        for attributes in _REGISTER.findall(_COMMENT.sub("", text)):
            named = dict(_ATTRIBUTE.findall(attributes))
            number = int(named.get("regnum", sizes[-1][0] + 1 if sizes else 0))
            sizes.append((number, named["name"], int(named["bitsize"]) // 8))
    found: dict[str, tuple[int, int]] = {}
    offset = 0
    for _, name, size in sorted(sizes):
        found[name] = (offset, size)
        offset += size
    return found


class Registers:
    """The registers of one vCPU at a stop."""

    def __init__(self, raw: bytes, where: Mapping[str, tuple[int, int]]) -> None:
        self.raw = raw
        self._where = where

    def __getitem__(self, name: str) -> int:
        offset, size = self._where[name]
        return int.from_bytes(self.raw[offset : offset + size], "little")

    def general(self) -> dict[str, int]:
        """The registers that a hold has to put back."""
        return {name: self[name] for name in GENERAL}

    def with_values(self, values: Mapping[str, int]) -> bytes:
        """The ``G`` packet's bytes with some registers changed."""
        raw = bytearray(self.raw)
        for name, value in values.items():
            offset, size = self._where[name]
            raw[offset : offset + size] = value.to_bytes(size, "little")
        return bytes(raw)
