"""Packets of the GDB remote serial protocol, as bytes and back.

A packet is ``$data#cc``: ``cc`` is the sum of the data's bytes modulo 256 in hex; ``#``, ``$``, ``}``
and ``*`` inside of the data are sent as ``}`` and the byte xor 0x20. A peer may shorten runs: ``x*c``
is ``x`` and then ``ord(c) - 29`` more of it (GDB manual, "Overview" of the remote protocol).
"""

from __future__ import annotations

__all__ = ["INTERRUPT", "Packets", "frame", "unpack"]

from lastput.errors import LastputError

INTERRUPT = b"\x03"
_ESCAPED = frozenset(b"#$}*")


def frame(data: bytes) -> bytes:
    """The packet that carries ``data``."""
    escaped = bytearray()
    for byte in data:
        if byte in _ESCAPED:
            escaped += bytes((0x7D, byte ^ 0x20))
        else:
            escaped.append(byte)
    return b"$%s#%02x" % (bytes(escaped), sum(escaped) & 0xFF)


def unpack(body: bytes) -> bytes:
    """What the bytes between ``$`` and ``#`` stand for. Raises ValueError if they are cut off."""
    data = bytearray()
    rest = iter(body)
    try:
        for byte in rest:
            if byte == 0x7D:
                data.append(next(rest) ^ 0x20)
            elif byte == 0x2A:
                data += data[-1:] * (next(rest) - 29)
            else:
                data.append(byte)
    except StopIteration:
        raise ValueError("the packet ends within an escape") from None
    return bytes(data)


class Packets:
    """Finds packets in a stream that comes in pieces; acknowledgements (``+``) are dropped."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def feed(self, piece: bytes) -> None:
        """Append what was received."""
        self._bytes += piece

    def next(self) -> bytes | None:
        """The data of the next whole packet, or None. Raises LastputError ``gdb-protocol``."""
        start = self._bytes.find(b"$")
        end = self._bytes.find(b"#", start)
        if start < 0 or end < 0 or len(self._bytes) < end + 3:
            return None
        body, digits = bytes(self._bytes[start + 1 : end]), bytes(self._bytes[end + 1 : end + 3])
        del self._bytes[: end + 3]
        try:
            if sum(body) & 0xFF != int(digits, 16):
                raise ValueError("its checksum is wrong")
            return unpack(body)
        except ValueError as error:
            raise LastputError(
                "gdb-protocol", f"a packet of QEMU's gdb stub is damaged: {error}", "run the replay again"
            ) from None
