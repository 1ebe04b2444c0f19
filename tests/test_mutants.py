"""Mutants of the shelf: reductions change no verdict of theirs, and the protocol's faults are noticed.

A fixed sample; ``python -m tests.mutants`` runs them all.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Literal

import pytest

from lastput.engine.verdict import Options
from tests.mutants import SHELF, Mutant, mutants, safe_tests, verdict

_LIMIT = 50_000
_UNREDUCED = Options(merge=False, symmetry=False, max_states=_LIMIT)
_SAMPLE = 30
#: With 'auto', a small search does without partial order.
_ENGINES: tuple[Literal["auto", "compiled"], ...] = ("auto", "compiled")
#: Tests whose own lines are a protocol, in a few lines: what a mutant breaks should show.
_PROTOCOLS = (
    "module/selfput-in-release-fixed.c",
    "ref/use-after-put-fixed.c",
    "slab/used-after-free-fixed.c",
    "lock/abba-fixed.c",
)


def _sample() -> list[tuple[Path, Mutant]]:
    everything = [(path, one) for path in safe_tests([]) for one in mutants(path.read_text())]
    return Random(1).sample(everything, _SAMPLE)


@pytest.mark.parametrize(
    "path, mutant", [pytest.param(p, m, id=f"{p.parent.name}-{p.stem}:{m.what}") for p, m in _sample()]
)
def test_reductions_change_no_verdict_of_a_mutant(path: Path, mutant: Mutant) -> None:
    plain = verdict(mutant.text, path, _UNREDUCED)
    if plain == ("!too many states",):
        return
    for engine in _ENGINES:
        assert verdict(mutant.text, path, Options(engine=engine, max_states=_LIMIT)) == plain


@pytest.mark.parametrize("name", _PROTOCOLS)
def test_most_mutants_of_a_protocol_are_noticed(name: str) -> None:
    path = SHELF / name
    found = [
        (one.what, verdict(one.text, path, Options(max_states=_LIMIT))) for one in mutants(path.read_text())
    ]
    missed = [what for what, classes in found if not classes]
    assert len(missed) * 2 <= len(found), missed
