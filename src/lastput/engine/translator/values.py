"""The sorts of values, and the text that stands for one in LLVM IR."""

from __future__ import annotations

__all__ = ["WIDTHS", "Array", "Sort", "Type", "Value", "llvm_types", "number", "value_of"]

import enum
from collections.abc import Sequence

import msgspec

#: Bits of the elements of arrays, by numpy's codes.
WIDTHS = {"i8": 64, "u8": 64, "u4": 32, "u2": 16, "u1": 8}
_HALF, _WHOLE = 1 << 63, 1 << 64


class Sort(enum.Enum):
    """What fits a register."""

    INT = "int"
    UNSIGNED = "np.uint64"
    TRUTH = "bool"

    @property
    def llvm(self) -> str:
        return "i1" if self is Sort.TRUTH else "i64"

    def __str__(self) -> str:
        return self.value


class Array(msgspec.Struct, frozen=True):
    """An address and a length; ``element`` is a key of WIDTHS."""

    element: str

    @property
    def sort(self) -> Sort:
        """The sort of an element that was loaded."""
        return Sort.UNSIGNED if self.element == "u8" else Sort.INT

    def __str__(self) -> str:
        return f"array of {self.element}"


Type = Sort | Array


class Value(msgspec.Struct, frozen=True):
    """``text`` is an operand, for an array its address; ``length`` is that of an array. ``constant`` is
    the number if it is known: such a one takes the sort of what it meets."""

    type: Type
    text: str
    length: str = ""
    constant: int | None = None


def number(value: int, sort: Sort = Sort.INT) -> Value:
    """A constant of 64 bits."""
    wrapped = (value + _HALF) % _WHOLE - _HALF
    return Value(sort, str(wrapped), constant=value)


def llvm_types(kind: Type) -> list[str]:
    """The types of the operands that a value takes up."""
    return ["ptr", "i64"] if isinstance(kind, Array) else [kind.llvm]


def value_of(kind: Type, texts: Sequence[str]) -> Value:
    """The value with these operands."""
    return Value(kind, texts[0], texts[1] if len(texts) > 1 else "")
