"""Where objects are taken off a list and then given up: put, unregistered or freed."""

from __future__ import annotations

__all__ = ["Removal", "Removals"]

import re
from collections import defaultdict
from functools import cached_property, lru_cache

import msgspec

from lastput.audit.lookups import lock_fields
from lastput.audit.pointees import pointee, root
from lastput.facts.base import Facts, FunctionFact, argument, member
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import Held, locks_held

_DELETES = (
    "list_del", "list_del_init", "list_del_rcu", "hlist_del", "hlist_del_init", "hlist_del_rcu",
    "hlist_del_init_rcu", "hash_del", "hash_del_rcu",
)  # fmt: skip
_FORGETS = ("idr_remove", "xa_erase", "__xa_erase", "radix_tree_delete")
_ENDS = re.compile(r"(?:^|_)(?:put|unregister|unref|release|destroy|free|kfree\w*|call_rcu|deref|del)(?:_|$)")
_MAKES = re.compile(r"alloc|list_add|hash_add|hlist_add|idr_alloc|xa_insert|xa_store|insert")


class Removal(msgspec.Struct, frozen=True):
    """``function`` takes ``variable`` off its list in ``line``, holding ``locks`` (their last names). ``end``
    is the call that gives it up afterwards, in ``end_line``; "" where another function does it."""

    function: FunctionFact
    variable: str
    line: int
    locks: frozenset[str]
    end: str = ""
    end_line: int = 0


class Removals:
    """Looks for them in the directory of a file; remembers what it found."""

    def __init__(self, facts: Facts) -> None:
        self._bodies = facts.once(Bodies)
        self._facts = facts
        self.of = lru_cache(maxsize=None)(self._of)

    @cached_property
    def calls(self) -> dict[tuple[str, str], list[tuple[int, str, int]]]:
        """Calls that take something off, by directory and field: function, variable, line."""
        marks = ", ".join("?" * len(_DELETES + _FORGETS))
        rows = self._facts.sql(
            "SELECT c.function, c.name, c.arguments, c.line, p.path FROM calls c"
            " JOIN functions f ON f.id = c.function JOIN files p ON p.id = f.file"
            f" WHERE c.name IN ({marks}) AND f.section = '' ORDER BY c.function, c.seq",
            *_DELETES, *_FORGETS,
        )  # fmt: skip
        rows.sort(key=lambda row: row[4])
        found: defaultdict[tuple[str, str], list[tuple[int, str, int]]] = defaultdict(list)
        for function, name, arguments, line, path in rows:
            thing = "" if name in _FORGETS else argument(arguments, 0)
            key = (path.rpartition("/")[0], member(thing) if thing else "")
            found[key].append((function, root(thing), line))
        return found

    def _of(self, directory: str, struct: str, field: str) -> tuple[Removal, ...]:
        """Removals of objects of ``struct`` from lists by ``field`` (from tables of numbers, if ""), those
        first that give the object up by themselves. Functions that make the objects take them off when they
        fail: these are left out."""
        found = [
            self._judge(function, variable or self._only(function, struct), struct, line)
            for function, variable, line in self.calls.get((directory, field), ())
        ]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: not one.end))

    def _only(self, function: int, struct: str) -> str:
        """The first variable of a function that points to a struct."""
        for one in self._facts.function(function).parameters:
            if re.search(rf"struct\s+{struct}\b", one.type):
                return one.name
        found = re.search(rf"struct\s+{struct}\s*\*\s*(\w+)", self._bodies.text(function))
        return found[1] if found is not None else ""

    def _judge(self, function: int, variable: str, struct: str, line: int) -> Removal | None:
        if not variable or pointee(self._bodies, function, variable) != struct:
            return None
        calls = self._facts.calls_in(function)
        graph = self._bodies.graph(function)
        if graph is None or any(_MAKES.search(one.name) for one in calls):
            return None
        held = locks_held(graph)
        nodes = [node for node in graph.nodes if node.line == line and node.calls]
        locks = lock_fields(frozenset[Held]().union(*(held.get(one.index, frozenset()) for one in nodes)))
        ends = [
            call
            for call in calls
            if call.line >= line
            and call.name not in (*_DELETES, *_FORGETS)
            and _ENDS.search(call.name)
            and re.search(rf"(?<![\w.>]){re.escape(variable)}\b", call.arguments)
        ]
        found = Removal(self._facts.function(function), variable, line, locks)
        return msgspec.structs.replace(found, end=ends[-1].name, end_line=ends[-1].line) if ends else found
