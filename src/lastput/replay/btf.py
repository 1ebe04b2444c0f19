"""Offsets of struct members from the kernel's own type information (.BTF).

The format is that of Documentation/bpf/btf.rst: a header, types of 12 bytes each with a tail that
depends on the kind, and strings.
"""

from __future__ import annotations

__all__ = ["Btf", "Index", "Member"]

import struct
from array import array

import msgspec

from lastput.errors import LastputError

_MAGIC = 0xEB9F
_STRUCT, _UNION, _ARRAY = 4, 5, 3
_FORWARDING = {8, 9, 10, 11, 18}  # typedef, volatile, const, restrict, type tag
#: Bytes after the 12 of a type: fixed, and for each of its vlen entries.
_TAIL = {
    1: (4, 0), 2: (0, 0), 3: (12, 0), 4: (0, 12), 5: (0, 12), 6: (0, 8), 7: (0, 0), 8: (0, 0), 9: (0, 0),
    10: (0, 0), 11: (0, 0), 12: (0, 0), 13: (0, 8), 14: (4, 0), 15: (0, 12), 16: (0, 0), 17: (4, 0),
    18: (0, 0), 19: (0, 12),
}  # fmt: skip


class Member(msgspec.Struct, frozen=True):
    """``offset`` and ``size`` in bytes; a bit field's are those of the bytes that hold it."""

    offset: int
    size: int


class Index(msgspec.Struct, frozen=True):
    """``offsets`` of the types as native 32-bit numbers, by their ids; ``named`` lists the ids of the structs
    and unions with a name, by the offset of that in the strings."""

    offsets: bytes
    named: dict[int, list[int]]


class Btf:
    """The types of one kernel. ``index`` is what ``index()`` gave for the same data: it saves a pass over
    all types. Raises LastputError ``no-btf``."""

    def __init__(self, data: bytes, index: Index | None = None) -> None:
        if len(data) < 24 or struct.unpack_from("<H", data)[0] != _MAGIC:
            raise LastputError(
                "no-btf",
                "the kernel carries no type information",
                "it must be built with CONFIG_DEBUG_INFO_BTF, as distributions do",
            )
        header, types, types_size, strings, strings_size = struct.unpack_from("<5I", data, 4)
        self._data = data[header + types : header + types + types_size]
        self._strings = data[header + strings : header + strings + strings_size]
        self._at = array("I", [0])  # offset of each type, from id 1 on
        self._named: dict[int, list[int]] = {}
        if index is None:
            self._scan()
        else:
            self._at = array("I", index.offsets)
            self._named = index.named

    def index(self) -> Index:
        """What the constructor had to look for."""
        return Index(self._at.tobytes(), self._named)

    def _scan(self) -> None:
        at = 0
        unpack = struct.Struct("<III").unpack_from
        while at < len(self._data):
            name, info, _ = unpack(self._data, at)
            kind = info >> 24 & 0x1F
            if kind in (_STRUCT, _UNION) and name:
                self._named.setdefault(name, []).append(len(self._at))
            self._at.append(at)
            fixed, each = _TAIL[kind]
            at += 12 + fixed + each * (info & 0xFFFF)

    def member(self, type_: str, path: str) -> Member:
        """Where ``path`` (``mem[0].base``, ``f_path.dentry``) is within ``struct type_``.

        Raises LastputError ``no-field``: the kernels differ, or the name is wrong.
        """
        offset = self._strings.find(b"\0" + type_.encode() + b"\0") + 1
        for number in self._named.get(offset, ()):
            found = self._find(number, path.replace("[", ".[").split("."), 0)
            if found is not None:
                return found
        raise LastputError(
            "no-field",
            f"this kernel has no member {path} in struct {type_}",
            "kernels differ: look it up in the source of this one",
        )

    def has(self, type_: str, path: str) -> bool:
        """Whether this kernel's struct has such a member."""
        try:
            self.member(type_, path)
        except LastputError:
            return False
        return True

    def _find(self, number: int, path: list[str], base: int) -> Member | None:
        number = self._plain(number)
        if not path:
            return Member(base, self._size(number))
        _, info, _ = struct.unpack_from("<III", self._data, self._at[number])
        kind, at = info >> 24 & 0x1F, self._at[number] + 12
        if kind == _ARRAY and path[0].startswith("["):
            element = struct.unpack_from("<I", self._data, at)[0]
            skip = int(path[0][1:-1]) * self._size(self._plain(element))
            return self._find(element, path[1:], base + skip)
        if kind not in (_STRUCT, _UNION):
            return None
        for place in range(at, at + 12 * (info & 0xFFFF), 12):
            name, type_, offset = struct.unpack_from("<III", self._data, place)
            bits = offset & 0xFFFFFF if info >> 31 else offset
            if not name:
                found = self._find(type_, path, base + bits // 8)
            elif self._text(name) == path[0]:
                found = self._find(type_, path[1:], base + bits // 8)
            else:
                continue
            if found is not None:
                return found
        return None

    def _plain(self, number: int) -> int:
        while number:
            _, info, type_ = struct.unpack_from("<III", self._data, self._at[number])
            if info >> 24 & 0x1F not in _FORWARDING:
                break
            number = type_
        return number

    def _size(self, number: int) -> int:
        _, info, size = struct.unpack_from("<III", self._data, self._at[number])
        kind = info >> 24 & 0x1F
        if kind == _ARRAY:
            element, _, count = struct.unpack_from("<III", self._data, self._at[number] + 12)
            return self._size(self._plain(element)) * int(count)
        return 8 if kind == 2 else int(size)

    def _text(self, offset: int) -> str:
        return self._strings[offset : self._strings.index(b"\0", offset)].decode()
