"""Is a module reference taken under a condition that its put does not ask?"""

from __future__ import annotations

__all__ = ["Mismatch", "mismatch"]

import re
from collections.abc import Iterator

import msgspec

from lastput.audit.selfput.pairing import GETS, is_self
from lastput.c.flow.graph import Graph, Kind
from lastput.c.flow.paths import reached
from lastput.facts.base import Facts, FunctionFact, argument
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Where

_PARAMETERS = ("module_param", "module_param_named", "module_param_unsafe")


class Mismatch(msgspec.Struct, frozen=True):
    """``parameter`` of the module decides whether the get at ``get`` is made, and the put does not ask it."""

    parameter: str
    get: Where


def mismatch(facts: Facts, function: FunctionFact) -> Mismatch | None:
    """For a function that puts THIS_MODULE: a module parameter that guards every get of its file, and that
    none of its own conditions names."""
    taken = [
        (facts.function(row[0]), row[1])
        for row in facts.sql(
            "SELECT f.id, c.line FROM functions f JOIN calls c ON c.function = f.id"
            " WHERE f.file = ? AND c.arguments = 'THIS_MODULE' AND c.name IN (SELECT value FROM json_each(?))"
            " ORDER BY c.line",
            function.file, msgspec.json.encode(sorted(GETS)).decode(),
        )
    ]  # fmt: skip
    names = _parameters(facts, function.file)
    if not taken or not names or any(one.id == function.id for one, _ in taken):
        return None
    guards = [_guards(facts, one.id, line) & names for one, line in taken]
    graph = facts.once(Bodies).graph(function.id)
    if graph is None or not all(guards):
        return None
    asked = {word for node in graph.nodes if node.kind is Kind.CONDITION for word in _words(node.text)}
    missing = sorted(set.union(*guards) - asked)
    first, line = taken[0]
    return Mismatch(missing[0], Where(first.path, line, 0, first.name)) if missing else None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


def _parameters(facts: Facts, file: int) -> set[str]:
    marks = ", ".join("?" * len(_PARAMETERS))
    rows = facts.sql(
        f"SELECT name, arguments FROM file_macros WHERE file = ? AND name IN ({marks})", file, *_PARAMETERS
    )
    return {argument(arguments, 1 if name.endswith("_named") else 0) for name, arguments in rows}


def _guards(facts: Facts, function: int, line: int) -> set[str]:
    """Words of the conditions that decide whether the get of a line is reached."""
    graph = facts.once(Bodies).graph(function)
    if graph is None:
        return set()
    targets = [one.index for one in graph.nodes if is_self(one, GETS, "THIS_MODULE") and one.line == line]
    return {word for one in targets for word in _deciding(graph, one)}


def _deciding(graph: Graph, target: int) -> Iterator[str]:
    for node in graph.nodes:
        if node.kind is not Kind.CONDITION:
            continue
        ways = [
            edge.target == target or target in reached(graph, [edge.target])
            for edge in graph.successors[node.index]
        ]
        if any(ways) and not all(ways):
            yield from _words(node.text)
