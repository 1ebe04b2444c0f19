"""The arms of ``#if`` in a file: under which conditions one of its places is compiled."""

from __future__ import annotations

__all__ = ["Arm", "arms_at", "options_around"]

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

_LINE = re.compile(r"^[ \t]*#[ \t]*(if|ifdef|ifndef|elif|else|endif)\b((?:[^\n\\]|\\.|\\\n)*)", re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_OPTION = re.compile(
    r"(!\s*)?(?:defined\s*\(?\s*|IS_(?:ENABLED|REACHABLE|BUILTIN|MODULE)\s*\(\s*)?\b(CONFIG_\w+)"
)


class Arm(msgspec.Struct, frozen=True):
    """An arm from ``start`` to ``end`` that is compiled if ``conditions`` (each with what it must be) hold.

    ``guards``: it is ``#ifndef NAME`` and defines NAME itself, as the guard of a header does and what may be
    defined already elsewhere.
    """

    start: int
    end: int
    conditions: tuple[tuple[str, bool], ...]
    guards: bool


def arms_at(text: str, at: int) -> list[Arm]:
    """The arms that enclose an offset of a text, from the outside in."""
    return [arm for arm in _arms(text) if arm.start <= at < arm.end]


def options_around(text: str, at: int) -> Iterator[str]:
    """The CONFIG_ options that must be on for a place to be compiled, as far as they are plainly named."""
    for arm in arms_at(text, at):
        for condition, wanted in arm.conditions:
            for negated, option in _OPTION.findall(condition):
                if wanted != bool(negated):
                    yield option


@lru_cache(maxsize=256)
def _arms(text: str) -> tuple[Arm, ...]:
    found: list[Arm] = []
    stack: list[tuple[int, list[tuple[str, bool]], str]] = []  # start, conditions, the NAME of an #ifndef
    for line in _LINE.finditer(text):
        word, rest = line[1], _COMMENT.sub(" ", line[2]).replace("\\\n", " ").strip()
        if word in ("if", "ifdef", "ifndef"):
            condition = f"defined({rest.split()[0]})" if word != "if" and rest else rest
            name = rest.split()[0] if word == "ifndef" and rest else ""
            stack.append((line.end(), [(condition, word != "ifndef")], name))
        elif stack:
            start, conditions, name = stack.pop()
            guards = (
                bool(name)
                and re.search(
                    rf"^[ \t]*#[ \t]*define[ \t]+{re.escape(name)}\b",
                    text[start : line.start()],
                    re.MULTILINE,
                )
                is not None
            )
            found.append(Arm(start, line.start(), tuple(conditions), guards))
            if word == "endif":
                continue
            condition, wanted = conditions[-1]
            before = [*conditions[:-1], (condition, not wanted)]
            stack.append((line.end(), [*before, (rest, True)] if word == "elif" else before, ""))
    return tuple(sorted(found, key=lambda arm: (arm.start, -arm.end)))
