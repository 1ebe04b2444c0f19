"""The canonical form names each orbit once, and the search over canonical forms decides the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from itertools import permutations, product
from math import factorial, prod
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lastput.engine.canonical import Canonicalizer
from lastput.engine.program import Kind, Op, Program
from tests.engine.assembler import Assembler
from tests.engine.equivariance import random_image, unlike
from tests.engine.random_programs import programs, random_program
from tests.engine.small_search import TooLarge, explore

_SETTINGS = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
_LIMIT = 800


def reachable(program: Program) -> list[tuple[int, ...]]:
    """The reachable states in a fixed order; none if they are too many."""
    try:
        return sorted(explore(program, limit=_LIMIT).states)
    except TooLarge:
        return []


@given(programs(), st.integers(0, 1 << 30))
@_SETTINGS
def test_representative_is_in_the_orbit_and_the_same_for_all_of_it(program: Program, seed: int) -> None:
    canonical = Canonicalizer(program)
    rng = random.Random(seed)
    for state in reachable(program)[:100]:
        form = canonical.canonical(state)
        assert canonical.canonical(form) == form
        image = canonical.permutation(state)
        assert sorted(image) == list(range(len(image)))
        inverse = [image.index(e) for e in range(len(image))]
        assert canonical.permute(canonical.permute(state, image), inverse) == state
        assert form == canonical.permute(state, image)
        assert canonical.canonical(canonical.permute(state, random_image(canonical, rng))) == form


@given(programs())
@_SETTINGS
def test_symmetric_search_meets_each_orbit_once_and_every_error_class(program: Program) -> None:
    try:
        full = explore(program, limit=_LIMIT)
    except TooLarge:
        return
    canonical = Canonicalizer(program).canonical
    reduced = explore(program, canonical)
    assert reduced.states == {canonical(state) for state in full.states}
    assert reduced.classes == full.classes


def orbits(program: Program, canonical: Canonicalizer, states: list[tuple[int, ...]]) -> int:
    """Counts the orbits of states by trying all permutations."""
    classes = canonical.tables.classes
    choices = [permutations(range(c.first, c.first + c.size)) for c in classes]
    images = [[e for part in parts for e in part] for parts in product(*choices)]
    return len({min(canonical.permute(state, image) for image in images) for state in states})


def test_counts_orbits_as_all_permutations_do() -> None:
    counted = 0
    for seed in range(60):
        program = random_program(seed)
        canonical = Canonicalizer(program)
        states = reachable(program)[:100]
        if prod(factorial(c.size) for c in canonical.tables.classes) > 200:
            continue
        assert len({canonical.canonical(s) for s in states}) == orbits(program, canonical, states)
        counted += len(states)
    assert counted > 1000


_PRINT = """
from lastput.engine.canonical import Canonicalizer
from tests.engine.equivariance import random_image, unlike
from tests.engine.random_programs import random_program
from tests.engine.small_search import explore
for seed in range(4):
    program = random_program(seed)
    print(sorted(explore(program, Canonicalizer(program).canonical).states))
