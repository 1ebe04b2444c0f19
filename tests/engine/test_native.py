"""The cache of machine code, and states cut into parts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lastput.engine import native
from lastput.engine.pack import lay_out, learn
from lastput.engine.parts import read_roots, write_roots
from tests.engine.random_programs import random_program
from tests.engine.test_canonical import reachable


def test_a_damaged_cache_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTPUT_CACHE_DIR", str(tmp_path))
    assert native.is_cold()
    code = native._Code(b"machine code", {"explore": "symbol"})
    native._write(code)
    assert not native.is_cold()
    assert native._found() == code
    (path,) = tmp_path.iterdir()
    good = path.read_bytes()
    for bad in (b"", good[:10], good[:-1], good[:20] + b"?" + good[21:]):
        path.write_bytes(bad)
        assert native._found() is None


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "no-directory"
    file.write_text("")
    monkeypatch.setenv("LASTPUT_CACHE_DIR", str(file))
    native._write(native._Code(b"machine code", {}))
    assert native._found() is None


@pytest.mark.parametrize("seed", range(1, 5))
def test_states_come_back_from_their_parts(seed: int) -> None:
    program = random_program(seed)
    states = reachable(program)
    layout = lay_out(program, learn(program, states), states[0])
    assert list(read_roots(layout, write_roots(layout, states))) == states


def test_numba_still_works_in_the_same_process() -> None:
    """What the engine takes numba's helpers for must not be seen by other code of numba."""
    code = (
        "from lastput.engine.native import prepare; prepare()\n"
        "import numba, numpy\n"
        "assert numba.njit(lambda n: numpy.arange(n).sum())(5) == 10\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
