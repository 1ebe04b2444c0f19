"""Whether a function ends things for good: the core calls it when a device or the module goes, or only such
functions do."""

from __future__ import annotations

__all__ = ["ends_for_good"]

import re

from lastput.facts.base import Facts, FunctionFact
from lastput.facts.roles import roles

_LAST = re.compile(r"\.(?:remove|remove_new|disconnect|unbind|exit|detach)$")
_TABLES = re.compile(r"driver|_class|component_ops")
_DEPTH = 3


def ends_for_good(facts: Facts, function: FunctionFact, depth: int = _DEPTH) -> bool:
    """Whether every way into ``function`` that is seen comes from the end of a device or of the module."""
    if function.section == "exit":
        return True
    if facts.sql(
        "SELECT 1 FROM entries WHERE role = 'exit' AND target = ? AND file = ?", function.name, function.file
    ):
        return True
    entered = roles(facts, function.id)
    if entered:
        return all(
            one.role == "ops" and _LAST.search(one.via) is not None and _TABLES.search(one.object) is not None
            for one in entered
        )
    if depth <= 0 or not function.static:
        return False
    callers = {
        call.function
        for call in facts.calls_of([function.name])
        if facts.function(call.function).file == function.file
    }
    return bool(callers) and all(ends_for_good(facts, facts.function(one), depth - 1) for one in callers)
