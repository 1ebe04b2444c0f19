"""The compiled canonical form is the one in Python, bit for bit."""

from __future__ import annotations

import random

import numpy as np
import pytest

from lastput.engine.canonical import Canonicalizer
from lastput.engine.canonical_arrays import canonical_arrays
from lastput.engine.native import call
from lastput.engine.program import Program
from tests.engine.equivariance import random_image
from tests.engine.random_programs import random_program
from tests.engine.test_canonical import reachable, ring

State = tuple[int, ...]


def compiled(program: Program, states: list[State]) -> list[State]:
    arrays = canonical_arrays(program)
    out = np.zeros(len(program.slots), dtype=np.int64)
    forms = []
    for state in states:
        slots = np.array(state, dtype=np.int64)
        moved = call("canonical_into", slots, out, *arrays)
        form = tuple(out.tolist())
        assert tuple(slots.tolist()) == state
        assert moved or form == state
        forms.append(form)
    return forms


def test_same_as_in_python_on_random_programs() -> None:
    moved = 0
    for seed in range(100, 140):
        program = random_program(seed)
        canonical = Canonicalizer(program)
        rng = random.Random(seed)
        states = reachable(program)
        sample = rng.sample(states, min(len(states), 60))
        sample += [canonical.permute(state, random_image(canonical, rng)) for state in sample]
        forms = [canonical.canonical(state) for state in sample]
        assert compiled(program, sample) == forms
        moved += sum(form != state for form, state in zip(forms, sample, strict=True))
    assert moved > 300


@pytest.mark.parametrize("sizes", [(2,), (1, 1, 2), (2, 2), (5, 2)])
def test_same_as_in_python_where_ties_are_broken(sizes: tuple[int, ...]) -> None:
    program, canonical, state = ring(sizes)
    rng = random.Random(3)
    states = [canonical.permute(state, random_image(canonical, rng)) for _ in range(20)]
    assert compiled(program, states) == [canonical.canonical(s) for s in states]


def test_scratch_space_can_be_multiplied() -> None:
    arrays = canonical_arrays(random_program(1))
    other = arrays.another()
    assert other.tables is arrays.tables and other.keys is arrays.keys
    assert not np.shares_memory(other.numbers, arrays.numbers)
    assert not np.shares_memory(other.hashes, arrays.hashes)
