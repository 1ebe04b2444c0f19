"""The kinds of reports, one file each: a module here has ``KIND``, a ``Kind``.

They are found by walking this package. Most are data alone: the words that open the report, the lines
that carry facts, the lines that open another stack.
"""

from __future__ import annotations

__all__ = [
    "CUT",
    "Kind",
    "by_name",
    "find_head",
    "kinds",
    "knows",
    "may_be_half",
    "may_be_head",
    "may_open",
    "needles",
]

import importlib
import pkgutil
import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import cast

import msgspec

from lastput.schema.splat import Report, Role
from lastput.splat.draft import Draft
from lastput.splat.lazy import Lazy
from lastput.splat.prefix import CACHED


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """How one kind of report is read.

    ``name``      the report's kind
    ``source``    where the kernel prints it (file: function, Linux 6.12)
    ``needles``   every line that opens the report contains one of them; they are what a log is sifted by,
                  so they should be rare
    ``heads``     patterns of that line; they are searched, and named groups become facts
    ``details``   patterns of further lines, matched at the start; named groups become facts
    ``stacks``    patterns of lines that open another stack, with its role; a group ``pid`` is its task
    ``absorbs``   kinds whose heads are part of this report
    ``end``       a line after which nothing of the report follows
    ``take``      reads what the other fields cannot describe; True when the line was the report's
    ``settle``    looks at the whole report when it is complete
    ``last``      asked only when no other kind knows the line
    ``bare``      what other reports hold too: it opens a report only where none is open
    """

    name: str
    source: str
    needles: tuple[bytes, ...]
    heads: tuple[Lazy, ...]
    details: tuple[Lazy, ...] = ()
    stacks: tuple[tuple[Lazy, Role], ...] = ()
    absorbs: frozenset[str] = frozenset()
    end: Lazy | None = None
    take: Callable[[Draft, str], bool] | None = None
    settle: Callable[[Report], Report] | None = None
    last: bool = False
    bare: bool = False


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
    """What a line that opens any report contains at least one of; none has another one in it."""
    found = {needle for kind in kinds() for needle in kind.needles}
    return tuple(sorted(one for one in found if not any(other in one for other in found - {one})))


@cache
def _gate(inside: bool) -> Callable[[str], re.Match[str] | None]:
    asked = {needle.decode() for kind in kinds() if not (inside and kind.bare) for needle in kind.needles}
    return re.compile("|".join(re.escape(word) for word in sorted(asked))).search


#: Before a WARN() and a BUG() (kernel/panic.c: __warn, lib/bug.c: report_bug); ends what was before.
CUT = "[ cut here ]"


@lru_cache(maxsize=CACHED)
def may_open(text: str) -> bool:
    """Whether a line inside of a report may be the beginning of another one."""
    return CUT in text or may_be_head(text, True)


@lru_cache(maxsize=CACHED)
def may_be_head(text: str, inside: bool = False) -> bool:
    """Whether any needle stands in a line: one scan instead of one for each. ``inside`` a report, a bare
    stack opens no other."""
    return _gate(inside)(text) is not None


@cache
def _words() -> tuple[tuple[str, tuple[Kind, ...]], ...]:
    """Each needle with the kinds that it opens."""
    found = sorted({needle for kind in kinds() for needle in kind.needles})
    return tuple((one.decode(), tuple(kind for kind in kinds() if one in kind.needles)) for one in found)


_NAMED = re.compile(r"\(\?P<\w+>")


@cache
def _lines(kind: str) -> Callable[[str], re.Match[str] | None]:
    own = by_name()[kind]
    patterns = [*own.details, *(pattern for pattern, _ in own.stacks), *([own.end] if own.end else [])]
    # Names of groups may be the same in two patterns, but not in one.
    return re.compile("|".join(f"(?:{_NAMED.sub('(', one.pattern)})" for one in patterns) or "(?!)").match


@lru_cache(maxsize=CACHED)
def knows(kind: str, text: str) -> bool:
    """Whether a line is a detail, the beginning of a stack or the end for reports of ``kind``."""
    return _lines(kind)(text) is not None


@cache
def _rank() -> dict[str, int]:
    return {kind.name: rank for rank, kind in enumerate(kinds())}


@lru_cache(maxsize=CACHED)
def find_head(text: str) -> tuple[Kind, re.Match[str]] | None:
    """The kind of report that ``text`` opens, with the match of its pattern."""
    asked = {kind.name: kind for word, some in _words() if word in text for kind in some}
    for kind in (
        sorted(asked.values(), key=lambda kind: _rank()[kind.name]) if len(asked) > 1 else asked.values()
    ):
        for pattern in kind.heads:
            match = pattern.search(text)
            if match is not None:
                return kind, match
    return None


def may_be_half(text: str) -> bool:
    """Whether a line that is no headline may be the first half of one, which a mailer broke in two: it has a
    word that opens a report, other than a bare stack."""
    return may_be_head(text, True)
