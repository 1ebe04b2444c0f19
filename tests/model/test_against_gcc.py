"""Integer C means to the model what it means to gcc."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.model.c_by_gcc import by_gcc, by_model
from tests.model.random_c import Snippets

pytestmark = pytest.mark.needs_spin  # and gcc, which comes with that marker


@pytest.mark.parametrize("seed", range(4))
def test_random_snippets(tmp_path: Path, seed: int) -> None:
    snippets = Snippets(seed)
    bodies = [snippets.body() for _ in range(30)]
    compared = 0
    for body, gcc in zip(bodies, by_gcc(tmp_path, "", bodies), strict=True):
        if gcc is not None and (model := by_model("", body)) is not None:
            assert model == gcc, body
            compared += 1
    assert compared > 8
