"""The generator makes valid, varied programs, and two interpreters agree about them."""

from __future__ import annotations

from collections import Counter

from lastput.engine.graph import FineGraph
from lastput.engine.program import Kind, Op
from lastput.engine.walk import Walk
from tests.engine.random_programs import features, random_program
from tests.engine.small_search import TooLarge, explore


def test_seed_determines_program() -> None:
    assert random_program(7) == random_program(7)
    assert random_program(7) != random_program(8)


def test_every_feature_turns_up() -> None:
    found: Counter[str] = Counter()
    for seed in range(200):
        found.update(features(random_program(seed)))
    assert {op.name for op in Op} <= set(found)
    assert {f"kind:{kind.name}" for kind in Kind} <= set(found)
    more = {"boot", "text", "padding", "not symmetric", "interchangeable threads", "pool of several"}
    assert more <= set(found)


def test_verdicts_vary_and_both_searches_agree() -> None:
    met: Counter[str] = Counter()
    for seed in range(100):
        program = random_program(seed)
        try:
            found = explore(program, limit=800)
        except TooLarge:
            continue
        walk = Walk(FineGraph(program))
        walk.run()
        assert set(walk.states) == found.states
        assert set(walk.seen) == found.classes
        met.update(error.slug for error in found.classes)
        met["safe"] += not found.classes
    assert {"safe", "deadlock", "leak", "null-deref", "use-after-free"} <= set(met)
    assert met["safe"] < 60
