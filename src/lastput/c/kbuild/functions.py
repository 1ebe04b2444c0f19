"""GNU make's functions over words (make manual, "Functions for Transforming Text"), without side effects."""

from __future__ import annotations

__all__ = ["FUNCTIONS", "pattern_replace"]

import posixpath
from collections.abc import Callable, Sequence


def pattern_replace(words: Sequence[str], pattern: str, replacement: str) -> list[str]:
    """``$(patsubst pattern,replacement,words)``; a pattern without % is a whole word."""
    before, percent, after = pattern.partition("%")
    found = []
    for word in words:
        if not percent:
            found.append(replacement if word == pattern else word)
        elif word.startswith(before) and word.endswith(after) and len(word) >= len(before) + len(after):
            found.append(replacement.replace("%", word[len(before) : len(word) - len(after)], 1))
        else:
            found.append(word)
    return found


def _matches(word: str, patterns: Sequence[str]) -> bool:
    for pattern in patterns:
        before, percent, after = pattern.partition("%")
        if word == pattern or (percent and word.startswith(before) and word.endswith(after)):
            return True
    return False


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() and len(text) < 9 else 0


def _directory(word: str) -> str:
    return word[: word.rfind("/") + 1] or "./"


#: Name to how many arguments it has, and what it makes of them.
FUNCTIONS: dict[str, tuple[int, Callable[..., str]]] = {
    "subst": (3, lambda old, new, text: text.replace(old, new) if old else text),
    "patsubst": (3, lambda old, new, text: " ".join(pattern_replace(text.split(), old.strip(), new.strip()))),
    "strip": (1, lambda text: " ".join(text.split())),
    "findstring": (2, lambda part, text: part if part in text else ""),
    "filter": (2, lambda some, text: " ".join(w for w in text.split() if _matches(w, some.split()))),
    "filter-out": (2, lambda some, text: " ".join(w for w in text.split() if not _matches(w, some.split()))),
    "sort": (1, lambda text: " ".join(sorted(set(text.split())))),
    "word": (2, lambda number, text: " ".join(text.split()[_number(number) - 1 :][:1])),
    "wordlist": (3, lambda a, b, text: " ".join(text.split()[max(_number(a), 1) - 1 : _number(b)])),
    "words": (1, lambda text: str(len(text.split()))),
    "firstword": (1, lambda text: " ".join(text.split()[:1])),
    "lastword": (1, lambda text: " ".join(text.split()[-1:])),
    "dir": (1, lambda text: " ".join(_directory(word) for word in text.split())),
    "notdir": (1, lambda text: " ".join(word.rpartition("/")[2] for word in text.split())),
    "suffix": (1, lambda text: " ".join(posixpath.splitext(word)[1] for word in text.split())),
    "basename": (1, lambda text: " ".join(posixpath.splitext(word)[0] for word in text.split())),
    "addsuffix": (2, lambda end, text: " ".join(word + end for word in text.split())),
    "addprefix": (2, lambda start, text: " ".join(start + word for word in text.split())),
    "join": (2, lambda one, two: " ".join(map("".join, zip(one.split(), two.split(), strict=False)))),
    "realpath": (1, lambda text: text),
    "abspath": (1, lambda text: text),
}
