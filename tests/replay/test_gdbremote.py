"""The client of the gdb stub, against a stub that follows a script."""

from __future__ import annotations

import pytest

from lastput.errors import LastputError
from lastput.replay.gdbremote import GdbRemote, Stop

from .stub import Stub


def usual(_: bytes) -> bytes:
    return b""


def test_a_stop_that_comes_before_the_answer_does_no_harm() -> None:
    stub = Stub(usual, before=b"T02thread:01;")
    GdbRemote(stub.client)
    assert b"QStartNoAckMode" in stub.heard


def test_registers_that_are_commented_out_do_not_count() -> None:
    values = (
        (7).to_bytes(8, "little") + (0xFFFFFFFF81000000).to_bytes(8, "little") + (2).to_bytes(4, "little")
    )
    stub = Stub(lambda data: values.hex().encode() if data == b"g" else b"")
    registers = GdbRemote(stub.client).registers("01")
    assert (registers["rax"], registers["rip"], registers["eflags"]) == (7, 0xFFFFFFFF81000000, 2)
    assert registers.with_values({"rip": 1})[8:16] == (1).to_bytes(8, "little")


def test_long_memory_is_read_in_pieces() -> None:
    def memory(data: bytes) -> bytes:
        if not data.startswith(b"m"):
            return b""
        address, size = (int(one, 16) for one in data[1:].split(b","))
        return bytes((address + at) & 0xFF for at in range(size)).hex().encode()

    stub = Stub(memory)
    assert GdbRemote(stub.client).read(0x1000, 3000) == bytes(at & 0xFF for at in range(3000))
    assert len([one for one in stub.heard if one.startswith(b"m")]) == 3


def test_memory_that_is_not_there_is_an_error() -> None:
    client = GdbRemote(Stub(lambda data: b"E14" if data.startswith(b"m") else b"").client)
    with pytest.raises(LastputError) as error:
        client.read(0xDEAD, 8)
    assert error.value.slug == "guest-memory"


def test_physical_memory_is_left_behind_after_an_error() -> None:
    stub = Stub(lambda data: b"E14" if data.startswith(b"m") else b"")
    with pytest.raises(LastputError):
        GdbRemote(stub.client).physical_read(0x1000, 8)
    assert stub.heard[-1] == b"Qqemu.PhyMemMode:0"


def test_stops_tell_the_vcpu_and_the_watchpoint() -> None:
    stub = Stub(lambda data: b"T05thread:02;watch:ffff1234;" if data == b"vCont;c" else b"")
    client = GdbRemote(stub.client)
    client.go()
    assert client.wait(5) == Stop(5, "02", 0xFFFF1234)


def test_a_guest_that_does_not_stop_is_interrupted() -> None:
    client = GdbRemote(Stub(lambda data: None if data == b"vCont;c" else b"").client)
    client.go()
    assert client.wait(0.05) is None
    assert client.interrupt().signal == 2


def test_a_qemu_that_dies_is_told() -> None:
    stub = Stub(lambda data: None if data == b"vCont;c" else b"")
    client = GdbRemote(stub.client)
    client.go()
    stub.hang_up()
    with pytest.raises(LastputError) as error:
        client.wait(5)
    assert error.value.slug == "qemu-gone"


def test_a_refusal_is_told() -> None:
    client = GdbRemote(Stub(lambda data: b"E22" if data.startswith(b"Z") else b"").client)
    with pytest.raises(LastputError) as error:
        client.breakpoint(0x1000, True)
    assert error.value.slug == "gdb-protocol"
