"""Hold a kernel thread where it stands, while everything else runs.

The thread is sent into a loop of a few bytes that are written into the padding between two functions of
the kernel, and is sent back by restoring its registers. Two loops:

spin
    ``pause; jmp``: only burns time. Every context switch is the kernel's own decision, so with
    preempt=full this is an interleaving that the kernel can produce by itself.
yield
    ``call preempt_schedule; pause; jmp``: also gives the CPU away, as an interrupt would under
    preempt=full. On a kernel that runs with preempt=voluntary the evidence needs preempt=full.
sleep
    ``mov edi, 10; call schedule_timeout_uninterruptible; jmp``: for kernels without preempt_schedule. It
    overwrites the state of the task: the weakest of the three.

A thread that is held where it must not be preempted (a spinlock, preempt_disable()) keeps its CPU; the
kernel then reports what waits for it, which is how an infeasible schedule shows.
"""

from __future__ import annotations

__all__ = ["Held", "Mode", "hold", "release"]

import enum
import time

import msgspec

from lastput.errors import LastputError
from lastput.replay.machine import Died, Event, Hit, Machine

_PADDING = 0xCC
_SECONDS = 20.0


class Mode(enum.Enum):
    """Which loop."""

    SPIN = "spin"
    YIELD = "yield"
    SLEEP = "sleep"


class Held(msgspec.Struct, frozen=True):
    """A thread that is held: its task, the address of its loop, what the loop replaced, its registers."""

    task: int
    loop: int
    before: bytes
    registers: dict[str, int]


def hold(machine: Machine, hit: Hit, mode: Mode, used: frozenset[int]) -> Held:
    """Send the thread that stands at ``hit`` into a loop that is not in ``used``.

    Raises LastputError ``no-padding`` or ``no-symbol``.
    """
    shift = machine.symbols.shift
    for spot in machine.kernel.facts.padding:
        address = spot + shift
        if address in used:
            continue
        code = _code(machine, mode, address)
        before = machine.gdb.read(address, len(code))
        if set(before) != {_PADDING}:
            continue
        registers = machine.registers(hit.thread)
        machine.gdb.write(address, code)
        machine.gdb.set_registers(hit.thread, registers.with_values({"rip": address}))
        return Held(hit.task, address, before, registers.general())
    raise LastputError(
        "no-padding", "there is no room for a loop in this kernel's text", "is it a kernel of a distribution?"
    )


def release(machine: Machine, held: Held) -> tuple[Event, ...]:
    """Send a held thread back. Gives the events that came before it could be (they were not handled).

    Raises LastputError ``not-released`` if the thread does not come back to its loop.
    """
    missed: list[Event] = []
    machine.arm(held.loop)
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        event = machine.run(deadline - time.monotonic())
        if isinstance(event, Hit) and event.address == held.loop and event.task == held.task:
            machine.disarm(held.loop)
            now = machine.registers(event.thread)
            machine.gdb.set_registers(event.thread, now.with_values(held.registers))
            machine.gdb.write(held.loop, held.before)
            return tuple(missed)
        if isinstance(event, Died) and event.task == held.task:
            break
        missed.append(event)
    raise LastputError(
        "not-released",
        "a held thread does not run any more",
        "the console of the guest (--console) may say why",
    )


def _code(machine: Machine, mode: Mode, at: int) -> bytes:
    if mode is Mode.SPIN:
        # For each pause QEMU leaves the guest's code: where instructions are the clock, that nearly stops.
        return b"\x90\x90\xeb\xfc" if machine.guest.exact else b"\xf3\x90\xeb\xfc"
    if mode is Mode.YIELD:
        return _call(at, machine.symbols.address("preempt_schedule")) + b"\xf3\x90\xeb\xf7"
    jiffies = b"\xbf\x0a\0\0\0"  # mov edi, 10
    called = _call(at + len(jiffies), machine.symbols.address("schedule_timeout_uninterruptible"))
    return jiffies + called + b"\xeb" + (-len(jiffies) - len(called) - 2).to_bytes(1, "little", signed=True)


def _call(at: int, target: int) -> bytes:
    return b"\xe8" + (target - at - 5).to_bytes(4, "little", signed=True)
