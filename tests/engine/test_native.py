"""The cache of machine code, and states cut into parts."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.engine import native
from lastput.engine.pack import lay_out, learn
from lastput.engine.parts import read_roots, write_roots
from lastput.engine.translator.build import Code
from tests.engine.random_programs import random_program
from tests.engine.test_canonical import reachable


def test_a_damaged_cache_is_no_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LASTPUT_CACHE_DIR", str(tmp_path))
    assert native.is_cold()
    code = Code(b"machine code", {"explore": "symbol"})
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
    native._write(Code(b"machine code", {}))
    assert native._found() is None


@pytest.mark.parametrize("seed", range(1, 5))
def test_states_come_back_from_their_parts(seed: int) -> None:
    program = random_program(seed)
    states = reachable(program)
    layout = lay_out(program, learn(program, states), states[0])
    assert list(read_roots(layout, write_roots(layout, states))) == states
