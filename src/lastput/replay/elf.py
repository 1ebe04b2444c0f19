"""Sections of an ELF file, with their addresses: just what the readers beside this file need."""

from __future__ import annotations

__all__ = ["Section", "relocations", "sections", "symbols"]

import io
import struct
from collections.abc import Iterator

import msgspec
from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile
from elftools.elf.relocation import RelocationSection
from elftools.elf.sections import SymbolTableSection

from lastput.errors import LastputError, Place

_RELA = struct.Struct("<QIIq")  # Elf64_Rela: the type before the symbol
_SYMBOL = struct.Struct("<IBBHQQ")  # Elf64_Sym
_RESERVED = 0xFF00  # SHN_LORESERVE
_EXECUTED = 0x4  # SHF_EXECINSTR


class Section(msgspec.Struct, frozen=True):
    """``data`` is empty for what takes no room in the file."""

    name: str
    address: int
    data: bytes
    code: bool


def _open(data: bytes, file: str) -> ELFFile:
    try:
        return ELFFile(io.BytesIO(data))
    except ELFError as error:
        raise _bad(file, str(error)) from None


def sections(data: bytes, file: str) -> tuple[Section, ...]:
    """All sections in the file's order. Raises LastputError ``bad-elf``."""
    try:
        return tuple(
            Section(
                one.name,
                one["sh_addr"],
                b"" if one["sh_type"] == "SHT_NOBITS" else one.data(),
                bool(one["sh_flags"] & _EXECUTED),
            )
            for one in _open(data, file).iter_sections()
        )
    except (ELFError, UnicodeDecodeError, ValueError) as error:
        raise _bad(file, str(error)) from None


def symbols(data: bytes, file: str) -> Iterator[tuple[str, int, int, int]]:
    """Name, section index, value and size of each defined symbol of an object file."""
    table = _table(_open(data, file))
    if table is None:
        raise _bad(file, "it has no symbols")
    try:
        for name, _, _, index, value, size in _SYMBOL.iter_unpack(table[0]):
            if name and 0 < index < _RESERVED:
                yield _string(table[1], name), index, value, size
    except (struct.error, ValueError) as error:
        raise _bad(file, str(error)) from None


def relocations(data: bytes, file: str, section: str) -> Iterator[tuple[int, str]]:
    """Offset within ``section`` and name of the symbol of each of its relocations."""
    elf = _open(data, file)
    found = elf.get_section_by_name(f".rela{section}")
    table = _table(elf)
    if not isinstance(found, RelocationSection) or table is None:
        return
    names: dict[int, str] = {}
    try:
        for offset, _, index, _ in _RELA.iter_unpack(found.data()):
            if index not in names:
                names[index] = _string(table[1], _SYMBOL.unpack_from(table[0], index * _SYMBOL.size)[0])
            yield offset, names[index]
    except (struct.error, ValueError) as error:
        raise _bad(file, str(error)) from None


def _table(elf: ELFFile) -> tuple[bytes, bytes] | None:
    """The symbols and their strings."""
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return None
    return table.data(), elf.get_section(table["sh_link"]).data()


def _string(strings: bytes, at: int) -> str:
    return strings[at : strings.index(b"\0", at)].decode("latin1")


def _bad(file: str, why: str) -> LastputError:
    return LastputError(
        "bad-elf", f"the ELF file is damaged: {why}", "unpack or download the kernel again", Place(file)
    )
