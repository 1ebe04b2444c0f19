"""Whose code a file is: the sections of MAINTAINERS, matched as scripts/get_maintainer.pl does."""

from __future__ import annotations

__all__ = ["Area", "Maintainers"]

import re
from collections.abc import Iterator

import msgspec

_ENTRY = re.compile(r"([A-Z]):\s*(.*?)\s*$")
_WILD = re.compile(r"[*?\[]")
_REST = "THE REST"


class Area(msgspec.Struct, frozen=True):
    """A section: its title, and who maintains it, as ``Name <address>``."""

    title: str
    people: tuple[str, ...]


class _Section(msgspec.Struct):
    area: Area
    files: list[str]
    excluded: list[str]
    words: list[str]


class Maintainers:
    """The sections of the file; made of its text, "" if a tree has none."""

    def __init__(self, text: str) -> None:
        self._plain: dict[str, list[_Section]] = {}
        self._wild: list[tuple[re.Pattern[str], int, _Section]] = []
        self._known: dict[str, Area | None] = {}
        for section in _sections(text):
            for pattern in section.files:
                if _WILD.search(pattern):
                    self._wild.append((_pattern(pattern), _depth(pattern), section))
                else:
                    self._plain.setdefault(pattern.rstrip("/"), []).append(section)
            self._wild += [(one, 0, section) for one in map(_word, section.words) if one is not None]

    def of(self, path: str) -> Area | None:
        """The section that says most exactly that it has the file; None if there is none but the rest."""
        if path not in self._known:
            self._known[path] = self._of(path)
        return self._known[path]

    def _of(self, path: str) -> Area | None:
        found: list[tuple[int, _Section]] = []
        parts = path.split("/")
        for depth in range(len(parts), 0, -1):
            found += [(depth, one) for one in self._plain.get("/".join(parts[:depth]), ())]
        found += [(depth, one) for pattern, depth, one in self._wild if pattern.search(path)]
        mine = [
            (depth, one)
            for depth, one in found
            if one.area.title != _REST and not any(_pattern(each).search(path) for each in one.excluded)
        ]
        return max(mine, key=lambda one: one[0])[1].area if mine else None


def _sections(text: str) -> Iterator[_Section]:
    title = ""
    section: _Section | None = None
    for line in text.splitlines():
        entry = _ENTRY.match(line)
        if entry is None:
            if section is not None:
                yield section
            title, section = line.strip(), None
            continue
        letter, value = entry.groups()
        if section is None:
            section = _Section(Area(title, ()), [], [], [])
        if letter == "M":
            name = value.replace('"', "")
            section.area = msgspec.structs.replace(section.area, people=(*section.area.people, name))
        elif letter in "FXN":
            {"F": section.files, "X": section.excluded, "N": section.words}[letter].append(value)
    if section is not None:
        yield section


def _pattern(text: str) -> re.Pattern[str]:
    """``*`` stays within a folder; a pattern that ends in a slash has all below, any other one that names a
    folder, too."""
    body = re.escape(text.rstrip("/")).replace(r"\*", "[^/]*").replace(r"\?", "[^/]")
    return re.compile(f"^{body}(?:/|$)" if not text.endswith("*") else f"^{body}$")


def _depth(text: str) -> int:
    return len(text.rstrip("/").split("/"))


def _word(text: str) -> re.Pattern[str] | None:
    """A regular expression of Perl; what Python does not take is left out."""
    try:
        return re.compile(text)
    except re.error:
        return None
