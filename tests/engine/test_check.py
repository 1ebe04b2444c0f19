"""Small programs with known answers."""

from __future__ import annotations

import pytest

from lastput.engine.program import ErrorClass, Program
from lastput.engine.search import check
from lastput.engine.trace import replay
from lastput.engine.verdict import Options, Verdict
from tests.engine import programs

PLAIN = Options(merge=False, symmetry=False, engine="python")

CASES: list[tuple[Program, set[ErrorClass]]] = [
    (programs.counter(2, True), set()),
    (programs.counter(2, False), {ErrorClass.REFCOUNT_UNDERFLOW}),
    (programs.abba(), {ErrorClass.DEADLOCK}),
    (programs.use_after_free(), {ErrorClass.USE_AFTER_FREE}),
    (programs.use_after_free(fixed=True), set()),
    (programs.unmapped(), {ErrorClass.UNMAPPED_TEXT}),
    (programs.unmapped(flushed=True), set()),
    (programs.chooser(), {ErrorClass.WARN, ErrorClass.LEAK}),
    (programs.picker(), set()),
    (programs.spawner(), {ErrorClass.LOCK_MISUSE}),
]


@pytest.mark.parametrize(("program", "errors"), CASES, ids=lambda x: getattr(x, "name", ""))
def test_verdict(program: Program, errors: set[ErrorClass]) -> None:
    result = check(program, PLAIN)
    assert {f.error for f in result.findings} == errors
    assert result.verdict is (Verdict.UNSAFE if errors else Verdict.SAFE)
    assert result.complete
    for found in result.findings:
        replay(program, found.schedule)


def test_shortest() -> None:
    result = check(programs.abba(), PLAIN)
    assert result.findings[0].schedule == ((0, 0), (1, 0))
    result = check(programs.unmapped(), PLAIN)
    assert result.findings[0].schedule == ((0, 0), (1, 0), (1, 0), (0, 0))
    assert result.findings[0].text == 0


def test_counts() -> None:
    # Nothing done, held by one of two, freed; and the tree of two choices with two ends per leaf.
    assert check(programs.picker(1), PLAIN).stored == 4
    assert check(programs.chooser(), PLAIN).stored == 1 + 3 + 9 + 9
