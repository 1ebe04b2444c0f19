"""Bytes and words, for the passes that numba compiles."""

from __future__ import annotations

__all__ = ["back_over_blanks", "is_word", "same_word"]

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, inline="always")
def is_word(c: int) -> bool:
    """Whether a byte can stand in an identifier."""
    return 97 <= c <= 122 or 65 <= c <= 90 or c == 95 or 48 <= c <= 57


@numba.njit(cache=True)
def same_word(text: NDArray[np.uint8], start: int, end: int, word: bytes) -> bool:
    """Whether ``text[start:end]`` is ``word``."""
    if start < 0 or end - start != len(word):
        return False
    same = True
    for k in range(len(word)):
        if text[start + k] != word[k]:
            same = False
            break
    return same


@numba.njit(cache=True)
def back_over_blanks(text: NDArray[np.uint8], position: int) -> int:
    """The last position before ``position`` that holds no blank; -1 if there is none."""
    k = position - 1
    while k >= 0 and text[k] <= 32:
        k -= 1
    return k
