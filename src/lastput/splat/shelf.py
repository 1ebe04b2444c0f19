"""Which litmus test asks the question of a report: found by its error class and the functions in it."""

from __future__ import annotations

__all__ = ["ShelfTest", "functions_of", "matches"]

import math
import re
from collections.abc import Sequence

import msgspec

from lastput.schema.splat import Diagnosis, Report, TestMatch
from lastput.splat.kernel import base_name
from lastput.splat.machinery import MACHINERY

_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_CALL = re.compile(r"\b([a-z_]\w*)\s*\(")
_SOURCE = re.compile(r"^\s*SOURCE\s*\(([^)]*)\)", re.MULTILINE)
_NAME = re.compile(r"[a-z_]\w*")
_WORDS = frozenset(("if", "while", "for", "switch", "return", "sizeof", "int", "void", "struct", "do"))
_BORDER = frozenset(
    ("do_syscall_64", "kthread", "ret_from_fork", "ret_from_fork_asm", "worker_thread", "process_one_work")
)


class ShelfTest(msgspec.Struct, frozen=True):
    """A test of the shelf: its error classes, the functions that it names, and those of files it includes;
    ``replayed``: it can be forced onto a real kernel."""

    name: str
    question: str
    errors: tuple[str, ...]
    functions: frozenset[str]
    around: frozenset[str] = frozenset()
    needs_tree: bool = False
    replayed: bool = False


def functions_of(text: str) -> frozenset[str]:
    """The functions that a litmus file defines or calls, or takes from a kernel tree."""
    code = _COMMENT.sub(" ", text)
    named = {name for inside in _SOURCE.findall(code) for name in _NAME.findall(inside)}
    return frozenset((set(_CALL.findall(code)) | named) - _WORDS)


def matches(
    report: Report, diagnosis: Diagnosis, tests: Sequence[ShelfTest], most: int = 2
) -> tuple[TestMatch, ...]:
    """The tests of the same class that share most with the report; those that share nothing are left out.

    Names that few tests have count more: each is worth the logarithm of its rarity on the shelf.
    """
    classes = {diagnosis.error, *diagnosis.also} - {""}
    if not classes:
        return ()
    seen = {
        base_name(frame.function)
        for stack in report.stacks
        for frame in stack.frames
        if frame.function and frame.function not in MACHINERY
    } - _BORDER
    wanted = {base_name(name) for name in diagnosis.terms if name} - _BORDER
    rarity = _rarity(tests)
    scored = []
    for test in tests:
        if not classes.intersection(test.errors):
            continue
        own = test.functions & (seen | wanted)
        near = (test.around - test.functions) & seen
        score = sum(rarity[name] * (2 if name in seen else 1) for name in sorted(own))
        score += sum(rarity[name] for name in sorted(near))
        if score > 0:
            scored.append((-score, test.needs_tree, len(test.functions), test.name, test, own | near))
    scored.sort(key=lambda row: row[:4])
    best = -scored[0][0] if scored else 0.0
    return tuple(
        TestMatch(test.name, test.question, _command(test), _replay(test), tuple(sorted(shared)))
        for score, _, _, _, test, shared in scored[:most]
        if -score >= 0.6 * best
    )


def _command(test: ShelfTest) -> str:
    tree = " --tree /usr/src/linux" if test.needs_tree else ""
    return f"lastput check {test.name}{tree}"


def _replay(test: ShelfTest) -> str:
    return f"lastput replay --fetch {test.name}" if test.replayed and not test.needs_tree else ""


def _rarity(tests: Sequence[ShelfTest]) -> dict[str, float]:
    count: dict[str, int] = {}
    for test in tests:
        for name in test.functions | test.around:
            count[name] = count.get(name, 0) + 1
    return {name: math.log(1 + len(tests) / number) for name, number in count.items()}
