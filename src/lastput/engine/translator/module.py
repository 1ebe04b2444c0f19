"""The module that functions are translated into: each once for the sorts of its arguments."""

from __future__ import annotations

__all__ = ["Callee", "Module", "Translate"]

import ast
import inspect
import itertools
import textwrap
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from lastput.engine.translator.values import Array, Sort, Type, llvm_types

#: What a parameter of an entry is: an array, or a number.
NUMBER = "number"


class Callee(msgspec.Struct, frozen=True):
    """A translated function. ``results`` has no entry, one, or those of a tuple."""

    symbol: str
    results: tuple[Type, ...]

    @property
    def llvm(self) -> str:
        """The type that it returns."""
        types = [one for kind in self.results for one in llvm_types(kind)]
        if not types:
            return "void"
        return types[0] if len(types) == 1 else f"{{ {', '.join(types)} }}"


class Translate(Protocol):
    """Translates one function; see ``function.translate``."""

    def __call__(
        self,
        module: Module,
        names: dict[str, Any],
        tree: ast.FunctionDef,
        file: str,
        line: int,
        symbol: str,
        types: tuple[Type, ...],
    ) -> tuple[Callee, str]: ...


class Module:
    """The text of an LLVM module; functions are added when they are asked for."""

    def __init__(self, translate: Translate) -> None:
        self._translate = translate
        self._callees: dict[tuple[Callable[..., Any], tuple[Type, ...]], Callee] = {}
        self._tables: dict[tuple[int, ...], str] = {}
        self._texts: list[str] = []
        self._numbers = itertools.count()

    def function(self, function: Callable[..., Any], types: tuple[Type, ...]) -> Callee:
        """The translation for arguments of these types; what it calls is translated with it."""
        known = self._callees.get((function, types))
        if known is None:
            tree, file, line = _source(function)
            symbol = f"{function.__name__}.{next(self._numbers)}"
            known, text = self._translate(self, function.__globals__, tree, file, line, symbol, types)
            self._callees[function, types] = known
            self._texts.append(text)
        return known

    def table(self, numbers: Sequence[int]) -> str:
        """The symbol of a constant array of 64-bit numbers."""
        return self._tables.setdefault(tuple(numbers), f"@table.{len(self._tables)}")

    def entry(self, function: Callable[..., Any], parameters: Sequence[str]) -> str:
        """Adds a C function that takes the address of a table with an address and a length for each array
        of ``parameters`` (keys of WIDTHS), or a number and 0, and returns an int. Gives its symbol."""
        types: tuple[Type, ...] = tuple(Sort.INT if p == NUMBER else Array(p) for p in parameters)
        callee = self.function(function, types)
        lines = []
        operands = []
        for k, kind in enumerate(types):
            for part, llvm in enumerate(llvm_types(kind)):
                at = 2 * k + part
                lines += [
                    f"  %a{at} = getelementptr inbounds i64, ptr %table, i64 {at}",
                    f"  %v{at} = load {llvm}, ptr %a{at}",
                ]
                operands.append(f"{llvm} %v{at}")
        symbol = f"lastput_{function.__name__}"
        self._texts.append(
            "\n".join(
                [
                    f"define i64 @{symbol}(ptr %table) nounwind {{",
                    *lines,
                    f"  %result = call i64 @{callee.symbol}({', '.join(operands)})",
                    "  ret i64 %result",
                    "}",
                ]
            )
        )
        return symbol

    def text(self, triple: str, layout: str) -> str:
        """The whole module, for a target triple and a data layout."""
        head = [f'target triple = "{triple}"', f'target datalayout = "{layout}"']
        head += [
            f"{symbol} = internal constant [{len(table)} x i64] [{', '.join(f'i64 {n}' for n in table)}]"
            for table, symbol in self._tables.items()
        ]
        head += [
            "declare i64 @llvm.smin.i64(i64, i64)",
            "declare i64 @llvm.smax.i64(i64, i64)",
            "declare i64 @llvm.abs.i64(i64, i1)",
        ]
        return "\n".join([*head, *self._texts, ""])


def _source(function: Callable[..., Any]) -> tuple[ast.FunctionDef, str, int]:
    """The tree of a function, its file, and the line that comes before its first."""
    lines, first = inspect.getsourcelines(function)
    (tree,) = ast.parse(textwrap.dedent("".join(lines))).body
    assert isinstance(tree, ast.FunctionDef)
    return tree, inspect.getfile(function), first - 1