"""


def test_does_not_depend_on_the_hash_seed() -> None:
    root = Path(__file__).parents[2]
    outputs = set()
    for seed in ("1", "2"):
        path = os.pathsep.join((str(root / "src"), str(root)))
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
        run = subprocess.run([sys.executable, "-c", _PRINT], env=env, capture_output=True, check=True)
        outputs.add(run.stdout)
    assert len(outputs) == 1 and len(outputs.pop()) > 1000


def test_alike_states_have_alike_steps() -> None:
    compared = 0
    for seed in range(60, 100):
        program = random_program(seed)
        rng = random.Random(seed)
        states = reachable(program)
        sample = rng.sample(states, min(len(states), 50))
        assert not unlike(program, sample, rng)
        compared += len(sample)
    assert compared > 500


def test_comparing_addresses_breaks_the_symmetry_and_is_found() -> None:
    a = Assembler("unfair")
    first = a.variable("first", pointer=True)
    body = a.code("thread", ())
    body.location("start", Kind.SYNC)
    lower = body.binary(Op.LT, body.lda(first), body.task())
    body.sta(first, body.binary(Op.MUL, lower, body.task()))
    body.next("end")
    body.end()
    for i in range(2):
        a.thread(f"thread{i}", body, "start", group=0)
    program = a.program()
    assert unlike(program, sorted(explore(program).states) * 4, random.Random(1))


def test_reduces_random_programs() -> None:
    full = reduced = 0
    for seed in range(30):
        program = random_program(seed)
        states = reachable(program)
        full += len(states)
        reduced += len({Canonicalizer(program).canonical(state) for state in states})
    assert reduced < full / 1.5


def test_program_that_is_not_symmetric_is_left_alone() -> None:
    program = next(p for p in map(random_program, range(100)) if not p.symmetric)
    canonical = Canonicalizer(program)
    assert not canonical.tables.classes
    for state in reachable(program)[:50]:
        assert canonical.canonical(state) is state


def ring(sizes: tuple[int, ...]) -> tuple[Program, Canonicalizer, tuple[int, ...]]:
    """A state of unreachable rings of objects, each pointing to the next one."""
    a = Assembler("ring")
    pool = a.pool("node", ("value", "next*"), sum(sizes), pad=1)
    body = a.code("idle", ())
    body.end()
    a.thread("idle", body, "end")
    program = a.program()
    state = [slot.init for slot in program.slots]
    at = 0
    for size in sizes:
        for i in range(size):
            item = program.objects[program.pools[0].objects[at + i]]
            state[item.life] = 1
            state[program.cells[item.base + 1]] = pool.bases[at + (i + 1) % size]
        at += size
    return program, Canonicalizer(program), tuple(state)


@pytest.mark.parametrize("sizes", [(1, 1), (2,), (3,), (5,), (1, 1, 2), (2, 2), (4, 1)])
def test_rings_without_an_anchor(sizes: tuple[int, ...]) -> None:
    _, canonical, state = ring(sizes)
    rng = random.Random(1)
    forms = {canonical.canonical(canonical.permute(state, random_image(canonical, rng))) for _ in range(100)}
    assert len(forms) == 1


def test_rings_differ_from_each_other() -> None:
    forms = [ring(sizes)[1].canonical(ring(sizes)[2]) for sizes in [(1, 1, 1, 1), (2, 2), (4,), (2, 1, 1)]]
    assert len(set(forms)) == 4


def test_pointers_into_padding_and_to_task_objects_are_renamed() -> None:
    a = Assembler("pad")
    pool = a.pool("node", ("value", "next*"), 2, pad=1)
    where = a.variable("where", pointer=True)
    waiter = a.variable("waiter", pointer=True)
    hook = a.variable("hook", pointer=True)
    function = a.function("f")
    body = a.code("idle", ("p*", "n"))
    body.location("start", Kind.PLAIN)
    body.next("end")
    body.end()
    tasks = [a.thread(f"idle{i}", body, "start", group=0) for i in range(2)]
    program = a.program()
    canonical = Canonicalizer(program)
    state = [slot.init for slot in program.slots]
    for index in program.pools[0].objects:
        state[program.objects[index].life] = 1
    state[program.cells[where]] = pool.bases[1] - 1
    state[program.cells[waiter]] = tasks[0] + 1
    state[program.cells[hook]] = function
    state[program.threads[1].regs] = tasks[0]
    state[program.threads[1].regs + 1] = tasks[0]  # a number that looks like an address
    swapped = canonical.permute(tuple(state), [1, 0, 3, 2])
    assert swapped[program.cells[where]] == pool.bases[0] - 1
    assert swapped[program.cells[waiter]] == tasks[1] + 1
    assert swapped[program.cells[hook]] == function
    assert swapped[program.threads[0].regs] == tasks[1]
    assert swapped[program.threads[0].regs + 1] == tasks[0]
    assert canonical.canonical(swapped) == canonical.canonical(tuple(state))
    before, after = canonical.thread_permutation(tuple(state)), canonical.thread_permutation(swapped)
    assert before != after and sorted(before) == [0, 1]
