"""The exit handshake: what a module's end waits for, and which locks it takes on the way."""

from __future__ import annotations

__all__ = ["Drain", "Ending", "Wait", "drain", "queue_of", "waits_for"]

import re
from collections import deque
from functools import cached_property

import msgspec

from lastput.audit.selfput.unit import Unit
from lastput.facts.api import API, fill
from lastput.facts.base import Facts, FunctionFact, member
from lastput.facts.resolve import callees, resolve
from lastput.schema.finding import Where

_DEEP = 3  # levels followed outside of the module
_MANY = 800
#: Calls out of the module that may wait: the others are not looked into.
_ENDS = re.compile(
    r"unregister|deregister|destroy|flush|cancel|cleanup|exit|stop|remove|del|kill|drain|release|free|put"
    r"|shutdown|fini|detach|disable|sync|barrier"
)
_WAITS = {name: one for one in API.wait if one.sync for name in one.names}
_LOCKS = {name: one for one in API.lock for name in (*one.lock, *one.try_lock)}
_ARMS = {name: one for one in API.arm for name in one.names}
_QUEUES = {"schedule_work": "system_wq", "schedule_delayed_work": "system_wq"}


class Wait(msgspec.Struct, frozen=True):
    """A call of ``name`` on ``thing`` (its last name) that returns when nothing of ``role`` runs any more."""

    role: str
    thing: str
    name: str
    where: Where


class Drain(msgspec.Struct, frozen=True):
    """All that the exit of a module waits for; ``locks`` are those it takes, by last name. ``searched`` are
    the exit functions."""

    waits: tuple[Wait, ...]
    locks: dict[str, Where]
    searched: tuple[Where, ...]


class Ending:
    """The drain of a module, found when it is first asked for."""

    def __init__(self, facts: Facts, unit: Unit) -> None:
        self._facts = facts
        self._unit = unit

    @cached_property
    def drain(self) -> Drain:
        """What the module's exit waits for."""
        return drain(self._facts, self._unit)


def drain(facts: Facts, unit: Unit) -> Drain:
    """Follow the exit functions and the remove callbacks of the module's drivers, and what they call.

    Inside of the module without bound; outside three levels deep, where unregistering waits.
    """
    starts = [*unit.exits, *_removers(facts, unit)]
    depth = dict.fromkeys(starts, 0)
    own = _names(facts, unit)
    queue = deque(starts)
    waits: list[Wait] = []
    locks: dict[str, Where] = {}
    while queue and len(depth) < _MANY:
        function = queue.popleft()
        fact = facts.function(function)
        more = _tables(facts, fact) if function in unit.exits else []
        for call in facts.calls_in(function):
            where = Where(fact.path, call.line, 0, fact.name)
            if call.name in _WAITS:
                wait = _WAITS[call.name]
                thing = member(fill(wait.object, call.arguments))
                waits.append(Wait(wait.role, thing, call.name, where))
                if wait.role == "queue":
                    more += _run_from(facts, unit, thing)
            elif call.name in _LOCKS:
                lock = _LOCKS[call.name]
                thing = call.argument(0) if lock.object == "{0}" else lock.object
                if "->" not in thing:
                    locks.setdefault(member(thing), where)
            elif not call.receiver and (call.name in own or _ENDS.search(call.name)):
                for one in callees(facts, call):
                    inside = facts.function(one.function).file in unit.files
                    level = 0 if inside else depth[function] + 1
                    if level <= _DEEP and one.function not in depth:
                        depth[one.function] = level
                        queue.append(one.function)
        for following in more:
            if following not in depth:
                depth[following] = 0
                queue.append(following)
    exits = (facts.function(one) for one in unit.exits)
    return Drain(tuple(waits), locks, tuple(Where(one.path, one.line, 0, one.name) for one in exits))


def _names(facts: Facts, unit: Unit) -> frozenset[str]:
    """The functions that the module's files define."""
    rows = [
        facts.sql("SELECT name FROM functions WHERE file = ?", file) for file in facts.in_order(unit.files)
    ]
    return frozenset(name for found in rows for (name,) in found)


