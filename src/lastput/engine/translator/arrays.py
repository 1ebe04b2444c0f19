"""The arrays of the subset, as a type checker sees them; numpy's are such."""

from __future__ import annotations

__all__ = ["Hashes", "Ints"]

from typing import Protocol, overload

import numpy as np


class Ints(Protocol):
    """Numbers of any width that are read as ``int``."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> int: ...
    @overload
    def __getitem__(self, part: slice, /) -> Ints: ...
    def __setitem__(self, index: int, value: int, /) -> None: ...


class Hashes(Protocol):
    """Numbers of 64 bits without a sign."""

    def __len__(self) -> int: ...
    @overload
    def __getitem__(self, index: int, /) -> np.uint64: ...
    @overload
    def __getitem__(self, part: slice, /) -> Hashes: ...
    def __setitem__(self, index: int, value: np.uint64, /) -> None: ...
