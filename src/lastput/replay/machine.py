"""A guest that is driven: it runs until something happens that somebody waits for.

What can happen: an actor reports, a breakpoint of ours is hit, the kernel oopses, time runs out. Between
two events the guest stands still, so whoever holds a Machine can look at all of it.
"""

from __future__ import annotations

__all__ = ["Died", "Event", "Hit", "Machine", "Nothing"]

import time

import msgspec

from lastput.errors import LastputError
from lastput.replay import console
from lastput.replay.gdbremote import GdbRemote, Stop
from lastput.replay.kernel import Kernel
from lastput.replay.mailbox import ACTORS, DONE, PAGE_AT, READY, Done, Mailbox
from lastput.replay.qemu import Guest
from lastput.replay.registers import ARGUMENTS, Registers
from lastput.replay.symbols import Live, Symbols

_INTERRUPTS = 1 << 9  # eflags.IF
_PREEMPT_COUNT = 0x7FFF_FFFF  # the rest is PREEMPT_NEED_RESCHED: 6.1 arch/x86/include/asm/preempt.h:12
_ADDRESS = (1 << 64) - 1
_SLICE = 0.5  # seconds between two looks at QEMU's own clock
_COMM = 16  # TASK_COMM_LEN
#: oops_end() calls one of them when all was printed, panic() if nothing can go on (in an interrupt, or in
#: init): 6.1 arch/x86/kernel/dumpstack.c:398 and 410.
_DEATHS = ("rewind_stack_and_make_dead", "panic")


class Hit(msgspec.Struct, frozen=True):
    """``thread`` (a vCPU) stands at the breakpoint ``address``, in ``task``; ``watch`` is the address that
    was written, if it was a watchpoint."""

    address: int
    thread: str
    task: int
    watch: int = 0


class Died(msgspec.Struct, frozen=True):
    """The kernel printed an Oops and kills ``task``; ``panic``: it takes all the others with it."""

    task: int
    panic: bool = False


class Nothing(msgspec.Struct, frozen=True):
    """The time was over; the guest was interrupted."""


Event = Hit | Died | Done | Nothing


