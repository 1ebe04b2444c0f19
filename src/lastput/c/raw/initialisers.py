"""``= { ... }`` at file scope: which name stands in which field."""

from __future__ import annotations

__all__ = ["FieldValue", "VariableHead", "field_values", "read_variable"]

import re
from typing import NamedTuple

import msgspec
import numba
import numpy as np
from numpy.typing import NDArray

from lastput.c.raw.compiled import chosen
from lastput.c.raw.letters import is_word

_SPACE, _NEWLINE, _QUOTE, _TICK, _BACKSLASH = 32, 10, 34, 39, 92
_OPEN, _CLOSE, _PAREN, _UNPAREN, _BRACKET, _UNBRACKET = 123, 125, 40, 41, 91, 93
_EQUALS, _COMMA, _DOT, _AND, _UNDERSCORE = 61, 44, 46, 38, 95
_LEVELS = 6  # deeper values are read, their outer designators are kept

_NAME = re.compile(r"(\w+)\s*(?:\[[^=]*\]\s*)?(?:__\w+(?:\([^=]*\))?\s*)*=\s*$")
_POINTER = re.compile(r"\(\s*\*\s*(?:const\s+)?(\w+)\s*(?:\[[^\]]*\]\s*)*\)\s*\(")
_TYPE = re.compile(r"\b(?:struct|union)\s+(\w+)")


class VariableHead(msgspec.Struct, frozen=True):
    """What stands before the initialiser; ``type`` is the tag (``file_operations``) or typedef name."""

    name: str
    type: str
    static: bool
    const: bool


class FieldValue(NamedTuple):
    """One value: ``path`` as written (``driver.owner``, ``[3].handler``, ``[0][1]`` by position),
    ``field`` its last name ("" by position), and the byte offsets of the value."""

    path: str
    field: str
    start: int
    end: int


def read_variable(text: str) -> VariableHead | None:
    """Read ``static const struct T name[] =``; None if it has another form."""
    words = set(text.split())
    static, const = "static" in words, "const" in words
    if (pointer := _POINTER.search(text)) is not None:
        return VariableHead(pointer[1], "function pointer", static, const)
    name = _NAME.search(text)
    if name is None:
        return None
    head = text[: name.start()]
    tag = _TYPE.search(head)
    if tag is not None:
        return VariableHead(name[1], tag[1], static, const)
    last = [word for word in head.replace("*", " ").split() if not word.startswith("__")]
    return VariableHead(name[1], last[-1] if last else "", static, const)


def field_values(code: bytes, start: int, end: int) -> list[FieldValue]:
    """Values in ``{...}`` between two offsets that begin with a word or ``&``.

    Numbers and strings are left out, and so is what a macro makes.
    """
    run = chosen(_values, end - start)
    text = np.frombuffer(code, dtype=np.uint8) if run is _values else code
    rows = np.zeros(
        (code.count(b",", start, end) + code.count(b"}", start, end) + 2, 3 + 3 * _LEVELS), np.int64
    )
    count = run(text, start, end, rows)
    found = []
    for row in rows[:count].tolist():
        path, field = "", ""
        for level in range(min(row[0], _LEVELS)):
            name_start, name_end, index = row[3 + 3 * level : 6 + 3 * level]
            if name_start >= 0:
                name = code[name_start:name_end].decode("latin-1")
                path += name if name[0] == "[" else f".{name}"
                field = "" if name[0] == "[" else name.rpartition(".")[2]
            else:
                path += f"[{index}]"
                field = ""
        found.append(FieldValue(path.removeprefix("."), field, row[1], row[2]))
    return found


@numba.njit(cache=True, nogil=True)
def _values(text: NDArray[np.uint8], begin: int, end: int, rows: NDArray[np.int64]) -> int:
    n = 0
    depth = 0
    names = np.full((64, 3), -1, dtype=np.int64)  # designator start, end, position in the list
    fresh = False  # at the begin of an element
    i = begin
    while i < end:
        c = text[i]
        if c <= _SPACE:
            i += 1
            continue
        if c == _OPEN:
            depth += 1
            if depth < 64:
                names[depth, 0] = -1
                names[depth, 1] = -1
                names[depth, 2] = 0
            fresh = True
            i += 1
            continue
        if c == _CLOSE:
            depth -= 1
            fresh = False
            i += 1
            continue
        if c == _COMMA:
            if 0 < depth < 64:
                names[depth, 0] = -1
                names[depth, 2] += 1
            fresh = True
            i += 1
            continue
        if fresh and (c in (_DOT, _BRACKET)):
            first = i + 1 if c == _DOT else i
            square = 0
            while i < end and text[i] != _OPEN and text[i] != _COMMA and text[i] != _CLOSE:
                if text[i] == _BRACKET:
                    square += 1
                elif text[i] == _UNBRACKET:
                    square -= 1
                elif text[i] == _EQUALS and square == 0:
                    break
                i += 1
            last = min(i, end)
            while last > first and text[last - 1] <= _SPACE:
                last -= 1
            if 0 < depth < 64:
                names[depth, 0] = first
                names[depth, 1] = last
            i += 1 if i < end and text[i] == _EQUALS else 0
            fresh = False
            continue
        # A value, up to the comma or brace that ends it.
        fresh = False
        first = i
        paren = 0
        while i < end:
            d = text[i]
            if d in (_QUOTE, _TICK):
                i += 1
                while i < end and text[i] != d and text[i] != _NEWLINE:
                    if text[i] == _BACKSLASH:
                        i += 1
                    i += 1
            elif d == _PAREN or (d == _OPEN and paren > 0):
                paren += 1
            elif d == _UNPAREN or (d == _CLOSE and paren > 0):
                paren -= 1
            elif paren <= 0 and (d in (_COMMA, _CLOSE, _OPEN)):
                break
            i += 1
        if depth >= 1 and (c == _AND or is_word(c)) and not 48 <= c <= 57 and n < len(rows):
            last = min(i, end)
            while last > first and text[last - 1] <= _SPACE:
                last -= 1
            rows[n, 0] = depth
            rows[n, 1] = first
            rows[n, 2] = last
            for level in range(min(depth, 6)):
                for k in range(3):
                    rows[n, 3 + 3 * level + k] = names[level + 1, k]
            n += 1
    return n
