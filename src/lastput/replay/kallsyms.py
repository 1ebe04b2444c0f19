"""The symbols that a kernel carries within itself, read without booting it.

The tables of kernel/kallsyms.c stand in .rodata without a name. The one of the 256 tokens is found by
what it must contain (each digit is a token of its own), the others by where they stand around it
(scripts/kallsyms.c, write_src()). A candidate counts only if everything in it fits together.

until 6.3   offsets, relative base, number, names, (order), markers, tokens, index
since 6.4   number, names, markers, tokens, index, offsets, relative base, (order)
7.3         number, names, markers, tokens, index, offsets, (order)

With a relative base an offset counts from there; per-CPU symbols may stand as they are and all others be
negative (6.12 kernel/kallsyms.c:155). In 7.3 each counts from its own place (kernel/kallsyms.c:157,
offset_to_ptr(); scripts/kallsyms.c:440, ``.long _text - . + offset``), and the tables stand at multiples
of 4 instead of 8.
"""

from __future__ import annotations

__all__ = ["read"]

import struct
from itertools import pairwise

import numpy as np

from lastput.errors import LastputError, Place

_DIGITS = b"".join(b"%d\0" % digit for digit in range(10))
_MARK = 256  # names between two markers
_ALIGN = 8  # at most
_LEAST = 4
_FEWEST = 1000


def read(rodata: bytes, address: int, file: str) -> dict[str, tuple[int, ...]]:
    """The addresses of each symbol, in link order: several if the name is not unique. Names of
    variables and functions alike. ``address`` is where ``rodata`` is linked to. Raises LastputError
    ``no-kallsyms``."""
    at = rodata.find(_DIGITS)
    while at >= 0:
        found = _around(rodata, address, at)
        if found:
            return found
        at = rodata.find(_DIGITS, at + 1)
    raise LastputError(
        "no-kallsyms",
        "the kernel carries no symbol table that can be read",
        "it must be built with CONFIG_KALLSYMS, as distributions do",
        Place(file),
    )


def _around(rodata: bytes, address: int, digits: int) -> dict[str, tuple[int, ...]] | None:
    index, table, after = _index_after(rodata, digits)
    if not table:
        return None
    tokens = [_string(rodata, table + offset) for offset in index]
    for markers, count in _markers_before(rodata, table):
        names = _names(rodata, markers, count, tokens)
        if names is None:
            continue
        addresses = _addresses(rodata, address, names[1], after, len(names[0]))
        if addresses is not None:
            return _gather(names[0], addresses)
    return None


def _index_after(rodata: bytes, digits: int) -> tuple[tuple[int, ...], int, int]:
    """The token index that follows the table in which ``digits`` stand, where the table begins, and where
    the index ends."""
    first = digits + -digits % _LEAST
    for start in range(first, min(first + 4096, len(rodata) - 512), _LEAST):
        if rodata[start : start + 2] != b"\0\0":
            continue
        index = struct.unpack_from("<256H", rodata, start)
        if all(one < two for one, two in pairwise(index)):
            table = digits - index[ord("0")]
            end = table + index[-1] + len(_string(rodata, table + index[-1])) + 1
            if 0 <= start - end < _ALIGN:
                return index, table, start + 512
    return (), 0, 0


def _markers_before(rodata: bytes, table: int) -> list[tuple[int, int]]:
    """Where the markers may begin, with their number: 0 and then growing 32-bit offsets. Since 6.2 the
    order of the names stands between them and the table, with its 3 bytes a name."""
    words = np.frombuffer(rodata[: table - table % 4], "<u4")
    found = []
    zero = np.flatnonzero(words[:-1] == 0)
    # Markers are at least 256 names of 2 bytes apart.
    plausible = zero[(words[zero + 1] >= 2 * _MARK) & (words[zero + 1] < 64 * _MARK)]
    for start in reversed(plausible.tolist()):
        if start * 4 < table - (4 << 20):
            break
        end = start + 1
        while end < len(words) and 0 < int(words[end]) - int(words[end - 1]) < 256 * _MARK:
            end += 1
        if (end - start) * _MARK > _FEWEST:
            found.append((start * 4, end - start))
    return found


def _names(rodata: bytes, markers: int, count: int, tokens: list[bytes]) -> tuple[list[str], int] | None:
    """The names that stand before the markers, and where they begin."""
    offsets = struct.unpack_from(f"<{count}I", rodata, markers)
    last = markers - offsets[-1]
    for start in range(last, max(last - 65536, 0), -1):
        if all(_fits(rodata, start, offsets[mark], mark, tokens) for mark in (1, 3, count - 1)):
            names = _decode(rodata, start, markers, tokens)
            if names is not None and (len(names) + _MARK - 1) // _MARK == count:
                return names, start
    return None


def _fits(rodata: bytes, start: int, offset: int, mark: int, tokens: list[bytes]) -> bool:
    """Whether there are as many names from ``start`` on as this mark says."""
    names = _decode(rodata, start, start + offset, tokens)
    return names is not None and len(names) == mark * _MARK


def _decode(rodata: bytes, at: int, end: int, tokens: list[bytes]) -> list[str] | None:
    """The names from ``at`` to ``end``, or to the padding before it; None if they do not end there."""
    names = []
    while at < end and (length := rodata[at]):
        at += 1
        if length & 0x80:  # since 73bbb94466fd ("kallsyms: support "big" kernel symbols") (v6.1)
            length = (length & 0x7F) | rodata[at] << 7
            at += 1
        if at + length > end:
            return None
        names.append(b"".join([tokens[byte] for byte in rodata[at : at + length]])[1:].decode("latin1"))
        at += length
    return names if end - at < _ALIGN else None


def _addresses(rodata: bytes, address: int, names: int, after: int, number: int) -> list[int] | None:
    """What the offsets say, before the names or after the token index. The tables are sorted by address."""
    before = names - 8 - 8 - _aligned(4 * number)
    for offsets, base in ((before, names - 16), (after, after + _aligned(4 * number))):
        if offsets < 0 or base + 8 > len(rodata):
            continue
        raw = np.frombuffer(rodata, "<i4", number, offsets).astype(np.int64)
        relative = struct.unpack_from("<Q", rodata, base)[0]
        if relative >> 40 == 0xFFFFFF:
            # CONFIG_KALLSYMS_ABSOLUTE_PERCPU: what is not negative is absolute.
            if (raw < 0).sum() > number // 2:
                return [(relative - 1 - int(one)) if one < 0 else int(one) for one in raw]
            return [relative + (int(one) & 0xFFFFFFFF) for one in raw]
        places = raw + np.arange(number, dtype=np.int64) * 4
        if bool((np.diff(places) >= 0).all()):
            return [address + offsets + int(one) for one in places]
    return None


def _gather(names: list[str], addresses: list[int]) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for name, address in zip(names, addresses, strict=True):
        found[name] = (*found.get(name, ()), address)
    return found


def _string(data: bytes, at: int) -> bytes:
    return data[at : data.index(b"\0", at)]


def _aligned(at: int) -> int:
    return (at + _ALIGN - 1) & -_ALIGN
