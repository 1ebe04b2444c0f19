"""The values of C's number, character and string literals."""

from __future__ import annotations

__all__ = ["char_value", "number_value", "string_value"]

import re

_NUMBER = re.compile(
    r"(?:0[xX](?P<hex>[0-9a-fA-F]{1,40})|0[bB](?P<bin>[01]{1,130})|(?P<oct>0[0-7]{0,50})|(?P<dec>[1-9][0-9]{0,40}))"
    r"(?:[uU](?:ll?|LL?)?|(?:ll?|LL?)[uU]?)?"
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,8})|([0-7]{1,3})|[ \t\r]*\n|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}


def number_value(text: str) -> int | None:
    """The value of an integer constant, or None (a floating constant, too large, or no number)."""
    match = _NUMBER.fullmatch(text)
    if not match:
        return None
    if match["hex"]:
        value = int(match["hex"], 16)
    elif match["bin"]:
        value = int(match["bin"], 2)
    elif match["oct"]:
        value = int(match["oct"], 8)
    else:
        value = int(match["dec"])
    return value if value < 1 << 64 else None


def char_value(text: str) -> int:
    """The value of a character constant as x86 gcc has it (several characters: big-endian)."""
    value = 0
    for char in _unescape(text[text.index("'") + 1 : -1]):
        value = (value << 8 | ord(char)) & 0xFFFFFFFF
    return value


def string_value(text: str) -> str:
    """What a string literal stands for, without prefix and quotes."""
    inner = text[text.index('"') + 1 : -1]
    return _unescape(inner) if "\\" in inner else inner


def _unescape(text: str) -> str:
    return _ESCAPE.sub(_one_escape, text)


def _one_escape(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16) & 0xFF)
    if match[2]:
        return chr(int(match[2], 8) & 0xFF)
    char: str | None = match[3]
    return "" if char is None else _SIMPLE.get(char, char)
