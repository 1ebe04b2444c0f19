"""Function-like macros of a file, as text."""

from __future__ import annotations

__all__ = ["Macro", "function_macros"]

import re

import msgspec

from lastput.c.raw.heads import squeeze

_DEFINE = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)\(([^)\n]*)\)((?:[^\n\\]|\\\r?\n|\\.)*)", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_LONGEST = 4096


class Macro(msgspec.Struct, frozen=True):
    """``#define name(parameters) body``; the body on one line, ``offset`` in bytes."""

    name: str
    parameters: tuple[str, ...]
    body: str
    offset: int


def function_macros(source: bytes) -> list[Macro]:
    """Macros with parameters whose body contains a call; bodies of more than 4 KiB are cut."""
    if b"define" not in source:
        return []
    found = []
    for match in _DEFINE.finditer(source):
        body = match[3][:_LONGEST]
        if b"(" not in body:
            continue
        text = squeeze(_COMMENT.sub(" ", body.decode("latin-1").replace("\\\n", " ").replace("\\\r\n", " ")))
        parameters = tuple(one.strip() for one in match[2].decode("latin-1").split(",") if one.strip())
        found.append(Macro(match[1].decode("latin-1"), parameters, text, match.start()))
    return found
