"""How a function is entered without any lock: the chain of calls from where the core calls in."""

from __future__ import annotations

__all__ = ["Bare", "Entered"]

import re
from functools import lru_cache
from typing import NamedTuple

from lastput.c.flow.graph import Graph
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import Held, locks_held
from lastput.facts.resolve import callers, indirect, resolve
from lastput.facts.roles import Role, roles

_DEPTH = 4
_LATER = re.compile(r"\b(?:kthread_run|kthread_create\w*|INIT_WORK|INIT_DELAYED_WORK)\b")
_MANY = 12
#: Roles of functions that run in a process of their own, with nothing held.
_ALONE = frozenset(("work", "delayed_work", "kthread", "kthread_work", "sysfs", "async"))
#: Tables whose functions user space comes to, with nothing held that guards a driver's own lists.
_USER = frozenset(("file_operations", "proc_ops", "seq_operations", "attribute_group", "device_attribute",
                   "driver_attribute", "bus_attribute", "class_attribute", "kobj_attribute"))  # fmt: skip


class Bare(NamedTuple):
    """``functions`` from the entry down; ``how`` is what the entry is; ``user``: user space comes to it."""

    functions: tuple[int, ...]
    how: str
    user: bool


class Entered:
    """Remembers what it found. Take it as ``facts.once(Entered)``."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._bodies = facts.once(Bodies)
        self._held = lru_cache(maxsize=5000)(self._locks)
        self._sites = lru_cache(maxsize=5000)(self._through_tables)

    def bare(self, function: int) -> Bare | None:
        """A way to come to ``function`` on which no lock is held, and no reader has begun."""
        return self._up(function, (function,))

    def at(self, function: int, name: str, line: int) -> frozenset[Held] | None:
        """What is held at a call; None if that is not known."""
        graph, held = self._held(function)
        if graph is None:
            return None
        for node, call in ((each, one) for each in graph.nodes for one in each.calls):
            if call.name == name and call.line == line:
                return held.get(node.index)
        return None

    def _locks(self, function: int) -> tuple[Graph | None, dict[int, frozenset[Held]]]:
        graph = self._bodies.graph(function)
        if graph is None or not graph.clean:
            return None, {}
        return graph, locks_held(graph)

    def _up(self, function: int, way: tuple[int, ...]) -> Bare | None:
        fact = self._facts.function(function)
        ways_in = roles(self._facts, function)
        for one in ways_in:
            field = one.via.rpartition(".")[2]
            if one.role in _ALONE:
                return Bare(way, one.role, one.role == "sysfs")
            if one.role == "argument" and self._runs_later(one.via, fact.file):
                return Bare(way, f"what {one.via}() runs", False)
            if one.role == "ops" and one.object in _USER and not self._between(one, fact.file):
                return Bare(way, f"{one.object}.{field}", True)
        if len(way) > _DEPTH or fact.section:
            return None
        sites = [*callers(self._facts, function), *self._sites(function)]
        if len(sites) > _MANY:
            return None
        for site in sites:
            if site.function in way:
                continue
            held = self.at(site.function, site.name, site.line)
            if held is not None and not held:
                found = self._up(site.function, (site.function, *way))
                if found is not None:
                    return found
        return None

    def _runs_later(self, name: str, file: int) -> bool:
        """Whether a function that is given another makes a thread or a work item for it."""
        return any(
            _LATER.search(self._bodies.text(one)) is not None for one in resolve(self._facts, name, file)[:1]
        )

    def _between(self, role: Role, file: int) -> bool:
        """Whether a function of a table runs between two others that may hold a lock: ``show`` of a file that
        is read in pieces stands between ``start`` and ``stop``."""
        if role.object != "seq_operations":
            return False
        table, _, field = role.via.partition(".")
        starts = self._facts.sql(
            "SELECT value FROM fields WHERE variable_name = ? AND file = ? AND field = 'start'", table, file
        )
        return (
            field == "stop"
            or not starts
            or any(
                self._locks_within(one)
                for (value,) in starts
                for one in resolve(self._facts, value.lstrip("& "), file)
            )
        )

    def _locks_within(self, function: int) -> bool:
        """Whether a function, or one that it calls, takes some lock."""
        if "lock" in self._bodies.text(function):
            return True
        file = self._facts.function(function).file
        return any(
            "lock" in self._bodies.text(one)
            for call in self._facts.calls_in(function)
            for one in resolve(self._facts, call.name, file)[:1]
        )

    def _through_tables(self, function: int) -> tuple[CallFact, ...]:
        """The calls through the field of a table that the function is in, where few others are."""
        fact = self._facts.function(function)
        found: list[CallFact] = []
        for one in roles(self._facts, function):
            if one.role != "ops" or one.object in _USER:
                continue
            field = one.via.rpartition(".")[2]
            top = "/".join(fact.path.split("/")[:4])
            rows = self._facts.sql(
                "SELECT c.* FROM calls c JOIN functions f ON f.id = c.function JOIN files p ON p.id = f.file"
                " WHERE c.name = ? AND c.receiver != '' AND p.path LIKE ? ORDER BY p.path, c.line LIMIT 40",
                field, f"{top}%",
            )  # fmt: skip
            for row in rows:
                call = CallFact(*row)
                reached = indirect(self._facts, call, self._facts.function(call.function))
                if any(each.function == function and each.how == "ops" for each in reached):
                    found.append(call)
        return tuple(found[:_MANY])
