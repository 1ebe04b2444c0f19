"""The subset of Python that the compiled engine is written in: what it means, and what is outside of it."""

from __future__ import annotations

import ctypes
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastput.engine.translator.arrays import Hashes, Ints
from lastput.engine.translator.build import build, load
from lastput.errors import InternalError

Compiled = Callable[..., int]
_KINDS = {"int64": "i8", "uint64": "u8", "uint32": "u4", "uint16": "u2", "uint8": "u1"}


def compiled(function: Callable[..., Any], *kinds: str) -> Compiled:
    run = load(build({"f": (function, kinds)}))["f"]

    def call(*arguments: Any) -> int:
        table = []
        for argument in arguments:
            whole = isinstance(argument, np.ndarray)
            table += [argument.ctypes.data, argument.size] if whole else [argument, 0]
        packed = (ctypes.c_int64 * len(table))(*table)
        return int(run(ctypes.addressof(packed)))

    return call


def from_text(text: str) -> Callable[..., Any]:
    """A function whose text ``inspect`` can find."""
    file = f"<translated {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    scope: dict[str, Any] = {"np": np, "TABLE": (3, 1, 4, 1, 5)}
    exec(compile(text, file, "exec"), scope)
    found: Callable[..., Any] = scope["f"]
    return found


def words(*numbers: int, dtype: Any = np.int64) -> Any:
    return np.array(numbers, dtype=dtype)


# A program that computes: expressions over x, y, z and an array, in loops and branches.

_ATOMS = st.sampled_from(["x", "y", "z", "a[x & 3]", "a[(y + z) & 3]", "TABLE[z & 3]", "-7", "0", "1", "12"])