class Machine:
    """One guest under control."""

    def __init__(self, guest: Guest, kernel: Kernel, notify: int) -> None:
        self.guest = guest
        self.gdb: GdbRemote = guest.gdb
        self.kernel = kernel
        self.mailbox = Mailbox.empty()
        self._notify = notify
        self._armed: dict[int, int] = {}
        self._deaths: dict[int, str] = {}
        self._symbols: Symbols | None = None
        self._stopped: Stop | None = None
        self._heard = [0] * ACTORS
        self.arm(notify)

    @property
    def symbols(self) -> Symbols:
        """Known once the guest is ready."""
        assert self._symbols is not None
        return self._symbols

    def boot(self, seconds: float) -> None:
        """Run from the first instruction until the actors wait, for ``seconds`` of the host at most.

        Raises LastputError ``boot-timeout`` or ``guest-insmod``.
        """
        deadline = time.monotonic() + seconds
        while True:
            self._go()
            stop = self.gdb.wait(deadline - time.monotonic())
            if stop is None:
                self.gdb.interrupt()
                raise LastputError(
                    "boot-timeout",
                    f"the guest was not ready after {seconds:.0f} seconds; {self.guest.last_words()}",
                    "--boot-timeout gives it more, if the machine is very busy",
                )
            self._stopped = stop
            registers = self.gdb.registers(stop.thread)
            event, actor, value, error = (registers[one] for one in ARGUMENTS[:4])
            if event == PAGE_AT:
                self.mailbox.pages[actor], self.mailbox.pids[actor] = value, error
            elif event == READY:
                if value >> 63 == 0 or value == (1 << 64) - 1:
                    raise LastputError(
                        "guest-insmod",
                        console.refused_module(self.guest.console()),
                        "does it belong to this kernel, and does it need a device (`devices` of a plan)?",
                    )
                self._begin(value)
                return

    def resume(self, text: int, mailbox: Mailbox, modules: dict[str, Live]) -> None:
        """Take over a guest that was restored: its kernel is at ``text``, ``modules`` are loaded."""
        self.mailbox = mailbox
        self._heard = list(mailbox.sent)
        self._begin(text)
        self.symbols.seen |= modules

    def _begin(self, text: int) -> None:
        self._symbols = Symbols(self.kernel, text)
        self._deaths = {self.symbols.address(one): one for one in _DEATHS}
        for address in self._deaths:
            self.arm(address)

    def arm(self, address: int) -> None:
        """Set a breakpoint, or count one more user of it."""
        if not self._armed.get(address):
            self.gdb.breakpoint(address, True)
        self._armed[address] = self._armed.get(address, 0) + 1

    def disarm(self, address: int) -> None:
        """Undo one arm()."""
        self._armed[address] -= 1
        if not self._armed[address]:
            self.gdb.breakpoint(address, False)
            del self._armed[address]

    def run(self, seconds: float, computed: float = 0.0) -> Event:
        """Let the guest run until the next event, for ``seconds`` of the host's clock at most, and no longer
        than it takes QEMU to have computed for ``computed`` seconds since it started (0: that is no limit).
        """
        while True:
            event = self._run(seconds, computed)
            if not isinstance(event, Done):
                return event
            # A breakpoint may be hit twice: a report that was heard is none.
            if event.number > self._heard[event.actor]:
                self._heard[event.actor] = event.number
                return event

    def _wait(self, seconds: float, computed: float) -> Stop | None:
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            if stop := self.gdb.wait(min(left, _SLICE) if computed else left):
                return stop
            if computed and self.guest.cpu_seconds() >= computed:
                break
        return None

    def _run(self, seconds: float, computed: float) -> Event:
        self._go()
        stop = self._wait(seconds, computed)
        if stop is None:
            stop = self.gdb.interrupt()
            if stop.signal == 2:
                self._stopped = stop
                return Nothing()
        self._stopped = stop
        registers = self.gdb.registers(stop.thread)
        address = registers["rip"]
        if stop.watch:
            return Hit(address, stop.thread, self.task(registers), stop.watch)
        if address == self._notify:
            event, actor, value, error = (registers[one] for one in ARGUMENTS[:4])
            assert event == DONE
            return Done(actor & 0xFF, actor >> 8, value - (1 << 64) if value >> 63 else value, error)
        if address in self._deaths:
            return Died(self.task(registers), self._deaths[address] == "panic")
        return Hit(address, stop.thread, self.task(registers))

    def registers(self, thread: str) -> Registers:
        """The registers of a vCPU."""
        return self.gdb.registers(thread)

    def task(self, registers: Registers) -> int:
        """The address of the current task_struct."""
        base = registers["k_gs_base" if registers["cs"] & 3 else "gs_base"]
        # v6.2 to v6.14: commit e57ef2ed97c1 ("x86: Put hot per CPU variables into a struct").
        offset = self.symbols.per_cpu("pcpu_hot")
        if offset is None:
            offset = self.symbols.per_cpu("current_task")
        if offset is None or not base:
            raise LastputError(
                "no-symbol", "the current task cannot be found", "x86-64 kernels 5.x to 7.3 are known"
            )
        return self.gdb.word((base + offset) & _ADDRESS)

    def atomic(self, thread: str) -> str:
        """Why a vCPU cannot change to another task where it stands; "" if it can."""
        registers = self.gdb.registers(thread)
        if not registers["eflags"] & _INTERRUPTS:
            return "interrupts are off"
        base = registers["k_gs_base" if registers["cs"] & 3 else "gs_base"]
        # Some releases have it in struct pcpu_hot: 6.12 arch/x86/include/asm/current.h:19.
        offset = self.symbols.per_cpu("__preempt_count")
        if offset is None:
            start = self.symbols.per_cpu("pcpu_hot")
            if start is None or not self.symbols.btf.has("pcpu_hot", "preempt_count"):
                return ""
            offset = start + self.symbols.btf.member("pcpu_hot", "preempt_count").offset
        count = self.gdb.word((base + offset) & _ADDRESS) & _PREEMPT_COUNT
        return f"preempt_count is {count:#x}" if count else ""

    def pid(self, task: int) -> int:
        """The pid of a task."""
        return self.gdb.word(task + self.symbols.btf.member("task_struct", "pid").offset) & 0xFFFFFFFF

    def comm(self, task: int) -> str:
        """The name of a task."""
        raw = self.gdb.read(task + self.symbols.btf.member("task_struct", "comm").offset, _COMM)
        return raw.partition(b"\0")[0].decode("latin1")

    def _go(self) -> None:
        """Continue, past the breakpoint that the guest stands at."""
        stop = self._stopped
        self._stopped = None
        if stop is not None:
            address = self.gdb.registers(stop.thread)["rip"]
            if address in self._armed:
                self.gdb.breakpoint(address, False)
                self.gdb.step(stop.thread)
                self.gdb.breakpoint(address, True)
        self.gdb.go()
