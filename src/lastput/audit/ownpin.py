"""Whether a callback takes or drops a module reference, by itself or by what it calls in its file."""

from __future__ import annotations

__all__ = ["GETS", "PUTS", "Reached", "callback", "reach"]

import msgspec

from lastput.facts.base import Facts
from lastput.facts.resolve import closure, resolve
from lastput.schema.finding import Link, Where

GETS = frozenset({"try_module_get", "__module_get", "fops_get", "replace_fops"})
PUTS = frozenset({"module_put", "__module_put"})
_DEPTH = 60  # functions of one file


class Reached(msgspec.Struct, frozen=True):
    """A call that is reached, with the functions on the way; the last link is the call itself."""

    call: str
    chain: tuple[Link, ...]

    @property
    def where(self) -> Where:
        """Where the call stands."""
        return self.chain[-1].where


def callback(facts: Facts, variable: int, field: str, file: int) -> int:
    """The function that an initialiser puts into ``field`` and that its own file defines; 0 if none."""
    rows = facts.sql("SELECT value FROM field_row WHERE variable = ? AND path = ?", variable, field)
    for (value,) in rows:
        for one in resolve(facts, value.lstrip("& "), file):
            if facts.function(one).file == file:
                return one
    return 0


def reach(facts: Facts, start: int, names: frozenset[str]) -> Reached | None:
    """The nearest call of one of ``names`` from ``start`` by direct calls within its file."""
    file = facts.function(start).file
    walked = closure(facts, (start,), ("direct",), lambda one: one.file == file, _DEPTH)
    for function in walked:
        fact = facts.function(function)
        if fact.file != file:
            continue
        for call in facts.calls_in(function):
            if call.name not in names or call.receiver:
                continue
            links = [Link(fact.name, Where(fact.path, call.line, 0, fact.name))]
            while (step := walked[function]).parent:
                function = step.parent
                name = facts.function(function).name
                links.append(Link(name, Where(fact.path, step.line, 0, name)))
            head, *rest = reversed(links)
            return Reached(call.name, (head, *(Link(one.function, one.where, "direct") for one in rest)))
    return None