def _removers(facts: Facts, unit: Unit) -> list[int]:
    """What unregistering the module's drivers runs: their remove and disconnect callbacks."""
    found: dict[int, None] = {}
    for file in facts.in_order(unit.files):
        rows = facts.sql(
            "SELECT r.value FROM field_row r JOIN variables v ON v.id = r.variable"
            " WHERE v.file = ? AND r.field IN ('remove', 'disconnect', 'exit', 'exit_batch')"
            " AND v.type LIKE '%driver%' OR v.file = ? AND v.type = 'pernet_operations'",
            file, file,
        )  # fmt: skip
        for (value,) in rows:
            word = value.lstrip("& ")
            for one in facts.functions(word, facts.path(file)) if word.isidentifier() else ():
                found[one.id] = None
    return list(found)


def _run_from(facts: Facts, unit: Unit, queue: str) -> list[int]:
    """Work functions of the module that run from a queue: they have run when it is flushed."""
    found: list[int] = []
    for file in facts.in_order(unit.files):
        for item, target in facts.sql(
            "SELECT object, target FROM callbacks WHERE file = ? AND role IN ('work', 'delayed_work')", file
        ):
            if queue in queue_of(facts, unit.files, item):
                found += resolve(facts, target, file)
    return found


def _tables(facts: Facts, fact: FunctionFact) -> list[int]:
    """What an exit function calls through an array of functions of its file."""
    found: list[int] = []
    for name, value in facts.sql(
        "SELECT v.name, r.value FROM variables v JOIN field_row r ON r.variable = v.id"
        " WHERE v.file = ? AND v.type = 'function pointer' ORDER BY r.id",
        fact.file,
    ):
        code = facts.source(fact.path).code[fact.start :].split("\n}", 1)[0]
        if re.search(rf"\b{name}\b", code) and value.lstrip("& ").isidentifier():
            found += resolve(facts, value.lstrip("& "), fact.file)
    return found


def _arms(facts: Facts) -> dict[int, list[tuple[str, str, int, int]]]:
    """Calls that queue work, by file: name, arguments, first and last line of the function."""
    found: dict[int, list[tuple[str, str, int, int]]] = {}
    marks = ", ".join("?" * len(_ARMS))
    for file, *row in facts.sql(
        "SELECT f.file, n.name, c.arguments, f.line, f.end_line FROM names n CROSS JOIN call_row c"
        " ON c.name = n.id JOIN functions f ON f.id = c.function"
        f" WHERE n.name IN ({marks}) ORDER BY c.function, c.seq",
        *_ARMS,
    ):
        name, arguments, first, last = row
        found.setdefault(file, []).append((name, arguments, first, last))
    return found


def queue_of(facts: Facts, files: frozenset[int], thing: str, line: int = 0) -> set[str]:
    """Queues, by last name, on which the files queue ``thing``: as written around ``line``, else
    as written anywhere, else by its last name."""
    found: set[str] = set()
    exact: set[str] = set()
    beside: set[str] = set()
    item = member(thing)
    for file in facts.in_order(files):
        for name, arguments, first, last in facts.once(_arms).get(file, ()):
            arm = _ARMS[name]
            armed = fill(arm.object, arguments)
            if member(armed) == item:
                queue = fill(arm.queue, arguments) if arm.queue else _QUEUES.get(name, "")
                near = beside if first <= line <= last else exact
                (near if armed == thing else found).add(member(queue))
    return beside or exact or found


def waits_for(found: Drain, role: str, item: str, queues: set[str]) -> Wait | None:
    """The wait that covers a callback of ``role`` on ``item``, which is queued on ``queues``."""
    for one in found.waits:
        if one.thing == item and item and one.role in (role, "work", "delayed_work", "kthread"):
            return one
        if (
            one.role == "queue"
            and queues
            and queues <= {wait.thing for wait in found.waits if wait.role == "queue"}
        ):
            return one
    return None
