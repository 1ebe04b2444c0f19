"""The functions that Python calls, compiled: each takes the address of a table with the address and the
length of each of its arrays, or a number and 0. ``native`` knows what the arrays hold."""

from __future__ import annotations

__all__ = ["ENTRIES"]

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from lastput.engine import canonical_numba, explore, index, layout_fast, routes
from lastput.engine.jit import address_of, njit
from lastput.engine.native import ARGUMENTS

# numba's own types are no help to a checker.
_numba: Any = numba
carray = _numba.carray
_SIGNATURE = _numba.types.int64(_numba.types.CPointer(_numba.types.int64))


@njit()
def _i8(table, k):  # type: ignore[no-untyped-def]
    return carray(address_of(table[2 * k]), table[2 * k + 1], np.int64)


@njit()
def _u8(table, k):  # type: ignore[no-untyped-def]
    return carray(address_of(table[2 * k]), table[2 * k + 1], np.uint64)


@njit()
def _u4(table, k):  # type: ignore[no-untyped-def]
    return carray(address_of(table[2 * k]), table[2 * k + 1], np.uint32)


@njit()
def _u2(table, k):  # type: ignore[no-untyped-def]
    return carray(address_of(table[2 * k]), table[2 * k + 1], np.uint16)


@njit()
def _u1(table, k):  # type: ignore[no-untyped-def]
    return carray(address_of(table[2 * k]), table[2 * k + 1], np.uint8)


def _entry(name: str, function: Callable[..., Any]) -> Any:
    """A C function that unpacks the table for ``function``."""
    given = [
        f"_{kind}(table, np.int64({k}))" if kind != "number" else f"table[{2 * k}]"
        for k, kind in enumerate(ARGUMENTS[name])
    ]
    scope: dict[str, Any] = {
        "function": function,
        "np": np,
        "_i8": _i8,
        "_u8": _u8,
        "_u4": _u4,
        "_u2": _u2,
        "_u1": _u1,
    }
    exec(f"def {name}(table):\n    return function({', '.join(given)})", scope)
    return _numba.cfunc(_SIGNATURE)(scope[name])


ENTRIES: dict[str, Any] = {
    name: _entry(name, function)
    for name, function in {
        "canonical_into": canonical_numba.canonical_into,
        "explore": explore.explore,
        "observe": layout_fast.observe,
        "rebuild": index.rebuild,
        "route": routes.route,
        "transfer": layout_fast.transfer,
    }.items()
}
