"""The kinds of reports, one file each: a module here has ``KIND``, a ``Kind``.

They are found by walking this package. Most are data alone: the words that open the report, the lines
that carry facts, the lines that open another stack.
"""

from __future__ import annotations

__all__ = ["Kind", "by_name", "find_head", "kinds", "needles"]

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import cache
from typing import cast

import msgspec

from lastput.splat.draft import Draft


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of report is read.

    ``name``      the report's kind
    ``source``    where the kernel prints it (file: function, Linux 6.12)
    ``needles``   every line that opens the report contains one of them; they are what a log is sifted by,
                  so they should be rare
    ``heads``     patterns of that line; they are searched, and named groups become facts
    ``details``   patterns of further lines, matched at the start; named groups become facts
    ``stacks``    patterns of lines that open another stack, with its title; a group ``pid`` is its task
    ``absorbs``   kinds whose heads are part of this report
    ``end``       a line after which nothing of the report follows
    ``take``      reads what the other fields cannot describe; True when the line was the report's
    ``last``      asked only when no other kind knows the line
    """

    name: str
    source: str
    needles: tuple[bytes, ...]
    heads: tuple[re.Pattern[str], ...]
    details: tuple[re.Pattern[str], ...] = ()
    stacks: tuple[tuple[re.Pattern[str], str], ...] = ()
    absorbs: frozenset[str] = frozenset()
    end: re.Pattern[str] | None = None
    take: Callable[[Draft, str], bool] | None = None
    last: bool = False


@cache
def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they are asked."""
    found = [
        cast(Kind, importlib.import_module(f"{__name__}.{module.name}").KIND)
        for module in pkgutil.iter_modules(__path__)
    ]
    return tuple(sorted(found, key=lambda kind: (kind.last, kind.name)))


@cache
def by_name() -> dict[str, Kind]:
    """The kinds by their names."""
    return {kind.name: kind for kind in kinds()}


@cache
def needles() -> tuple[bytes, ...]:
    """What a line that opens any report contains at least one of."""
    return tuple(sorted({needle for kind in kinds() for needle in kind.needles}))


@cache
def _gate() -> re.Pattern[str]:
    """Matches where any needle stands: one scan instead of one for each."""
    return re.compile("|".join(re.escape(needle.decode()) for needle in needles()))


@cache
def _words() -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    return tuple((kind, tuple(one.decode() for one in kind.needles)) for kind in kinds())


def find_head(text: str) -> tuple[Kind, re.Match[str]] | None:
    """The kind of report that ``text`` opens, with the match of its pattern."""
    if _gate().search(text) is None:
        return None
    for kind, words in _words():
        if any(word in text for word in words):
            for pattern in kind.heads:
                match = pattern.search(text)
                if match is not None:
                    return kind, match
    return None
