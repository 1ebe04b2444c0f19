"""numba's compiler, as the sources of the compiled engine use it. Only what compiles them imports this:
what runs them takes machine code from the cache (``native``)."""

from __future__ import annotations

__all__ = ["address_of", "njit"]

from collections.abc import Callable
from typing import Any

import numba
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


def njit() -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compiled as part of what calls it. A constant argument would have it compiled once more, for that
    constant: callers write np.int64(0)."""
    wrap: Callable[[Callable[..., Any]], Callable[..., Any]] = numba.njit(error_model="numpy")
    return wrap


def _address_of(typing: Any, number: Any) -> Any:
    """A pointer from the number of an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(number), generate


address_of: Any = intrinsic(_address_of)
