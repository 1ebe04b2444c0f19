"""Names for bare addresses: from System.map or kallsyms, from ELF files, from the bases of modules.

An address in a module that was unloaded has no symbol any more. It gets one from a copy of
/proc/kallsyms that was made before, or from the module's file and the address of its ``.text``
(/proc/modules, or /sys/module/NAME/sections/.text).
"""

from __future__ import annotations

__all__ = ["Symbols", "read_elf", "read_map", "resolve"]

import bisect
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.schema.splat import Frame, Report

_ROW = re.compile(rb"([0-9a-fA-F]{8,16}) [tTwW] ([\w.$]+)(?:\s+\[([\w-]+)\])?\s*$")
_REACH = 16 << 20  # bytes; an address further behind a module's base is not its
_BIG = 1 << 30


class Symbols:
    """Functions by address. ``bases`` are the addresses of the text of modules."""

    def __init__(
        self, rows: Iterable[tuple[int, str, str]] = (), bases: Mapping[str, int] | None = None
    ) -> None:
        self._rows = sorted(set(rows))
        self._starts = [row[0] for row in self._rows]
        self._bases = sorted((base, name) for name, base in (bases or {}).items())

    def __bool__(self) -> bool:
        return bool(self._rows or self._bases)

    def find(self, address: int) -> Frame | None:
        """The function at ``address``, or its module with the offset into it; None if neither is known."""
        base = self._module(address)
        at = bisect.bisect_right(self._starts, address) - 1
        if at >= 0:
            start, name, module = self._rows[at]
            behind = next((one for one in self._starts[at + 1 : at + 64] if one > start), start + 0x10000)
            nearer = base is not None and base[0] > start
            if address < behind and address - start < _REACH and not nearer:
                return Frame(name, module, address - start, behind - start, address, resolved=True)
        if base is not None:
            return Frame("", base[1], address - base[0], 0, address, resolved=True)
        return None

    def _module(self, address: int) -> tuple[int, str] | None:
        at = bisect.bisect_right(self._bases, (address, "\U0010ffff")) - 1
        if at < 0 or address - self._bases[at][0] >= _REACH:
            return None
        return self._bases[at]


def read_map(path: Path) -> list[tuple[int, str, str]]:
    """(address, function, module) of a System.map or a copy of /proc/kallsyms.

    Raises LastputError ``bad-symbols`` for another file, or one whose addresses are hidden.
    """
    if path.is_file() and path.stat().st_size > _BIG:
        raise _bad(path, "is too big for a table of symbols")
    rows, hidden = [], 0
    with path.open("rb") as file:
        for line in file:
            match = _ROW.match(line)
            if match is None:
                continue
            address = int(match[1], 16)
            hidden += address == 0
            if address:
                rows.append((address, match[2].decode(), (match[3] or b"").decode()))
    if hidden and not rows:
        raise _bad(path, "has no addresses (kptr_restrict): copy /proc/kallsyms as root")
    if not rows:
        raise _bad(path, "has no lines `address type name`")
    return rows


def read_elf(path: Path, bases: Mapping[str, int]) -> list[tuple[int, str, str]]:
    """(address, function, module) of a vmlinux or a module's ``.ko``; a module needs its base.

    Raises LastputError ``bad-symbols``, ``no-module-base`` or ``no-pyelftools``.
    """
    try:
        from elftools.common.exceptions import ELFError
        from elftools.elf.elffile import ELFFile
        from elftools.elf.sections import SymbolTableSection
    except ImportError:
        raise LastputError(
            "no-pyelftools",
            "reading ELF files needs pyelftools",
            "pip install 'lastput[elf]'",
            Place(str(path)),
        ) from None
    module = path.name.split(".ko")[0].replace("-", "_") if ".ko" in path.name else ""
    with path.open("rb") as file:
        try:
            elf = ELFFile(file)
            table = elf.get_section_by_name(".symtab")
            if not isinstance(table, SymbolTableSection):
                raise _bad(path, "has no symbol table (stripped?)")
            text = elf.get_section_by_name(".text")
            number = elf.get_section_index(".text") if text is not None else -1
            base = 0
            if module:
                if module not in bases:
                    raise LastputError(
                        "no-module-base",
                        f"{path}: the address of {module} is not known",
                        f"give --module-base {module}=0xffff... (from /proc/modules)",
                    )
                base = bases[module]
            return [
                (base + one["st_value"], one.name, module)
                for one in table.iter_symbols()
                if one["st_info"]["type"] == "STT_FUNC" and (not module or one["st_shndx"] == number)
            ]
        except (ELFError, ValueError, KeyError, IndexError, UnicodeDecodeError) as error:
            raise _bad(path, f"is no ELF file: {error}") from None


def resolve(report: Report, symbols: Symbols) -> Report:
    """The report, with names for its bare addresses where ``symbols`` knows them."""
    if not symbols:
        return report

    def known(frame: Frame | None) -> Frame | None:
        if frame is None or frame.function or not frame.address:
            return frame
        found = symbols.find(frame.address)
        return msgspec.structs.replace(found, reliable=frame.reliable) if found else frame

    stacks = tuple(
        msgspec.structs.replace(one, frames=tuple(known(frame) or frame for frame in one.frames))
        for one in report.stacks
    )
    return msgspec.structs.replace(
        report, rip=known(report.rip), lr=known(report.lr), work=known(report.work), stacks=stacks
    )


def _bad(path: Path, why: str) -> LastputError:
    return LastputError(
        "bad-symbols", f"{path} {why}", "give a System.map, a copy of /proc/kallsyms, a vmlinux or a .ko"
    )
