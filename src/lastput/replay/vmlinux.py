"""The kernel proper within a ``vmlinuz``: what Documentation/arch/x86/boot.rst calls the payload."""

from __future__ import annotations

__all__ = ["extract"]

import bz2
import gzip
import lzma
from collections.abc import Callable

import lz4.block
import zstandard

from lastput.errors import LastputError, Place

_ELF = b"\x7fELF"
_LZ4_BLOCK = 8 << 20  # bytes unpacked: 6.12 lib/decompress_unlz4.c:28


def _unlz4(data: bytes) -> bytes:
    """LZ4 as ``lz4 -l`` writes it: blocks, each behind its size (scripts/Makefile.lib, cmd_lz4)."""
    found, at = [], 4
    while at + 4 <= len(data):
        size = int.from_bytes(data[at : at + 4], "little")
        at += 4 + size
        found.append(lz4.block.decompress(data[at - size : at], uncompressed_size=_LZ4_BLOCK))
    return b"".join(found)


_COMPRESSED: tuple[tuple[bytes, Callable[[bytes], bytes]], ...] = (
    (b"\xfd7zXZ\0", lambda data: lzma.LZMADecompressor().decompress(data)),
    (b"\x28\xb5\x2f\xfd", lambda data: zstandard.ZstdDecompressor().decompressobj().decompress(data)),
    (b"\x1f\x8b\x08", gzip.decompress),
    (b"BZh", bz2.decompress),
    (b"\x02\x21\x4c\x18", _unlz4),
    (b"\x5d\0\0", lambda data: lzma.LZMADecompressor().decompress(data)),
    (_ELF, bytes),
)


def extract(vmlinuz: bytes, file: str) -> bytes:
    """The ELF file within a bzImage; a vmlinux is given back as it is.

    Raises LastputError ``bad-kernel``; ``file`` is named there.
    """
    if vmlinuz.startswith(_ELF):
        return vmlinuz
    if len(vmlinuz) < 0x260 or vmlinuz[0x202:0x206] != b"HdrS":
        raise _bad(file, "it has no setup header")
    setup_sectors = vmlinuz[0x1F1] or 4
    offset = int.from_bytes(vmlinuz[0x248:0x24C], "little")
    length = int.from_bytes(vmlinuz[0x24C:0x250], "little")
    start = (setup_sectors + 1) * 512 + offset
    payload = vmlinuz[start : start + length]
    if len(payload) < length:
        raise _bad(file, "it is cut off")
    # The last four bytes are the size of what was compressed.
    body = payload[:-4]
    for magic, decompress in _COMPRESSED:
        if payload.startswith(magic):
            try:
                found = decompress(body)
            except (
                lzma.LZMAError,
                OSError,
                EOFError,
                ValueError,
                lz4.block.LZ4BlockError,
                zstandard.ZstdError,
            ) as error:
                raise _bad(file, str(error)) from None
            if found.startswith(_ELF):
                return found
            break
    raise _bad(file, f"its payload begins with {payload[:6].hex(' ')}, which cannot be read here")


def _bad(file: str, why: str) -> LastputError:
    return LastputError(
        "bad-kernel",
        f"no x86-64 kernel can be taken out of this file: {why}",
        "name a vmlinuz, a directory with one, or a linux-image package",
        Place(file),
    )
