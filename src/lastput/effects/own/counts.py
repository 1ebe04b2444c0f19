"""Calls that raise or lower the count of an object that they are given, by the type of the object."""

from __future__ import annotations

__all__ = ["Count", "Counts", "kept"]

import re
from collections import defaultdict

import msgspec

from lastput.c.patterns import pattern
from lastput.effects.key import Key
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.wrappers import Counting, counting_calls

_KINDS = ("kref", "refcount", "atomic", "percpu_ref")
_TAG = re.compile(r"\b(?:struct|union)\s+(\w+)\s*(?:const\s*)?\*")


class Count(msgspec.Struct, frozen=True):
    """A call by ``name`` counts the object that argument ``parameter`` points to. ``action`` is get, try_get
    or put; ``record`` the tag of that object, and ``path`` leads from it to the counter. ``function`` is the
    definition, 0 for a macro or a call of the table; one with ``file`` other than 0 counts in that file
    only. ``through`` is the call that it makes."""

    name: str
    action: str
    kind: str
    parameter: int
    record: str
    path: str
    function: int
    file: int
    through: str


class Counts:
    """All such calls of a tree. Take it as ``facts.once(Counts)``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._bodies = facts.once(Bodies)
        self._typing = facts.once(Typing)
        self.by_name: dict[str, list[Count]] = defaultdict(list)
        self._puts: dict[Key, set[str]] = defaultdict(set)  # by the counter that they lower
        self._counters: dict[str, tuple[str, ...]] = {}
        known: dict[str, Count] = {}
        for one in counting_calls(facts, _KINDS):
            count = self._read(one, known)
            if count is not None:
                known.setdefault(count.name, count)
                self.by_name[one.name].append(count)
                if count.record and count.path not in self._counters.get(count.record, ()):
                    self._counters[count.record] = (*self._counters.get(count.record, ()), count.path)
                if count.action == "put" and count.record:
                    self._puts[Key(count.record, count.path)].add(count.name)

    def of(self, name: str, file: int, action: str = "") -> Count | None:
        """What a call by ``name`` in ``file`` counts."""
        for one in self.by_name.get(name, ()):
            if one.file in (0, file) and action in ("", one.action):
                return one
        return None

    def counters(self, record: str) -> tuple[str, ...]:
        """The paths of the counters of a struct."""
        return self._counters.get(record, ())

    def putting(self, record: str, path: str, file: int) -> tuple[str, ...]:
        """The calls that lower the counter to which ``path`` leads in a struct ``record``, also those that
        take the embedded object: ``put_device`` for a ``platform_device``. The plainest name comes first."""
        found: dict[str, int] = {}
        for distance, view in enumerate(self._typing.views(Key(record, path), file)):
            for name in self._puts.get(view, ()) if view.path else ():
                found.setdefault(name, distance)
        return tuple(sorted(found, key=lambda name: (found[name], not _PUTS.search(name), len(name), name)))

    def _read(self, one: Counting, known: dict[str, Count]) -> Count | None:
        file = one.file if one.static else 0
        if not one.function:
            # A macro, or a call of the table: typed by what it forwards to.
            base = known.get(one.through) if one.through != one.name else None
            record = base.record if base is not None and one.counter.strip("()& ").isidentifier() else ""
            path = base.path if base is not None else ""
            return Count(one.name, one.action, one.kind, one.parameter, record, path, 0, 0, one.through)
        fact = self.facts.function(one.function)
        tag = _TAG.search(fact.parameters[one.parameter].type)
        if tag is None:
            return None
        counter = re.sub(r"^.*?\?\s*(.*?)\s*:\s*(?:NULL|0)$", r"\1", one.counter)
        key = self._typing.key(one.function, counter)
        if key.record != tag[1] or key.variable:
            return None  # it counts another object, that this one points to
        if key.path and counter.lstrip("( ")[:1] != "&" and "(" not in counter:
            return None  # a pointer to another object
        if one.action != "put" and kept(self._bodies.text(one.function), fact.parameters[one.parameter].name):
            return None  # the count belongs to what it is put into
        if one.action == "put" and self._balanced(one, fact.parameters[one.parameter].name, tag[1]):
            return None
        base = known.get(one.through)
        path = ".".join(part for part in (key.path, base.path if base is not None else "") if part)
        return Count(
            one.name, one.action, one.kind, one.parameter, tag[1], path, one.function, file, one.through
        )  # fmt: skip

    def _balanced(self, one: Counting, name: str, record: str) -> bool:
        """Whether a function that puts its parameter has raised the count before."""
        text = self._bodies.text(one.function)
        gets = {
            match
            for match in _CALL.findall(text)
            if any(each.action != "put" and each.record == record for each in self.by_name.get(match, ()))
        }
        return any(pattern(rf"\b{get}\s*\([^;]*\b{name}\b").search(text) for get in gets)


_PUTS = re.compile(r"put|release|unref|deref|drop|dec")
_CALL = re.compile(r"\b(\w+)\s*\(")
_KEEPING = (
    r"(?:->\w+|\.\w+|\]|\*\s*\w+)\s*=\s*{name}\s*;"
    r"|\b\w*(?:add|insert|enqueue|link|idr_alloc|xa_store|rcu_assign)\w*\s*\([^;]*\b{name}\b"
)


def kept(text: str, name: str) -> bool:
    """Whether a body keeps the object that ``name`` points to somewhere: then a count that it raises may be
    the keeper's."""
    return pattern(_KEEPING.replace("{name}", name)).search(text) is not None
