"""Machine code of functions of the subset, made and loaded by LLVM."""

from __future__ import annotations

__all__ = ["Code", "build", "load", "processor"]

import ctypes
import platform
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import llvmlite.binding as llvm
import msgspec


class Code(msgspec.Struct, frozen=True):
    """An object file, and the symbol of each function."""

    object: bytes
    symbols: dict[str, str]


def processor() -> str:
    """What machine code is made for."""
    return f"{platform.machine()} {llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"


def build(functions: Mapping[str, tuple[Callable[..., Any], Sequence[str]]]) -> Code:
    """Compiles functions with their parameters (see ``Module.entry``) and what they call. Raises
    InternalError for what is outside of the subset."""
    from lastput.engine.translator.function import translate
    from lastput.engine.translator.module import Module

    target = _target()
    module = Module(translate)
    symbols = {name: module.entry(*function) for name, function in functions.items()}
    code = llvm.parse_assembly(module.text(target.triple, str(target.target_data)))
    code.verify()
    builder = llvm.create_pass_builder(target, llvm.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(code, builder)
    return Code(target.emit_object(code), symbols)


def load(code: Code) -> dict[str, Any]:
    """The functions, each from the address of its table of arguments to an int. They stay for the life of
    the process."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), _target())
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(code.object))
    engine.finalize_object()
    _engines.append(engine)
    kind = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_void_p)
    return {name: kind(engine.get_function_address(symbol)) for name, symbol in code.symbols.items()}


_engines: list[Any] = []  # they own the code


def _target() -> Any:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=3,
        jit=True,
    )
