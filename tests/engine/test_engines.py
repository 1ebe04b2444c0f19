"""The Python and the compiled engine, with and without reductions, on programs made at random."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from lastput.engine.program import ErrorClass, Program
from lastput.engine.search import check
from lastput.engine.trace import replay
from lastput.engine.verdict import Options, Result
from tests.engine import programs
from tests.engine.random_programs import programs as random_programs
from tests.engine.random_programs import random_program

#: Programs with more states are passed over.
LIMIT = 4_000
BARE = Options(merge=False, symmetry=False, engine="python", max_states=LIMIT)


def classes(result: Result) -> list[ErrorClass]:
    return [f.error for f in result.findings]


def compare(program: Program) -> None:
    """The same answers from both engines, and the same verdict under all reductions."""
    whole = check(program, BARE)
    if not whole.complete:
        return
    for found in whole.findings:
        replay(program, found.schedule)
    for merge in (False, True):
        for symmetry in (False, True):
            options = Options(merge=merge, symmetry=symmetry, partial_order=False, engine="python")
            slow = check(program, options)
            fast = check(program, msgspec.structs.replace(options, engine="compiled"))
            assert fast == msgspec.structs.replace(slow, engine="compiled")
            assert (slow.verdict, classes(slow)) == (whole.verdict, classes(whole))
            assert slow.executed == whole.executed
            assert slow.stored <= whole.stored
            for found in slow.findings:
                _, outcomes = replay(program, found.schedule)
                if found.thread >= 0:
                    last = outcomes[-1]
                    seen = (*last.warnings, last.fatal)
                    assert any(fault is not None and fault.error is found.error for fault in seen)


HAND_WRITTEN = [
    programs.counter(3, True),
    programs.counter(2, False, 2),
    programs.abba(),
    programs.use_after_free(),
    programs.use_after_free(fixed=True),
    programs.unmapped(),
    programs.unmapped(flushed=True),
    programs.chooser(),
    programs.picker(4),
    programs.spawner(),
]


@pytest.mark.parametrize("program", HAND_WRITTEN, ids=lambda p: p.name)
def test_hand_written(program: Program) -> None:
    compare(program)


@pytest.mark.parametrize("seed", range(12))
def test_seeds(seed: int) -> None:
    compare(random_program(seed))


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_programs())
def test_random(program: Program) -> None:
    compare(program)
