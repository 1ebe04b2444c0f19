"""Calls that stay in a unit: who calls whom by name, and the chain from one function to another."""

from __future__ import annotations

__all__ = ["RELEASES", "Inside", "Insides", "Step"]

from collections import deque
from functools import cached_property, lru_cache

import msgspec

from lastput.audit.units import Unit
from lastput.facts.api import API, fill
from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.schema.finding import Link, Where

#: Calls that run a function when they put the last reference, and which argument it is.
RELEASES = {name: one.function[0] for one in API.callback if one.role == "release" for name in one.names}


class Step(msgspec.Struct, frozen=True):
    """A function that was reached: by ``call`` (None for the start), in function ``parent``, ``depth``
    calls down.
    """

    function: int
    parent: int
    call: CallFact | None
    depth: int


class Inside:
    """The direct calls between the functions of one unit."""

    def __init__(self, facts: Facts, unit: Unit) -> None:
        self.facts = facts
        self.unit = unit
        self.calls = lru_cache(maxsize=None)(facts.calls_in)
        self.callers = lru_cache(maxsize=None)(self._callers)

    @cached_property
    def _named(self) -> dict[str, list[tuple[int, int, bool]]]:
        """Functions of the unit by name: id, file, static."""
        found: dict[str, list[tuple[int, int, bool]]] = {}
        files = ", ".join(map(str, sorted(self.unit.files)))
        for name, function, file, static in self.facts.sql(
            f"SELECT name, id, file, static FROM functions WHERE file IN ({files}) ORDER BY id"
        ):
            found.setdefault(name, []).append((function, file, bool(static)))
        return found

    def resolve(self, name: str, file: int) -> int:
        """The function of the unit that ``name`` means in ``file``; 0 if there is none, or more than one."""
        found = self._named.get(name, ())
        own = [function for function, home, _ in found if home == file]
        if own:
            return own[-1]
        ours = [function for function, _, static in found if not static]
        return ours[0] if len(ours) == 1 else 0

    def _callers(self, function: int) -> list[tuple[int, int]]:
        """The functions of the unit that call one by name, and the lines; of the file if it is static."""
        fact = self.facts.function(function)
        rows = self.facts.sql(
            "SELECT f.id, c.line, f.file FROM names n CROSS JOIN call_row c ON c.name = n.id"
            " JOIN functions f ON f.id = c.function WHERE n.name = ? AND c.receiver = ''",
            fact.name,
        )  # fmt: skip
        local = fact.static and fact.path.endswith(".c")
        found = [
            (self.facts.path(file), one, line)
            for one, line, file in rows
            if (file == fact.file if local else file in self.unit.files)
        ]
        return [(one, line) for _, one, line in sorted(found)]

    def reach(self, start: int, depth: int = 4, limit: int = 400, release: bool = False) -> dict[int, Step]:
        """Functions that a call of ``start`` may run, nearest first, ``start`` too.

        With ``release`` also the functions that a put of the last reference runs.
        """
        found = {start: Step(start, 0, None, 0)}
        queue = deque([start])
        while queue and len(found) < limit:
            function = queue.popleft()
            here = found[function]
            if here.depth >= depth:
                continue
            file = self.facts.function(function).file
            for call in self.calls(function):
                callee = 0 if call.receiver else self.resolve(call.name, file)
                if release and call.name in RELEASES:
                    callee = self.resolve(fill(RELEASES[call.name], call.arguments).lstrip("& "), file)
                if callee and callee not in found:
                    found[callee] = Step(callee, function, call, here.depth + 1)
                    queue.append(callee)
        return found

    def chain(self, reached: dict[int, Step], end: int, line: int, how: str = "") -> tuple[Link, ...]:
        """From the start down to ``line`` in function ``end``; ``how`` says how the start is entered."""
        links: list[Link] = []
        function = end
        while True:
            fact = self.facts.function(function)
            step = reached[function]
            links.append(Link(fact.name, self.where(fact, line), "direct" if step.call is not None else how))
            if step.call is None:
                return tuple(reversed(links))
            function, line = step.parent, step.call.line

    @staticmethod
    def where(fact: FunctionFact, line: int) -> Where:
        """A line of a function."""
        return Where(fact.path, line, 0, fact.name)


class Insides:
    """The calls of each unit that was asked for."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._units: dict[Unit, Inside] = {}

    def of(self, unit: Unit) -> Inside:
        """The calls of a unit."""
        found = self._units.get(unit)
        if found is None:
            found = self._units[unit] = Inside(self._facts, unit)
        return found
