"""The compiled engine as machine code: made once by LLVM, then kept in a cache.

The cache stands beside the package; if that is not writable, in the user's cache directory. A file is
named by a digest of the sources, of the versions that compiled them, and of the processor; it begins
with a digest of the rest, so that a damaged file is made again.
"""

from __future__ import annotations

__all__ = ["ARGUMENTS", "call", "is_cold", "prepare"]

import contextlib
import ctypes
import hashlib
import importlib.metadata
import os
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from lastput.engine.translator.build import Code, build, load, processor

#: What the arguments of each function are: arrays of these numbers, or numbers.
ARGUMENTS = {
    "canonical_into": ("i8", "i8", "i8", "u8", "i8", "u8"),
    "explore": (
        *("i8", "i8", "u4", "i8", "u4", "i8", "u4", "i8", "i8", "i8", "u1", "u1"),
        *("i8", "i8", "i8", "u8", "i8", "u8", "i8", "i8", "i8", "i8"),
    ),
    "observe": ("i8", "i8", "number", "i8", "number", "i8", "u1", "i8", "i8", "i8"),
    "rebuild": ("i8", "number", "number", "u4", "number"),
    "route": (
        *("i8", "i8", "u4", "i8", "u4", "i8", "u4", "i8", "i8", "u2", "u2", "u4", "u1"),
        *("i8", "i8", "i8", "u1", "i8", "i8", "i8", "u8", "i8", "u8", "i8", "i8", "i8", "i8"),
    ),
    "transfer": (*("i8", "i8", "number", "i8", "i8", "i8", "i8", "i8", "u4", "i8", "u4", "i8", "i8", "i8"),),
}
_TYPES = {kind: np.dtype(kind) for kind in ("i8", "u8", "u4", "u2", "u1")}

#: Files whose text ends up in compiled code.
SOURCES = (
    *("blocks", "blocks_fast", "canonical", "canonical_fast", "canonical_tables", "entries", "explore"),
    *(
        "futures",
        "futures_arrays",
        "futures_fast",
        "image",
        "index",
        "interpret",
        "kinds",
        "layout_fast",
        "machine",
        "native",
        "program",
        "races",
    ),
    *("routes", "signals", "store"),
    *(f"translator/{name}" for name in ("build", "emit", "expression", "function", "module", "values")),
)
_DIGEST = 16


@cache
def _name() -> str:
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for name in SOURCES:
        digest.update((here / f"{name}.py").read_bytes())
    digest.update(importlib.metadata.version("llvmlite").encode())
    digest.update(processor().encode())
    return f"engine-{digest.hexdigest()}.bin"


def _folders() -> list[Path]:
    """Where machine code may be kept, the best place first."""
    given = os.environ.get("LASTPUT_CACHE_DIR")
    if given:
        return [Path(given)]
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return [Path(__file__).parent / "__pycache__", Path(user) / "lastput"]


def _read(path: Path) -> Code | None:
    """What a file of the cache holds, None if it is not there or not whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() != data[:_DIGEST]:
        return None
    try:
        return msgspec.msgpack.decode(data[_DIGEST:], type=Code)
    except msgspec.MsgspecError:
        return None


def _write(code: Code) -> None:
    """Keeps code in the first place that takes it; if none does, the next run compiles again."""
    data = msgspec.msgpack.encode(code)
    data = hashlib.blake2b(data, digest_size=_DIGEST).digest() + data
    for folder in _folders():
        name = ""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, prefix=".engine-", delete=False) as file:
                name = file.name
                file.write(data)
            Path(name).replace(folder / _name())
            return
        except OSError:
            with contextlib.suppress(OSError):
                if name:
                    Path(name).unlink()


def _found() -> Code | None:
    return next((code for folder in _folders() if (code := _read(folder / _name())) is not None), None)


def is_cold() -> bool:
    """Whether the engine has to be compiled first (some seconds, once per installation)."""
    return not any((folder / _name()).exists() for folder in _folders())


@cache
def _functions() -> dict[str, Any]:
    code = _found()
    if code is None:
        print("lastput: compiling the search, once per installation", file=sys.stderr, flush=True)
        from lastput.engine.entries import ENTRIES

        code = build({name: (function, ARGUMENTS[name]) for name, function in ENTRIES.items()})
        _write(code)
    return load(code)


def prepare() -> None:
    """Compiles the engine now if that has to be done, and loads it."""
    _functions()


def call(name: str, *arguments: Any) -> int:
    """Runs a compiled function on arrays and numbers, as ``ARGUMENTS`` says."""
    table = []
    for kind, argument in zip(ARGUMENTS[name], arguments, strict=True):
        if kind == "number":
            table += [int(argument), 0]
        else:
            if argument.dtype != _TYPES[kind] or not argument.flags.c_contiguous:
                raise TypeError(f"{name} wants {kind}, not {argument.dtype}")
            table += [argument.ctypes.data, argument.size]
    packed = (ctypes.c_int64 * len(table))(*table)
    return int(_functions()[name](ctypes.addressof(packed)))
