"""Wait for a thread to come to a point: which breakpoints that takes, and which of their hits count."""

from __future__ import annotations

__all__ = ["Seek"]

from collections.abc import Callable
from fnmatch import fnmatchcase

from lastput.errors import LastputError
from lastput.replay.disassemble import after_last_call
from lastput.replay.machine import Hit, Machine
from lastput.replay.point import Condition, Point
from lastput.replay.registers import ARGUMENTS, Registers

#: What gives a module's text back, newest first.
_UNMAP = (
    "execmem_free",  # since commit 12af2b83d0b1 ("mm: introduce execmem_alloc() and execmem_free()") (v6.10)
    "module_memfree",
)
_LONGEST = 16384  # bytes of a function


class Seek:
    """Armed until ``disarm``. ``who`` says whether a task is the thread that is waited for."""

    def __init__(self, machine: Machine, point: Point, who: Callable[[int], bool]) -> None:
        self._machine = machine
        self._point = point
        self._who = who
        self._returns: dict[int, tuple[int, int]] = {}  # address: task and stack pointer
        self._watched: tuple[int, int] | None = None
        self._address = 0
        machine.symbols.look(machine.gdb)
        if point.kind == "write":
            self._watched = self._field()
            machine.gdb.watchpoint(*self._watched, True)
        else:
            self._address = self._start()
            machine.arm(self._address)

    def disarm(self) -> None:
        """Take all breakpoints back."""
        if self._watched:
            self._machine.gdb.watchpoint(*self._watched, False)
        else:
            self._machine.disarm(self._address)
        for address in self._returns:
            self._machine.disarm(address)

    def reached(self, hit: Hit) -> bool:
        """Whether the thread is at the point now."""
        registers = self._machine.registers(hit.thread)
        if hit.address in self._returns:
            return self._returns[hit.address] == (hit.task, registers["rsp"])
        if self._watched:
            return hit.watch == self._watched[0] and self._who(hit.task) and self._fits(registers)
        if hit.address != self._address or not self._who(hit.task) or not self._fits(registers):
            return False
        if self._point.kind != "return":
            return True
        back = self._machine.gdb.word(registers["rsp"])
        if self._point.into and not self._inside(back, self._point.into):
            return False
        if back not in self._returns:
            self._machine.arm(back)
        self._returns[back] = (hit.task, registers["rsp"] + 8)
        return False

    def _start(self) -> int:
        symbols, point = self._machine.symbols, self._point
        if point.kind == "unmap":
            return symbols.address(next((one for one in _UNMAP if symbols.has(one)), _UNMAP[-1]))
        address = symbols.anywhere(point.symbol)
        if point.kind == "offset":
            return address + point.offset
        if point.kind == "last call":
            found = after_last_call(self._code(address), address)
            if not found:
                raise LastputError("bad-plan", f"{point.symbol}() calls nothing", "take another function")
            return found
        return address

    def _code(self, address: int) -> bytes:
        """The text of a function: as far as the next symbol."""
        symbols, step = self._machine.symbols, 16
        size = step
        name = symbols.name(address).partition("+")[0]
        while size < _LONGEST and symbols.name(address + size).partition("+")[0] == name:
            size += step
        return self._machine.gdb.read(address, size)

    def _field(self) -> tuple[int, int]:
        type_, _, path = self._point.symbol.partition(".")
        member = self._machine.symbols.btf.member(type_, path)
        live = self._machine.symbols.seen.get(self._point.into)
        if type_ == "module" and live:
            return live.struct + member.offset, member.size
        base = self._machine.symbols.anywhere(self._point.into)
        return base + member.offset, member.size

    def _fits(self, registers: Registers) -> bool:
        if self._point.kind == "unmap":
            live = self._machine.symbols.seen.get(self._point.symbol)
            # execmem_free() and module_memfree() take the address.
            if live is None or registers[ARGUMENTS[0]] != live.text:
                return False
        return all(self._holds(one, registers) for one in self._point.conditions)

    def _holds(self, condition: Condition, registers: Registers) -> bool:
        if condition.kind == "comm":
            return fnmatchcase(self._machine.comm(self._machine.task(registers)), condition.value)
        if condition.kind == "caller":
            return self._inside(self._machine.gdb.word(registers["rsp"]), condition.value)
        if condition.kind == "value":
            assert self._watched is not None
            raw = self._machine.gdb.read(*self._watched)
            return int.from_bytes(raw, "little", signed=True) == int(condition.value)
        given = registers[ARGUMENTS[condition.index]]
        kind, _, name = condition.value.partition(" ")
        if kind != "module":
            return given == int(kind, 0)
        live = self._machine.symbols.look(self._machine.gdb).get(name)
        return live is not None and given == live.struct

    def _inside(self, address: int, what: str) -> bool:
        """Whether an address is in the text of a module, or of a function, of that name."""
        symbols = self._machine.symbols
        live = symbols.seen.get(what)
        if live is None and not symbols.name(address).startswith(f"{what}+"):
            live = symbols.look(self._machine.gdb).get(what)
        return live.holds(address) if live else symbols.name(address).startswith(f"{what}+")
