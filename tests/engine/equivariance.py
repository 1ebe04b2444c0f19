"""Whether a program is as symmetric as it says: alike states must have alike steps.

``Program.symmetric`` promises more than the tables can see (see ``canonical_tables``). Here it is
tested: rename a reachable state at random, and compare what can happen next.
"""

from __future__ import annotations

__all__ = ["random_image", "unlike"]

import random
from collections import Counter
from collections.abc import Iterable

from lastput.engine.canonical import Canonicalizer
from lastput.engine.graph import FineGraph
from lastput.engine.program import Program

State = tuple[int, ...]
_Outcome = tuple[State | None, str, tuple[str, ...]]


def random_image(canonical: Canonicalizer, rng: random.Random) -> list[int]:
    """A random permutation of the entities within their classes."""
    image: list[int] = []
    for cls in canonical.tables.classes:
        numbers = list(range(cls.first, cls.first + cls.size))
        rng.shuffle(numbers)
        image += numbers
    return image


def _outcomes(graph: FineGraph, canonical: Canonicalizer, state: State) -> Counter[_Outcome]:
    return Counter(
        (
            canonical.canonical(edge.state) if edge.state is not None else None,
            edge.fatal.error.slug if edge.fatal is not None else "",
            tuple(fault.error.slug for fault, _ in edge.warnings),
        )
        for edge in graph.concrete_edges(state)
    )


def unlike(program: Program, states: Iterable[State], rng: random.Random) -> list[State]:
    """Those of the states from which a random renaming has other steps; empty if all is well."""
    graph = FineGraph(program)
    canonical = Canonicalizer(program)
    found = []
    for state in states:
        renamed = canonical.permute(state, random_image(canonical, rng))
        if _outcomes(graph, canonical, state) != _outcomes(graph, canonical, renamed):
            found.append(state)
    return found
