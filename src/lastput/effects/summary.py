"""What a function does to what it is given and gives, in one list: for people, and as others ask for it."""

from __future__ import annotations

__all__ = ["summary"]

import re
from collections.abc import Iterator

from lastput.effects.effect import RESULT, Effect, Kind, Subject
from lastput.effects.key import Key
from lastput.effects.own.counts import Counts
from lastput.effects.own.fates import Consumers
from lastput.effects.own.producers import Producers
from lastput.effects.typing.keys import Typing
from lastput.facts.api import API, fill
from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import locks_held

_TAG = re.compile(r"\b(?:struct|union)\s+(\w+)")
_FREES = {name: one.object for one in API.free for name in one.names}
_ARMS = {name: (one.object, one.role) for one in API.arm for name in one.names}
_WAITS = {name: one for one in API.wait for name in one.names}
_CHAIN = 12


def summary(facts: Facts, function: int) -> tuple[Effect, ...]:
    """The effects of a function, in the order of its text; those that it has through others say which.

    What it does with each pointer that it is given, what it gives, the locks that it leaves held, and what it
    frees, arms and waits for itself.
    """
    fact = facts.function(function)
    calls = facts.calls_in(function)
    found = [*_counted(facts, fact, calls), *_given(facts, fact, calls)]
    found += _calls(facts, fact, calls)
    told = {one.subject.position for one in found if one.kind in ("get", "put", "free")}
    found += _parameters(facts, fact, calls, told)
    found += _locks(facts, fact)
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.line, one.kind, str(one.key))))


def _line(fact: FunctionFact, calls: list[CallFact], name: str) -> int:
    return next((call.line for call in calls if call.name == name), fact.line)


def _counted(facts: Facts, fact: FunctionFact, calls: list[CallFact]) -> Iterator[Effect]:
    """The counter of a parameter that it raises or lowers."""
    counts = facts.once(Counts)
    for one in counts.by_name.get(fact.name, ()):
        if one.function == fact.id:
            kind: Kind = "put" if one.action == "put" else "get"
            via: list[str] = []
            step = one
            while step.through != step.name and len(via) < _CHAIN:
                via.append(step.through)
                step = next(iter(counts.by_name.get(step.through, ())), step)
                if step.name != via[-1]:
                    break
            yield Effect(
                kind, Key(one.record, one.path), Subject(one.parameter),
                "success" if one.action == "try_get" else "always",
                fact.path, _line(fact, calls, one.through), role=one.kind, via=tuple(via),
            )  # fmt: skip


def _given(facts: Facts, fact: FunctionFact, calls: list[CallFact]) -> Iterator[Effect]:
    """The reference that it returns."""
    producers = facts.once(Producers)
    one = producers.of(fact.name, fact.file)
    if one is None or one.function not in (0, fact.id):
        return
    via: list[str] = []
    step = one
    while step.through and len(via) < _CHAIN:
        via.append(step.through)
        following = producers.of(step.through, step.file)
        if following is None or following == step:
            break
        step = following
    yield Effect(
        "give", Key(one.record or one.kind), Subject(RESULT), "success", fact.path,
        _line(fact, calls, one.through), role=one.puts[0], via=tuple(via),
    )  # fmt: skip


def _parameters(
    facts: Facts, fact: FunctionFact, calls: list[CallFact], told: set[int | None]
) -> Iterator[Effect]:
    """What becomes of each pointer that it is given."""
    consumers = facts.once(Consumers)
    for position, parameter in enumerate(fact.parameters):
        tag = _TAG.search(parameter.type)
        if tag is None or "*" not in parameter.type or position in told:
            continue
        fate = consumers.fate(fact.name, "", position, fact.file)
        key = Key(tag[1])
        if fate == "put":
            yield Effect("put", key, Subject(position), "may", fact.path, fact.line)
        elif fate == "kept":
            yield Effect("store", key, Subject(position), "may", fact.path, fact.line)
        elif fate.startswith("into"):
            home = _TAG.search(fact.parameters[int(fate[4:])].type)
            yield Effect(
                "store", key, Subject(position), "may", fact.path, fact.line,
                into=Key(home[1]) if home is not None else None,
            )  # fmt: skip


def _calls(facts: Facts, fact: FunctionFact, calls: list[CallFact]) -> Iterator[Effect]:
    """What it frees, arms and waits for."""
    typing = facts.once(Typing)
    names = {one.name: position for position, one in enumerate(fact.parameters)}
    for call in calls:
        if call.receiver:
            continue
        kind: Kind | None = None
        thing, role = "", ""
        if call.name in _FREES:
            kind, thing = "free", fill(_FREES[call.name], call.arguments)
        elif call.name in _ARMS:
            kind, (template, role) = "arm", _ARMS[call.name]
            thing = fill(template, call.arguments)
        elif call.name in _WAITS:
            wait = _WAITS[call.name]
            kind, role = ("disable" if wait.rearm else "wait") if wait.sync else "stop", wait.role
            thing = fill(wait.object, call.arguments) if wait.object else ""
        if kind is None:
            continue
        key = typing.key(fact.id, thing) if thing else Key()
        position = names.get(thing.strip("&() "))
        yield Effect(kind, key, Subject(position), "may", fact.path, call.line, role=role, via=(call.name,))


def _locks(facts: Facts, fact: FunctionFact) -> Iterator[Effect]:
    """The locks that it leaves held."""
    graph = facts.once(Bodies).graph(fact.id)
    if graph is None or not graph.clean:
        return
    for one in sorted(locks_held(graph).get(graph.exit, ())):
        key = facts.once(Typing).key(fact.id, one.object)
        yield Effect("lock", key, Subject(), "always", fact.path, one.line, role=one.kind)
