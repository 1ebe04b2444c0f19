"""Regular expressions that are made of names from the source."""

from __future__ import annotations

__all__ = ["has_word", "pattern"]

import re
from functools import lru_cache


@lru_cache(maxsize=30_000)
def pattern(text: str) -> re.Pattern[str]:
    """``re.compile(text)``. The cache of ``re`` holds 512, and a run over a tree has many thousands."""
    return re.compile(text)


def has_word(text: str, word: str, before: str = "") -> bool:
    """Whether ``word`` stands in ``text``: no letter of a name is in front of it or behind it, and none of
    ``before`` in front."""
    start = text.find(word)
    while start >= 0:
        end = start + len(word)
        first = text[start - 1] if start else " "
        after = text[end] if end < len(text) else " "
        if not (first.isalnum() or first == "_" or first in before or after.isalnum() or after == "_"):
            return True
        start = text.find(word, start + 1)
    return False
