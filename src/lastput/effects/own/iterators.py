"""Loop macros whose variable holds a reference in each round, which the next round puts."""

from __future__ import annotations

__all__ = ["Iterator", "Iterators"]

import re

import msgspec

from lastput.c.raw.heads import group, split_arguments
from lastput.effects.own.fates import Consumers
from lastput.effects.own.leaves import LEAVES
from lastput.effects.own.producers import Producers
from lastput.facts.base import Facts

_ROUNDS = 3
_FOR = re.compile(r"^\s*for\s*\(")
_SET = re.compile(r"^\s*\(?\s*(\w+)\s*\)?\s*=\s*(?:\([^()]*\)\s*)?(\w+)\s*\(")
_CALL = re.compile(r"^\s*(\w*for_each\w*)\s*\(")


class Iterator(msgspec.Struct, frozen=True):
    """Argument ``variable`` (from 0) of the macro ``name`` holds a reference that a call of ``puts`` gives
    back; its ``member`` does, if that is not ""."""

    name: str
    variable: int
    puts: tuple[str, ...]
    member: str = ""

    def held(self, argument: str) -> str:
        """The expression that holds it, given the argument of a loop."""
        return f"{argument.lstrip('& ')}.{self.member}" if self.member else argument


class Iterators:
    """All of a tree. Take it as ``facts.once(Iterators)``."""

    def __init__(self, facts: Facts) -> None:
        self._producers = facts.once(Producers)
        self._consumers = facts.once(Consumers)
        self.by_name: dict[str, Iterator] = {
            name: Iterator(name, one.variable, one.put, one.member)
            for one in LEAVES.iterator
            for name in one.names
        }
        macros = facts.sql(
            "SELECT m.name, m.parameters, m.body, m.file FROM macros m JOIN files p ON p.id = m.file"
            " WHERE m.name LIKE '%for\\_each%' ESCAPE '\\' ORDER BY p.path, m.line"
        )
        for _ in range(_ROUNDS):
            for name, parameters, body, file in macros:
                if name not in self.by_name:
                    found = self._read(name, split_arguments(parameters), body, file)
                    if found is not None:
                        self.by_name[name] = found

    def _read(self, name: str, parameters: tuple[str, ...], body: str, file: int) -> Iterator | None:
        """What a macro is, given those that are known."""
        passed = _CALL.match(body)
        if passed is not None:
            base = self.by_name.get(passed[1])
            arguments = split_arguments(group(body, passed.end()))
            if base is None or base.variable >= len(arguments):
                return None
            given = arguments[base.variable].strip("() ")
            return (
                Iterator(name, parameters.index(given), base.puts, base.member)
                if given in parameters
                else None
            )
        head = _FOR.match(body)
        clauses = group(body, head.end()).split(";") if head is not None else []
        if len(clauses) != 3:
            return None
        first, following = _SET.match(clauses[0]), _SET.match(clauses[2])
        if first is None or following is None or first[1] != following[1] or first[1] not in parameters:
            return None
        start = self._producers.of(first[2], file)
        nexts = self._producers.of(following[2], file)
        if start is None or nexts is None:
            return None
        arguments = split_arguments(group(clauses[2], following.end()))
        for position, argument in enumerate(arguments):
            if argument.strip("() ") == first[1]:
                given_back = self._consumers.fate(following[2], "", position, file) == "put"
                return Iterator(name, parameters.index(first[1]), start.puts) if given_back else None
        return None
