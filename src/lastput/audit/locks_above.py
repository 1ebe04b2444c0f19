"""Locks that every caller of a function holds, some calls up."""

from __future__ import annotations

__all__ = ["LocksAbove"]

from functools import lru_cache

from lastput.audit.lookups import lock_fields
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import locks_held
from lastput.facts.resolve import callers

_DEPTH = 3
_MANY = 12  # callers


class LocksAbove:
    """Locks by their last names; remembers what it found."""

    def __init__(self, facts: Facts) -> None:
        self._bodies = facts.once(Bodies)
        self.at = lru_cache(maxsize=None)(self._at)
        self.of = lru_cache(maxsize=None)(self._of)

    def _at(self, call: CallFact) -> frozenset[str]:
        """Those held at a call, in its function."""
        graph = self._bodies.graph(call.function)
        if graph is None:
            return frozenset()
        held = locks_held(graph)
        for node, one in graph.calling(call.name):
            if one.line == call.line:
                return lock_fields(held.get(node.index, frozenset()))
        return frozenset()

    def _of(self, function: int, depth: int = 0) -> frozenset[str]:
        """Those that are held whenever a function is called by name: empty if nobody does."""
        calls = callers(self._bodies.facts, function)
        if not calls or len(calls) > _MANY or depth == _DEPTH:
            return frozenset()
        found: frozenset[str] | None = None
        for call in calls:
            held = self.at(call)
            if found is None or not found <= held:
                held |= self.of(call.function, depth + 1)
            found = held if found is None else found & held
            if not found:
                break
        return found or frozenset()
