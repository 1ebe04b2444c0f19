"""Searches: a loop over a list under a lock or RCU, or a call that finds an object by its number."""

from __future__ import annotations

__all__ = ["SEARCHES", "Search", "lock_fields", "searches", "searching", "spoils", "variables", "walking"]

import re
from collections.abc import Callable, Iterator

import msgspec

from lastput.audit.pointees import pointee
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.facts.api import API
from lastput.facts.base import Facts, FunctionFact, argument, member
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import Held, locks_held

#: Loop macros, and their arguments for the variable and for the field that links the objects
#: (include/linux/list.h, rculist.h, hashtable.h; 6.12).
_LOOPS = {
    "list_for_each_entry": (0, 2),
    "list_for_each_entry_reverse": (0, 2),
    "list_for_each_entry_rcu": (0, 2),
    "list_for_each_entry_safe": (0, 3),
    "hlist_for_each_entry": (0, 2),
    "hlist_for_each_entry_rcu": (0, 2),
    "hlist_for_each_entry_safe": (0, 3),
    "hash_for_each_possible": (1, 2),
    "hash_for_each_possible_rcu": (1, 2),
}
_FINDS = ("idr_find", "xa_load", "radix_tree_lookup")
#: Every call that begins a search.
SEARCHES = (*_LOOPS, *_FINDS)

_READERS = ("rcu", "srcu")
_UNLOCKS = ("scoped_guard", *(name for one in API.lock if one.kind not in _READERS for name in one.unlock))
_COUNTS = re.compile(r"get|hold|ref|_inc|grab|pin|claim|del|remove|lock|add|move|own|keep|acquire|take")
_LOOKS = re.compile(
    r"cmp|equal|match|(^|_)is_|has_|same|test_bit|read|name|empty|dbg|debug|err|info|warn|WARN|trace|print|to_"
)
_PROGRAMS = ("tools/", "samples/", "scripts/", "Documentation/")
_LOOPED = re.compile(r"for_each\w*\s*\((?:[^,()]*,)?\s*(\w+)\s*,")
_ASSIGNED = re.compile(rf"(\w+)\s*=\s*(?:{'|'.join(_FINDS)})\s*\(")
_WORD = re.compile(r"^\w+$")


class Search(msgspec.Struct, frozen=True):
    """``node`` of the function makes ``variable`` point to a ``struct``, with ``locks`` held that shut
    writers out; with none, the reader is under RCU. ``field`` links the objects of the list ("" where
    they are found by number)."""

    function: FunctionFact
    graph: Graph
    held: dict[int, frozenset[Held]]
    node: Node
    call: Call
    variable: str
    struct: str
    field: str
    locks: tuple[Held, ...]

    @property
    def loop(self) -> bool:
        """Whether it is a loop, so that ``variable`` is an object on the edge ``next`` only."""
        return self.node.kind is Kind.LOOP

    def locked(self, node: int) -> bool:
        """Whether one of the locks is still held before a node."""
        names = {(one.kind, one.object) for one in self.locks}
        return any((one.kind, one.object) in names for one in self.held.get(node, ()))


def searching(facts: Facts) -> dict[tuple[str, str], list[int]]:
    """Functions of the kernel in which there is a search, and a lock is dropped, by directory and the field
    that links objects."""
    guards = [name for (name,) in facts.sql("SELECT name FROM names WHERE name LIKE 'guard(%'")]
    unlocks = (*_UNLOCKS, *guards)
    unlocking = {
        function
        for (function,) in facts.sql(
            "SELECT DISTINCT c.function FROM names n JOIN call_row c ON c.name = n.id"
            f" WHERE n.name IN ({', '.join('?' * len(unlocks))})",
            *unlocks,
        )
    }
    return _by_list(facts, unlocking.__contains__)


def walking(facts: Facts) -> dict[tuple[str, str], list[int]]:
    """Functions of the kernel in which there is a search, by directory and the field that links objects."""
    return _by_list(facts, lambda _: True)


def _by_list(facts: Facts, wanted: Callable[[int], bool]) -> dict[tuple[str, str], list[int]]:
    rows = facts.sql(
        "SELECT DISTINCT n.name, c.arguments, c.function, p.path FROM names n"
        " JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function"
        " JOIN files p ON p.id = f.file"
        f" WHERE n.name IN ({', '.join('?' * len(SEARCHES))}) ORDER BY c.function",
        *SEARCHES,
    )
    found: dict[tuple[str, str], dict[int, None]] = {}
    for name, arguments, function, path in rows:
        if wanted(function) and path.endswith(".c") and not path.startswith(_PROGRAMS):
            field = member(argument(arguments, _LOOPS[name][1])) if name in _LOOPS else ""
            found.setdefault((path.rpartition("/")[0], field), {})[function] = None
    return {key: list(functions) for key, functions in found.items()}


def searches(bodies: Bodies, function: int) -> Iterator[Search]:
    """The searches of a function."""
    graph = bodies.graph(function)
    if graph is None or not graph.clean:
        return
    fact = bodies.facts.function(function)
    held = locks_held(graph)
    for node, call in graph.calling(*SEARCHES):
        locks = tuple(sorted(one for one in held.get(node.index, ()) if one.kind not in _READERS))
        variable, field = _found(node, call)
        struct = pointee(bodies, function, variable) if _WORD.match(variable) else ""
        if struct:
            yield Search(fact, graph, held, node, call, variable, struct, field, locks)


def _found(node: Node, call: Call) -> tuple[str, str]:
    """The variable that a search sets, and the field by which the objects are linked."""
    if call.name in _FINDS:
        return call.result, ""
    variable, field = _LOOPS[call.name]
    if node.kind is not Kind.LOOP or len(call.arguments) <= field:
        return "", ""
    return call.arguments[variable], member(call.arguments[field])


def spoils(search: Search, node: Node, name: str) -> bool:
    """Whether a node counts the object, marks it, hands it on, or sets the variable anew."""
    if node.index == search.node.index or any(write.target == name for write in node.writes):
        return True
    token = rf"(?<![\w.>])(?:{re.escape(name)}|{re.escape(search.variable)})\b"
    if not re.search(token, node.text):
        return False
    if re.search(rf"{token}->[\w.\[\]>-]+\s*(?:\+\+|--|[-+|&^]?=(?!=))", node.text):
        return True
    for call in node.calls:
        whole = any(re.fullmatch(rf"&?\s*{token}(?:->[\w.]+)?", one) for one in call.arguments)
        if not whole and not any(re.search(token, one) for one in call.arguments):
            continue
        if _COUNTS.search(call.name) and not _LOOKS.search(call.name):
            return True
        if (
            whole
            and not _LOOKS.search(call.name)
            and not all("->" in one and "&" not in one for one in call.arguments if re.search(token, one))
        ):
            return True
    return False


def variables(text: str) -> frozenset[str]:
    """The variables that searches in a body set, as far as the text tells: quick, to choose candidates."""
    found = _LOOPED.findall(text)
    if any(name in text for name in _FINDS):
        found += _ASSIGNED.findall(text)
    return frozenset(found)


def lock_fields(locks: tuple[Held, ...] | frozenset[Held]) -> frozenset[str]:
    """Locks by their last names: ``lock`` of ``&foo->lock``."""
    return frozenset(member(one.object) for one in locks)
