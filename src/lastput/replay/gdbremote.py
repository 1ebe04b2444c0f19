"""A client of QEMU's gdb stub: vCPUs, registers, memory, breakpoints, watchpoints.

All vCPUs stop together and run together, unless one is stepped alone. Addresses are virtual in the
address space of the vCPU that was looked at last; ``physical_*`` takes physical ones.
"""

from __future__ import annotations

__all__ = ["GdbRemote", "Stop"]

import re
import socket
import time
from pathlib import Path

import msgspec

from lastput.errors import LastputError
from lastput.replay.registers import Registers, includes, layout
from lastput.replay.rsp import INTERRUPT, Packets, frame

_THREAD = re.compile(rb"thread:p?([0-9a-fA-F.]+);")
_WATCH = re.compile(rb"(?:a|r)?watch:([0-9a-fA-F]+);")
_CHUNK = 1024  # bytes a memory packet; QEMU takes 2 KiB of hex and more
_ANSWER = 30.0  # seconds for what needs no running guest


class Stop(msgspec.Struct, frozen=True):
    """Why the guest stands: ``signal`` (5: breakpoint or step, 2: interrupted), ``thread`` the vCPU,
    ``watch`` the address of a watchpoint (0: none)."""

    signal: int
    thread: str
    watch: int = 0


