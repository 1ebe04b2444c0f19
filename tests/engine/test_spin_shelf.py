"""SPIN, which nobody here wrote, agrees with us on the tests of the shelf, to the state.

A sixth of them, chosen by a digest of the name; LASTPUT_WHOLE_SHELF=1 takes all, which costs half an hour.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from lastput.engine.interpret import boot
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.spin import run_spin
from lastput.engine.verdict import Options
from lastput.model.compile import compile_file

SHELF = Path(__file__).parent.parent.parent / "litmus"
#: pan's own compression takes distinct states for one where the vector is wide: -DNOCOMP.
FLAGS = ("-O0", "-DSAFETY", "-DNOREDUCE", "-DNOCOMP")
_SIXTH = 6


def _chosen(path: Path) -> bool:
    if "-real" in path.stem or path.parent.name == "eventfd":
        return False
    name = f"{path.parent.name}/{path.name}"
    return (
        bool(os.environ.get("LASTPUT_WHOLE_SHELF")) or not hashlib.sha256(name.encode()).digest()[0] % _SIXTH
    )


TESTS = [path for path in sorted(SHELF.glob("*/*.c")) if _chosen(path)]
#: SPIN looks for states in which nothing moves, not for livelocks.
UNREDUCED = Options(merge=False, symmetry=False, livelocks=False)


@pytest.mark.needs_spin
@pytest.mark.parametrize("path", TESTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_same_states_and_errors(path: Path) -> None:
    program = compile_file(str(path)).program
    ours = check(program, UNREDUCED)
    assert ours.complete
    reached = {i for i, (ran, met) in enumerate(zip(ours.executed, ours.blocked, strict=True)) if ran or met}
    text = to_promela(program, boot(program), ours.ranges, locations=reached)
    spin = run_spin(text, depth=1_000_000, hash_bits=20, flags=FLAGS)
    assert spin.complete
    assert spin.states_stored == ours.stored
    assert sorted(spin.findings) == sorted(f.error.slug for f in ours.findings)
