"""An expression that leads to an object, taken apart: where it starts, and the steps from there."""

from __future__ import annotations

__all__ = ["Access", "read_access"]

import re
from functools import lru_cache

import msgspec

from lastput.c.raw.heads import split_arguments

_WORD = re.compile(r"[A-Za-z_]\w*")
_CAST = re.compile(
    r"\(\s*(?:const\s+|volatile\s+)*(?:(?:struct|union)\s+(\w+)|(\w+_t|void|char|unsigned long|u8))"
    r"(?:\s+const)?\s*(\*+)\s*(?:const\s*|__\w+\s*)*\)\s*"
)
_NUMERIC = re.compile(r"\(\s*(?:unsigned\s+)?(?:long|uintptr_t|int|size_t|u32|u64|__force[\w\s*]*)\s*\)\s*")
_STEP = re.compile(r"(->|\.)\s*([A-Za-z_]\w*)")


class Access(msgspec.Struct, frozen=True):
    """``base`` is a variable, or the name of what is called with ``arguments`` (None for a variable), or ""
    where ``inner`` is itself an access. ``cast`` is the tag to which the start is cast, ``address`` says that
    the address of the whole is meant. Each step is ``->`` or ``.`` with the member's name, or ``[`` or ``*``
    without one."""

    base: str
    arguments: tuple[str, ...] | None = None
    steps: tuple[tuple[str, str], ...] = ()
    inner: Access | None = None
    cast: str = ""
    address: bool = False


@lru_cache(maxsize=100_000)
def read_access(text: str) -> Access | None:
    """The access that ``text`` is; None for what is something else (arithmetic, a choice, a number)."""
    text = text.strip()
    address, cast, stars = False, "", 0
    while text:
        typed = _CAST.match(text)
        if typed is not None and typed.end() < len(text):
            cast = cast or typed[1] or ""
            text = text[typed.end() :]
        elif (number := _NUMERIC.match(text)) is not None and number.end() < len(text):
            text = text[number.end() :]
        elif text[0] == "&" and not text.startswith("&&"):
            address, text = True, text[1:].lstrip()
        elif text[0] == "*":
            stars, text = stars + 1, text[1:].lstrip()
        elif text[0] == "(" and _close(text, 0) == len(text) - 1:
            text = text[1:-1].strip()
        else:
            break
    found = _plain(text)
    if found is None:
        return None
    if stars:
        found = Access("", steps=(("*", ""),) * stars, inner=found)
    if not (address or cast):
        return found
    if found.cast or found.address:
        return Access("", inner=found, cast=cast, address=address)
    return msgspec.structs.replace(found, cast=cast, address=address)


def _plain(text: str) -> Access | None:
    """An access without what stands in front of it."""
    arguments: tuple[str, ...] | None = None
    inner: Access | None = None
    base = ""
    if text.startswith("("):
        end = _close(text, 0)
        inner = read_access(text[1:end]) if end > 0 else None
        if inner is None:
            return None
        position = end + 1
    else:
        word = _WORD.match(text)
        if word is None:
            return None
        base, position = word[0], word.end()
        opened = _blank(text, position)
        if text.startswith("(", opened):
            end = _close(text, opened)
            if end < 0:
                return None
            arguments, position = split_arguments(text[opened + 1 : end]), end + 1
    steps: list[tuple[str, str]] = []
    while (position := _blank(text, position)) < len(text):
        step = _STEP.match(text, position)
        if step is not None:
            steps.append((step[1], step[2]))
            position = step.end()
        elif text[position] == "[":
            end = text.find("]", position)
            depth = text.count("[", position + 1, end)
            while depth and end >= 0:
                end = text.find("]", end + 1)
                depth -= 1
            if end < 0:
                return None
            steps.append(("[", ""))
            position = end + 1
        else:
            return None
    return Access(base, arguments, tuple(steps), inner)


def _blank(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _close(text: str, opened: int) -> int:
    """The offset of the parenthesis that closes the one at ``opened``; -1 if none does."""
    depth = 0
    for index in range(opened, len(text)):
        letter = text[index]
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth -= 1
            if not depth:
                return index
    return -1
