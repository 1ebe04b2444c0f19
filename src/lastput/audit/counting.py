"""Calls that raise a count of their argument, and what in a file lowers it again."""

from __future__ import annotations

__all__ = ["Pair", "Releases", "pairs", "plain"]

import re

import msgspec

from lastput.audit.references import REFERENCES, Counted
from lastput.facts.base import Facts

_ROUNDS = 3


class Pair(msgspec.Struct, frozen=True):
    """A function raises a count by ``get`` of ``object`` in ``line``; ``result`` is where the value goes."""

    function: int
    get: str
    object: str
    line: int
    result: str
    use: str
    counted: Counted


def plain(text: str) -> str:
    """An argument without blanks, ``&`` and parentheses around it."""
    return re.sub(r"\s+", "", text).strip("&()")


def pairs(facts: Facts) -> list[Pair]:
    """Every call that raises a count of the table."""
    found: list[Pair] = []
    for counted in REFERENCES.argument:
        for name in counted.get:
            rows = facts.sql(
                "SELECT function, argument(arguments, 0), line, result, use FROM calls"
                " WHERE name = ? AND receiver = '' ORDER BY function, seq",
                name,
            )
            for function, thing, line, result, use in rows:
                found.append(Pair(function, name, plain(thing), line, result, use, counted))
    return found


class Releases:
    """The functions of a file that lower a count of a kind, by themselves or through others of the file."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known: dict[tuple[int, Counted], frozenset[str]] = {}
        self._calls: dict[int, dict[str, set[str]]] = {}

    def of(self, file: int, counted: Counted) -> frozenset[str]:
        """Names of calls that lower it in ``file``, those of the table included."""
        key = (file, counted)
        found = self._known.get(key)
        if found is None:
            calls = self._called(file)
            found = frozenset(counted.put)
            for _ in range(_ROUNDS):
                more = found | {name for name, called in calls.items() if not called.isdisjoint(found)}
                if more == found:
                    break
                found = more
            self._known[key] = found
        return found

    def _called(self, file: int) -> dict[str, set[str]]:
        """The names that each function of a file calls."""
        found = self._calls.get(file)
        if found is None:
            found = {}
            for name, callee in self._facts.sql(
                "SELECT f.name, n.name FROM functions f CROSS JOIN call_row c ON c.function = f.id"
                " CROSS JOIN names n ON n.id = c.name WHERE f.file = ?", file,
            ):  # fmt: skip
                found.setdefault(name, set()).add(callee)
            self._calls[file] = found
        return found