def _joined(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    binary = st.sampled_from(["+", "-", "*", "&", "|", "^"])
    return st.one_of(
        st.builds("({} {} {})".format, inner, binary, inner),
        st.builds(
            "({} {} {})".format, inner, st.sampled_from(["//", "%"]), st.sampled_from(["3", "-5", "8"])
        ),
        st.builds("({} << ({} & 3))".format, inner, inner),
        st.builds("({} >> ({} & 7))".format, inner, inner),
        st.builds("({} if {} < {} else {})".format, inner, inner, inner, inner),
        st.builds("{}({}, {})".format, st.sampled_from(["min", "max"]), inner, inner),
        st.builds("abs({})".format, inner),
        st.builds("(~{})".format, inner),
        st.builds("int(0 <= {} < {})".format, inner, inner),
        st.builds("int({} == 1 and not {} or {} != {})".format, inner, inner, inner, inner),
    )


_EXPRESSIONS = st.recursive(_ATOMS, _joined, max_leaves=5)


def _indented(body: list[str]) -> str:
    return "\n".join("    " + line for text in body for line in text.splitlines())


def _nested(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(inner, min_size=1, max_size=3).map(_indented)
    tests = st.builds("{} {} {}".format, _EXPRESSIONS, st.sampled_from(["<", "==", ">="]), _EXPRESSIONS)
    return st.one_of(
        st.builds("if {}:\n{}".format, tests, bodies),
        st.builds("if {}:\n{}\nelse:\n{}".format, tests, bodies, bodies),
        st.builds("for k in range({} & 3):\n    z += k\n{}".format, _EXPRESSIONS, bodies),
        st.builds(
            "for k in range(3, -2, -2):\n{}\n    if {}:\n        {}\nelse:\n{}".format,
            bodies,
            tests,
            st.sampled_from(["break", "continue"]),
            bodies,
        ),
        st.builds("while turns < 6:\n    turns += 1\n    if {}:\n        break\n{}".format, tests, bodies),
    )


_ASSIGNMENTS = st.one_of(
    st.builds("{} = ({}) % 1009".format, st.sampled_from(["x", "y", "z", "a[y & 3]"]), _EXPRESSIONS),
    st.builds("{} ^= ({}) & 63".format, st.sampled_from(["x", "z", "a[x & 3]"]), _EXPRESSIONS),
)
_PROGRAMS = st.lists(st.recursive(_ASSIGNMENTS, _nested, max_leaves=6), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(_PROGRAMS, st.lists(st.integers(-99, 99), min_size=7, max_size=7))
def test_programs_compute_what_python_computes(body: list[str], numbers: list[int]) -> None:
    head = "def f(a, x, y, z):\n    turns = 0\n"
    function = from_text(head + _indented(body) + "\n    return x * 1000003 + y * 1009 + z\n")
    slow = numbers[:4]
    fast = words(*slow)
    wrapped = (function(slow, *numbers[4:]) + (1 << 63)) % (1 << 64) - (1 << 63)
    assert compiled(function, "i8", "number", "number", "number")(fast, *numbers[4:]) == wrapped
    assert fast.tolist() == slow


def _divided(a: Ints) -> tuple[int, int]:
    return a[0] // a[1], a[0] % a[1]


def _quotient_and_rest(a: Ints) -> int:
    quotient, rest = _divided(a)
    a[2] = quotient
    return rest


@pytest.mark.parametrize("pair", [(7, 2), (-7, 2), (7, -2), (-7, -2), (6, 3), (-6, 3), (0, -5)])
def test_division_rounds_down_and_tuples_are_returned(pair: tuple[int, int]) -> None:
    dividend, divisor = pair
    a = words(dividend, divisor, 0)
    rest = compiled(_quotient_and_rest, "i8")(a)
    assert (int(a[2]), rest) == divmod(dividend, divisor)


def _mixed(h: Hashes, a: Ints) -> int:
    one = (h[0] * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    if one > h[1]:
        a[0] = int(one & np.uint64(0xFFFF))
    h[1] += one
    return int(h[1])


def test_numbers_without_a_sign() -> None:
    h = words(3, 1 << 63, dtype=np.uint64)
    a = words(-1)
    one = (3 * 0x9E3779B97F4A7C15 % (1 << 64)) >> 32
    assert compiled(_mixed, "u8", "i8")(h, a) == (1 << 63) + one - (1 << 64)
    assert a.tolist() == [-1]
    assert h.tolist() == [3, (1 << 63) + one]


def _fill(a: Ints, first: int) -> None:
    part = a[first : first + 2]
    for k in range(len(part)):
        part[k] = -1
    rest = a[first + 2 :]
    rest[0] += len(rest)


def _fill_from(a: Ints, first: int) -> int:
    _fill(a, first)
    return len(a)


@pytest.mark.parametrize("dtype", [np.int64, np.uint32, np.uint16, np.uint8])
def test_slices_are_the_same_memory_and_what_is_stored_is_cut(dtype: Any) -> None:
    a = words(*range(6), dtype=dtype)
    kind = _KINDS[np.dtype(dtype).name]
    assert compiled(_fill_from, kind, "number")(a, 1) == 6
    cut = -1 if kind == "i8" else int(np.iinfo(dtype).max)
    assert a.tolist() == [0, cut, cut, 3 + 3, 4, 5]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("x = 1.5", "1.5"),
        ("x = unknown", "unknown is no variable"),
        ("x = x ** 2", "Pow"),
        ("x = x / 2", "Div"),
        ("x = np.uint64(3) + x", "int where np.uint64"),
        ("x = a", "array of i8 where int"),
        ("x = a[0:2:2]", "0:2:2"),
        ("x = print(x)", "print"),
        ("for k in range(0, 9, x): pass", "a step"),
        ("for k in a: pass", "For"),
        ("raise ValueError", "Raise"),
        ("return a", "array of i8 where int"),
        ("return", "returns that do not agree"),
    ],
)
def test_what_is_outside_is_refused_with_its_place(line: str, what: str) -> None:
    function = from_text(f"def f(a, x):\n    if x:\n        return 1\n    {line}\n    return 2\n")
    with pytest.raises(InternalError) as caught:
        build({"f": (function, ("i8", "number"))})
    assert what in caught.value.what
    assert caught.value.place is not None
    assert caught.value.place.line == 4
