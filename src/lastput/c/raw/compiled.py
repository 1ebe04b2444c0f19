"""Machine code or plain Python for the passes over bytes, whichever is done sooner.

numba compiles them once for an installation, which takes tens of seconds, and keeps the code on disk. Until
it is there, the first few megabytes that a process reads go through the same functions uncompiled.
"""

from __future__ import annotations

__all__ = ["chosen", "expect", "plain"]

import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import Any

#: Bytes that a process reads uncompiled, at about half a microsecond for each, before it compiles.
_PLAIN_BYTES = 8 << 20

_read = 0


def chosen(function: Callable[..., Any], size: int) -> Callable[..., Any]:
    """The form of a numba function to run over ``size`` bytes. The plain form takes ``bytes`` and
    ``bytearray`` where the other takes arrays of bytes."""
    global _read
    if _ready(function):
        return function
    _read += size
    if _read > _PLAIN_BYTES:
        _ready.cache_clear()
        return function
    return plain(function)


def expect(size: int) -> bool:
    """Say that ``size`` bytes are going to be read, here or by processes that share the disk; whether that is
    worth compiling for."""
    global _read
    if size > _PLAIN_BYTES:
        _read = size
        _ready.cache_clear()
    return size > _PLAIN_BYTES


@cache
def _ready(function: Any) -> bool:
    """Whether there is machine code for it, in this process or on disk."""
    if not hasattr(function, "py_func") or function.signatures:
        return True
    source = Path(inspect.getfile(function.py_func))
    name = f"{function.py_func.__name__}-{function.py_func.__code__.co_firstlineno}"
    try:
        changed = source.stat().st_mtime
        stored = Path(function.stats.cache_path).glob(f"*.{name}.*.nbi")
        return any(one.stat().st_mtime >= changed for one in stored)
    except OSError:
        return False


@cache
def plain(function: Any) -> Callable[..., Any]:
    """A numba function and all that it calls, as Python runs them."""
    if not hasattr(function, "py_func"):
        return function  # type: ignore[no-any-return]
    body = function.py_func
    used = {name: body.__globals__[name] for name in body.__code__.co_names if name in body.__globals__}
    names = {name: plain(value) if hasattr(value, "py_func") else value for name, value in used.items()}
    return FunctionType(body.__code__, names, body.__name__, body.__defaults__, body.__closure__)