class GdbRemote:
    """The connection. Raises LastputError ``qemu-gone`` when QEMU ends, ``gdb-protocol`` for nonsense."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._packets = Packets()
        self._send(b"qSupported:multiprocess-;swbreak+;hwbreak+;vContSupported+")
        while True:  # a stop reply may come before the answer
            answer = self._answer()
            if b"PacketSize" in answer:
                break
        self._send(b"QStartNoAckMode")
        self._answer()
        self._where = layout(self._descriptions())
        self.ask(b"?")

    @classmethod
    def connect(cls, path: Path, seconds: float = 10.0) -> GdbRemote:
        """Connect to the unix socket of a QEMU that starts (slug ``qemu-gone`` if none answers)."""
        deadline = time.monotonic() + seconds
        while True:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                connection.connect(str(path))
                return cls(connection)
            except OSError:
                connection.close()
                if time.monotonic() > deadline:
                    raise _gone() from None
                time.sleep(0.02)

    def close(self) -> None:
        """Hang up; QEMU then lets the guest run."""
        self._socket.close()

    def ask(self, data: bytes) -> bytes:
        """Send a packet and give the answer to it."""
        self._send(data)
        return self._answer()

    def threads(self) -> tuple[str, ...]:
        """The vCPUs, by the stub's names."""
        names: list[str] = []
        answer = self.ask(b"qfThreadInfo")
        while answer.startswith(b"m"):
            names += answer[1:].decode().split(",")
            answer = self.ask(b"qsThreadInfo")
        return tuple(name.removeprefix("p").split(".")[-1] for name in names)

    def registers(self, thread: str) -> Registers:
        """The registers of a vCPU; it is then the one whose address space memory is read in."""
        self._ok(b"Hg" + thread.encode())
        return Registers(bytes.fromhex(self.ask(b"g").decode()), self._where)

    def set_registers(self, thread: str, raw: bytes) -> None:
        """Write all registers of a vCPU (``Registers.with_values``)."""
        self._ok(b"Hg" + thread.encode())
        self._ok(b"G" + raw.hex().encode())

    def read(self, address: int, size: int) -> bytes:
        """Memory at a virtual address. Raises LastputError ``guest-memory`` if it is not mapped."""
        data = b""
        while len(data) < size:
            wanted = min(_CHUNK, size - len(data))
            answer = self.ask(b"m%x,%x" % (address + len(data), wanted))
            if answer.startswith(b"E") or not answer:
                raise LastputError(
                    "guest-memory",
                    f"the guest has no memory at {address + len(data):#x}",
                    "does the plan belong to this kernel? `--verbose` shows each step",
                )
            data += bytes.fromhex(answer.decode())
        return data

    def write(self, address: int, data: bytes) -> None:
        """Write memory, also where the guest itself may only read."""
        for start in range(0, len(data), _CHUNK):
            piece = data[start : start + _CHUNK]
            self._ok(b"M%x,%x:%s" % (address + start, len(piece), piece.hex().encode()))

    def word(self, address: int) -> int:
        """Eight bytes at a virtual address as a number."""
        return int.from_bytes(self.read(address, 8), "little")

    def physical_read(self, address: int, size: int) -> bytes:
        """Memory at a physical address."""
        self._ok(b"Qqemu.PhyMemMode:1")
        try:
            return self.read(address, size)
        finally:
            self._ok(b"Qqemu.PhyMemMode:0")

    def physical_write(self, address: int, data: bytes) -> None:
        """Write memory at a physical address."""
        self._ok(b"Qqemu.PhyMemMode:1")
        try:
            self.write(address, data)
        finally:
            self._ok(b"Qqemu.PhyMemMode:0")

    def breakpoint(self, address: int, on: bool) -> None:
        """Set or remove a breakpoint: on all vCPUs, in all address spaces, no byte is changed."""
        self._ok(b"%s1,%x,1" % (b"Z" if on else b"z", address))

    def watchpoint(self, address: int, size: int, on: bool) -> None:
        """Set or remove a watchpoint on writes."""
        self._ok(b"%s2,%x,%x" % (b"Z" if on else b"z", address, size))

    def go(self) -> None:
        """Let all vCPUs run; ``wait`` tells when they stop."""
        self._send(b"vCont;c")

    def step(self, thread: str) -> Stop:
        """One instruction of one vCPU while the others stand."""
        self._send(b"vCont;s:" + thread.encode())
        stop = self.wait(_ANSWER)
        if stop is None:
            raise LastputError("qemu-hangs", "QEMU does not end a single step", "run the replay again")
        return stop

    def wait(self, seconds: float) -> Stop | None:
        """The next stop, or None if there was none for that long."""
        deadline = time.monotonic() + seconds
        while True:
            packet = self._packet(deadline)
            if packet is None:
                return None
            if packet[:1] in (b"T", b"S"):
                return _stop(packet)
            if packet[:1] in (b"W", b"X"):
                raise _gone()

    def interrupt(self) -> Stop:
        """Stop a running guest."""
        self._transmit(INTERRUPT)
        stop = self.wait(_ANSWER)
        if stop is None:
            raise LastputError("qemu-hangs", "QEMU cannot be stopped", "run the replay again")
        return stop

    def _descriptions(self) -> tuple[str, ...]:
        first = self._file("target.xml")
        return tuple(self._file(name) for name in includes(first)) or (first,)

    def _file(self, name: str) -> str:
        text = b""
        while True:
            answer = self.ask(b"qXfer:features:read:%s:%x,ffb" % (name.encode(), len(text)))
            text += answer[1:]
            if answer[:1] != b"m":
                return text.decode()

    def _ok(self, data: bytes) -> None:
        answer = self.ask(data)
        if answer != b"OK":
            raise LastputError(
                "gdb-protocol",
                f"QEMU's gdb stub refuses {data[:40].decode('latin1')!r}: {answer.decode('latin1')!r}",
                "QEMU 7.2 and newer are known to work",
            )

    def _answer(self) -> bytes:
        packet = self._packet(time.monotonic() + _ANSWER)
        if packet is None:
            raise LastputError("qemu-hangs", "QEMU's gdb stub does not answer", "run the replay again")
        return packet

    def _packet(self, deadline: float) -> bytes | None:
        while (packet := self._packets.next()) is None:
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                piece = self._socket.recv(1 << 16)
            except TimeoutError:
                return None
            except OSError:
                raise _gone() from None
            if not piece:
                raise _gone()
            self._packets.feed(piece)
        return packet

    def _send(self, data: bytes) -> None:
        self._transmit(frame(data))

    def _transmit(self, data: bytes) -> None:
        self._socket.settimeout(_ANSWER)
        try:
            self._socket.sendall(data)
        except OSError:
            raise _gone() from None


def _stop(packet: bytes) -> Stop:
    thread = _THREAD.search(packet)
    watch = _WATCH.search(packet)
    return Stop(
        int(packet[1:3], 16),
        thread.group(1).decode().split(".")[-1] if thread else "1",
        int(watch.group(1), 16) if watch else 0,
    )


def _gone() -> LastputError:
    return LastputError(
        "qemu-gone", "QEMU ended while it was needed", "its last words and the guest's console say why"
    )
