"""The compiled engine as machine code: made once by numba, kept in a cache, loaded without numba.

The cache stands beside the package; if that is not writable, in the user's cache directory. A file is
named by a digest of the sources, of the versions that compiled them, and of the processor; it begins
with a digest of the rest, so that a damaged file is made again.
"""

from __future__ import annotations

__all__ = ["ARGUMENTS", "call", "is_cold", "prepare"]

import contextlib
import ctypes
import hashlib
import importlib
import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import msgspec
import numpy as np

#: What the arguments of each function are: arrays of these numbers, or numbers.
ARGUMENTS = {
    "canonical_into": ("i8", "i8", "i8", "u8", "i8", "u8"),
    "explore": (
        *("i8", "i8", "u4", "i8", "u4", "i8", "u4", "i8", "i8", "i8", "u1", "u1"),
        *("i8", "i8", "i8", "u8", "i8", "u8", "i8", "i8", "i8"),
    ),
    "observe": ("i8", "i8", "number", "i8", "number", "i8", "u1", "i8", "i8", "i8"),
    "rebuild": ("i8", "number", "number", "u4", "number"),
    "route": (
        *("i8", "i8", "u4", "i8", "u4", "i8", "u4", "i8", "i8", "u2", "u2", "u4", "u1"),
        *("i8", "i8", "i8", "u1", "i8", "i8", "i8", "u8", "i8", "u8", "i8", "i8", "i8"),
    ),
    "transfer": (*("i8", "i8", "number", "i8", "i8", "i8", "i8", "i8", "u4", "i8", "u4", "i8", "i8", "i8"),),
}
_TYPES = {kind: np.dtype(kind) for kind in ("i8", "u8", "u4", "u2", "u1")}

#: Files whose text ends up in compiled code.
SOURCES = (
    *("blocks", "blocks_fast", "canonical", "canonical_numba", "canonical_tables", "entries", "explore"),
    *("image", "index", "interpret", "jit", "kinds", "layout_fast", "machine", "native", "program", "races"),
    *("routes", "signals", "store"),
)
_DIGEST = 16
#: numba counts references to arrays, even to those that it does not own; and it owns none here.
_COUNTING = re.compile(r"^ *(tail )?call void @NRT_(in|de)cref\(.*\)\n", re.MULTILINE)


class _Code(msgspec.Struct, frozen=True):
    """An object file, and the symbol of each function."""

    object: bytes
    symbols: dict[str, str]


def _target() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
    )


@cache
def _name() -> str:
    digest = hashlib.blake2b(digest_size=8)
    here = Path(__file__).parent
    for name in SOURCES:
        digest.update((here / f"{name}.py").read_bytes())
    for package in ("numba", "llvmlite"):
        digest.update(importlib.metadata.version(package).encode())
    cpu = f"{platform.machine()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    digest.update(cpu.encode())
    return f"engine-{digest.hexdigest()}.bin"


def _folders() -> list[Path]:
    """Where machine code may be kept, the best place first."""
    given = os.environ.get("LASTPUT_CACHE_DIR")
    if given:
        return [Path(given)]
    user = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return [Path(__file__).parent / "__pycache__", Path(user) / "lastput"]


def _read(path: Path) -> _Code | None:
    """What a file of the cache holds, None if it is not there or not whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    if hashlib.blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() != data[:_DIGEST]:
        return None
    try:
        return msgspec.msgpack.decode(data[_DIGEST:], type=_Code)
    except msgspec.MsgspecError:
        return None


def _write(code: _Code) -> None:
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


def _found() -> _Code | None:
    return next((code for folder in _folders() if (code := _read(folder / _name())) is not None), None)


def is_cold() -> bool:
    """Whether the engine has to be compiled first (some seconds, once per installation)."""
    return not any((folder / _name()).exists() for folder in _folders())


def _compile() -> _Code:
    """numba would optimise each function by itself, and again in all that call it: that is left to one
    pass over the whole."""
    config: Any = importlib.import_module("numba.core.config")
    before = config.OPT
    config.OPT = config._OptLevel(0)
    try:
        from lastput.engine.entries import ENTRIES

        texts = [
            _HELPERS.sub(r"@lastput_\1", _COUNTING.sub("", entry._library.get_llvm_str()))
            for entry in ENTRIES.values()
        ]
    finally:
        config.OPT = before
    target = _target()
    whole = llvm.parse_assembly("")
    for text in texts:
        whole.link_in(llvm.parse_assembly(text))
    symbols = {name: entry.native_name for name, entry in ENTRIES.items()}
    for function in whole.functions:
        if not function.is_declaration and function.name not in symbols.values():
            function.linkage = "internal"
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(whole, builder)
    return _Code(target.emit_object(whole), symbols)


@cache
def _functions() -> dict[str, Any]:
    code = _found()
    if code is None:
        print(
            "lastput: compiling the search, once per installation: about half a minute",
            file=sys.stderr,
            flush=True,
        )
        code = _compile()
        _write(code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
    # numba's code for exceptions refers to numba; nothing here raises any. The names are ours: symbols are
    # those of the whole process, and numba may have code of its own in it.
    never = ctypes.cast(ctypes.CDLL(None).abort, ctypes.c_void_p).value
    for symbol in _NUMBA:
        llvm.add_symbol(f"lastput_{symbol}", never)
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code.object))
    engine.finalize_object()
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
    functions: dict[str, Any] = {
        name: kind(engine.get_function_address(symbol)) for name, symbol in code.symbols.items()
    }
    functions[""] = engine  # it owns the code
    return functions


_NUMBA = (
    "NRT_Free",
    "NRT_MemInfo_call_dtor",
    "NRT_decref",
    "NRT_incref",
    "numba_do_raise",
    "numba_gil_ensure",
    "numba_gil_release",
    "numba_runtime_build_excinfo_struct",
    "numba_unpickle",
)
_HELPERS = re.compile(rf"@({'|'.join(_NUMBA)})\b")


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
