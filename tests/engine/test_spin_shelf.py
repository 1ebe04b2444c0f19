"""SPIN, which nobody here wrote, agrees with us on every test of the shelf, to the state."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.engine.interpret import boot
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.spin import run_spin
from lastput.engine.verdict import Options
from lastput.model.compile import compile_file

SHELF = Path(__file__).parent.parent.parent / "litmus"
TESTS = [
    path for path in sorted(SHELF.glob("*/*.c")) if "-real" not in path.stem and path.parent.name != "eventfd"
]
UNREDUCED = Options(merge=False, symmetry=False)


@pytest.mark.needs_spin
@pytest.mark.parametrize("path", TESTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_same_states_and_errors(path: Path) -> None:
    program = compile_file(str(path)).program
    ours = check(program, UNREDUCED)
    assert ours.complete
    reached = {i for i, (ran, met) in enumerate(zip(ours.executed, ours.blocked, strict=True)) if ran or met}
    text = to_promela(program, boot(program), ours.ranges, locations=reached)
    spin = run_spin(text, depth=1_000_000, hash_bits=20, flags=("-O0", "-DSAFETY", "-DNOREDUCE"))
    assert spin.complete
    assert spin.states_stored == ours.stored
    assert sorted(spin.findings) == sorted(f.error.slug for f in ours.findings)
