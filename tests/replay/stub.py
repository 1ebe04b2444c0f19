"""A gdb stub that says what it was told to say, on one end of a socket pair."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from lastput.replay.rsp import INTERRUPT, Packets, frame

TARGET = (
    '<?xml version="1.0"?><target><!-- <reg name="ghost" bitsize="64"/> -->'
    '<reg name="rax" bitsize="64" regnum="0"/><reg name="rip" bitsize="64"/><reg name="eflags" bitsize="32"/>'
    "</target>"
)


class Stub:
    """Answers in a thread of its own until it is closed; ``heard`` has every packet that came.

    ``answer`` may give an answer to a packet, None for none at all. What it does not know ("") has a
    usual answer. ``before`` is sent when the client says hello: QEMU may tell of a stop then.
    """

    def __init__(self, answer: Callable[[bytes], bytes | None], before: bytes = b"") -> None:
        self.client, self._server = socket.socketpair()
        self.heard: list[bytes] = []
        self._answer = answer
        self._before = before
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def hang_up(self) -> None:
        """What a QEMU does that dies."""
        self._server.shutdown(socket.SHUT_RDWR)

    def send(self, data: bytes) -> None:
        self._server.sendall(frame(data))

    def _serve(self) -> None:
        packets = Packets()
        while piece := self._server.recv(4096):
            if INTERRUPT in piece:
                self.send(b"T02thread:01;")
            packets.feed(piece.replace(INTERRUPT, b""))
            while (data := packets.next()) is not None:
                self.heard.append(data)
                given = self._answer(data)
                if given == b"":
                    given = self._usual(data)
                if given is not None:
                    self.send(given)

    def _usual(self, data: bytes) -> bytes:
        if data.startswith(b"qSupported"):
            if self._before:
                self.send(self._before)
            return b"PacketSize=1000;qXfer:features:read+"
        if data.startswith(b"qXfer:features:read:"):
            return b"l" + TARGET.encode()
        if data == b"?":
            return b"T05thread:01;"
        return b"OK"
