"""Names for addresses and addresses for names, in a guest that runs: the kernel's own symbols, moved by
KASLR, and those of the modules that were seen, also after they are gone."""

from __future__ import annotations

__all__ = ["Live", "Symbols"]

import bisect

import msgspec

from lastput.errors import LastputError
from lastput.replay.gdbremote import GdbRemote
from lastput.replay.kernel import Kernel

_NAME = 56  # MODULE_NAME_LEN
_SYMBOL = 24  # sizeof(Elf64_Sym)
_MOST_MODULES = 1000


class Live(msgspec.Struct, frozen=True):
    """A module in the guest: where its ``struct module`` and its text are, and its symbols by name."""

    name: str
    struct: int
    text: int
    size: int
    symbols: dict[str, int]

    def holds(self, address: int) -> bool:
        """Whether the address is in this module's text."""
        return self.text <= address < self.text + self.size


class Symbols:
    """``shift`` is how far KASLR moved the kernel."""

    def __init__(self, kernel: Kernel, text: int) -> None:
        self._symbols = kernel.facts.symbols
        self.shift = text - self._symbols["_text"][0]
        self.btf = kernel.btf
        self._sorted, self._places = kernel.by_address
        self.seen: dict[str, Live] = {}

    def per_cpu(self, name: str) -> int | None:
        """What is to be added to a CPU's gs base to come to its copy of a variable; None if there is no such
        variable. 6.12 links them to zero on (arch/x86/kernel/vmlinux.lds.S:231), 7.3 where they stand in the
        image, which KASLR moves (arch/x86/kernel/vmlinux.lds.S:342)."""
        places = self._symbols.get(name)
        if not places:
            return None
        return places[0] + self.shift if places[0] >> 47 else places[0]

    def has(self, name: str) -> bool:
        """Whether the kernel proper has such a symbol."""
        return name in self._symbols

    def address(self, name: str, module: str = "") -> int:
        """The address of a symbol, of ``module`` or of the kernel proper.

        Raises LastputError ``no-symbol``, also if several have the name.
        """
        if module:
            places: tuple[int, ...] = ()
            if module in self.seen and name in self.seen[module].symbols:
                places = (self.seen[module].symbols[name],)
        else:
            places = tuple(place + self.shift for place in self._symbols.get(name, ()))
        if len(places) != 1:
            where = f"module {module}" if module else "the kernel"
            raise LastputError(
                "no-symbol",
                f"{where} has {len(places) or 'no'} symbol{'s' if len(places) > 1 else ''} {name}",
                "inlined functions and names that are not unique cannot be points: take a caller or a callee",
            )
        return places[0]

    def anywhere(self, name: str) -> int:
        """The address of a function in the kernel proper or in any module that was seen."""
        owners = [live.name for live in self.seen.values() if name in live.symbols]
        return self.address(name, owners[0]) if owners and not self.has(name) else self.address(name)

    def name(self, address: int) -> str:
        """``function+0xoffset [module]``; the bare number if nothing is known of it."""
        for live in self.seen.values():
            if live.holds(address):
                below = [(place, name) for name, place in live.symbols.items() if place <= address]
                place, name = max(below, default=(live.text, ".text"))
                return f"{name}+{address - place:#x} [{live.name}]"
        index = bisect.bisect_right(self._places, address - self.shift) - 1
        if index < 0 or not self._symbols["_text"][0] <= address - self.shift <= self._symbols["_end"][0]:
            return f"{address:#x}"
        place, name = self._sorted[index]
        return f"{name}+{address - self.shift - place:#x}"

    def look(self, gdb: GdbRemote) -> dict[str, Live]:
        """The modules that are loaded now, from the guest's own list; ``seen`` learns the new ones."""
        struct = {one: self.btf.member("module", one).offset for one in ("list", "name", "kallsyms")}
        head = self.address("modules")
        loaded: dict[str, Live] = {}
        node = gdb.word(head)
        for _ in range(_MOST_MODULES):
            if node == head:
                break
            module = node - struct["list"]
            name = gdb.read(module + struct["name"], _NAME).partition(b"\0")[0].decode("latin1")
            text, size = self._text(gdb, module)
            known = self.seen.get(name)
            if known is None or (known.struct, known.text) != (module, text):
                known = Live(
                    name, module, text, size, self._table(gdb, gdb.word(module + struct["kallsyms"]))
                )
            loaded[name] = self.seen[name] = known
            node = gdb.word(node)
        return loaded

    def _text(self, gdb: GdbRemote, module: int) -> tuple[int, int]:
        # Since commit ac3b43283923 ("module: replace module_layout with module_memory") (v6.4).
        if self.btf.has("module", "mem[0].base"):
            base, size = (self.btf.member("module", f"mem[0].{one}") for one in ("base", "size"))
        else:
            base, size = (self.btf.member("module", f"core_layout.{one}") for one in ("base", "text_size"))
        return gdb.word(module + base.offset), gdb.word(module + size.offset) & 0xFFFFFFFF

    def _table(self, gdb: GdbRemote, table: int) -> dict[str, int]:
        """The functions and variables of a module (struct mod_kallsyms)."""
        if not table:
            return {}
        field = {
            one: gdb.word(table + self.btf.member("mod_kallsyms", one).offset)
            for one in ("symtab", "num_symtab", "strtab")
        }
        raw = gdb.read(field["symtab"], (field["num_symtab"] & 0xFFFFFFFF) * _SYMBOL)
        entries = [
            (int.from_bytes(raw[at : at + 4], "little"), int.from_bytes(raw[at + 8 : at + 16], "little"))
            for at in range(0, len(raw), _SYMBOL)
        ]
        size = max((offset for offset, _ in entries), default=0)
        strings = gdb.read(field["strtab"], size) + _rest(gdb, field["strtab"] + size)
        return {
            strings[offset : strings.index(b"\0", offset)].decode("latin1"): value
            for offset, value in entries
            if offset and value >> 47
        }


def _rest(gdb: GdbRemote, at: int) -> bytes:
    """A string up to its end, byte by byte: nothing may be mapped behind it."""
    text = b""
    while len(text) < 512:
        byte = gdb.read(at + len(text), 1)
        text += byte
        if byte == b"\0":
            break
    return text
