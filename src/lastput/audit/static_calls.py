"""Static calls of a module that run text of another module, which plugs itself in."""

from __future__ import annotations

__all__ = ["Away", "calls_away"]

import re

import msgspec

from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.facts.modules import ModuleFact, dependencies, modules_of
from lastput.facts.resolve import callees

_WRAPPED = re.compile(r"^(\w+)\(\s*\w+\s*\)$")
_PASTES = "SELECT DISTINCT name FROM macros WHERE body LIKE '%static_call%##%' OR body LIKE '%static_call%('"


class Away(msgspec.Struct, frozen=True):
    """``call`` in module ``base`` reaches ``target`` in each of ``others``, which depend on ``base``."""

    base: ModuleFact
    call: CallFact
    target: FunctionFact
    others: tuple[str, ...]


def calls_away(facts: Facts) -> dict[int, list[Away]]:
    """Such calls, by the id of the module that makes them."""
    wrappers = {"static_call", "static_call_cond", "static_call_mod"}
    wrappers.update(name for (name,) in facts.sql(_PASTES))
    names = [
        name
        for (name,) in facts.sql("SELECT name FROM names WHERE name LIKE '%(%)' ORDER BY id")
        if (wrapped := _WRAPPED.match(name)) is not None and wrapped[1] in wrappers
    ]
    depends: dict[int, dict[str, list[str]]] = {}
    targets: dict[str, list[FunctionFact]] = {}
    found: dict[int, list[Away]] = {}
    for name in names:
        for row in facts.sql("SELECT * FROM calls WHERE name = ? ORDER BY function, seq", name):
            call = CallFact(*row)
            bases = [one for one in modules_of(facts, facts.function(call.function).path) if one.modular]
            if not bases:
                continue
            if name not in targets:
                targets[name] = [facts.function(one.function) for one in callees(facts, call)]
            for base in bases:
                others: dict[str, FunctionFact] = {}
                for target in targets[name]:
                    for module in modules_of(facts, target.path):
                        if not module.modular or module.id == base.id:
                            continue
                        if module.id not in depends:
                            depends[module.id] = dependencies(facts, module.id)
                        if base.name in depends[module.id] and module.directory == base.directory:
                            others.setdefault(module.name, target)
                if others:
                    away = Away(base, call, next(iter(others.values())), tuple(others))
                    found.setdefault(base.id, []).append(away)
    return found
