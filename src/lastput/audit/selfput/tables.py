"""Callbacks in tables of functions: what their core pins while it calls them."""

from __future__ import annotations

__all__ = ["Answer", "in_table", "stored"]

import re

import msgspec

from lastput.audit.selfput.drain import Ending
from lastput.audit.selfput.pins import PINS
from lastput.audit.selfput.unit import Unit
from lastput.facts.api import API
from lastput.facts.base import CallFact, Facts, member
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import locks_held
from lastput.facts.resolve import callers, receiver_types
from lastput.facts.roles import Role, roles
from lastput.schema.finding import Where

_MANY = 120
_LOCKS = frozenset(name for one in API.lock for name in (*one.lock, *one.try_lock))
_ATOMIC = frozenset({"rcu", "srcu", "timer", "hrtimer", "tasklet", "irq", "irq_work"})
_WORKS = frozenset({"work", "delayed_work", "kthread_work"})


class Answer(msgspec.Struct, frozen=True):
    """``kind`` is the class (see MOD001), ``why`` one clause, ``where`` what was read for it. ``searched``
    are the places where an owner was looked for. ``sure`` is False where a core's habit was guessed."""

    kind: str
    why: str
    where: Where | None = None
    searched: tuple[Where, ...] = ()
    sure: bool = True
    work: str = ""


def in_table(facts: Facts, unit: Unit, role: Role, ending: Ending) -> Answer:
    """A function in ``table.path`` of a struct ``role.object``."""
    struct, (table, _, path) = role.object, role.via.partition(".")
    field = member(path)
    here = Where(role.path, role.line)
    file = facts.sql("SELECT id FROM files WHERE path = ?", role.path)[0][0]
    if path.startswith("[") and "." not in path:
        why = f"is an element of {table}, and who calls through that array was not followed"
        return Answer("?", why, here, sure=False)
    for pin in PINS.pin:
        if struct in pin.structs and (not pin.fields or field in pin.fields):
            if pin.field and _sibling(facts, file, table, path, pin.field) != pin.value:
                continue
            return Answer(pin.kind, f"{role.via} {pin.why}", here)
    if facts.sql(
        "SELECT 1 FROM records WHERE record = ? AND type = 'device_driver' AND pointers = 0", struct
    ):
        return Answer(
            "H", f"{role.via} runs under the device lock, which unregistering the driver takes", here
        )
    owners = facts.sql(
        "SELECT DISTINCT field FROM records WHERE record = ? AND type = 'module' AND pointers = 1", struct
    )
    if owners and PINS.covers(struct):
        return _owned(facts, role, table, file, [row[0] for row in owners])
    if struct and not facts.sql("SELECT 1 FROM records WHERE record = ? LIMIT 1", struct):
        return Answer("?", f"is {role.via}, and struct {struct} is nowhere in this tree", here, sure=False)
    return _called(facts, unit, struct, field, role, ending)


def stored(facts: Facts, unit: Unit, role: Role, ending: Ending) -> Answer:
    """A function stored into a field at run time."""
    field = member(role.object)
    if PINS.releases(field):
        why = f"{role.object} runs in whoever puts the last reference, and nothing pins that one"
        return Answer("D", why, Where(role.path, role.line))
    return _called(facts, unit, "", field, role, ending)


def _sibling(facts: Facts, file: int, table: str, path: str, field: str) -> str:
    rows = facts.sql(
        "SELECT r.value FROM field_row r JOIN variables v ON v.id = r.variable"
        " WHERE v.file = ? AND v.name = ? AND r.path = ?",
        file, table, f"{path.rpartition('.')[0]}.{field}",
    )  # fmt: skip
    return str(rows[0][0]) if rows else ""


def _owned(facts: Facts, role: Role, table: str, file: int, fields: list[str]) -> Answer:
    """A table whose struct has a field for its owner."""
    marks = ", ".join("?" * len(fields))
    rows = facts.sql(
        "SELECT r.line, r.value, v.line FROM variables v LEFT JOIN field_row r ON r.variable = v.id"
        f" AND r.field IN ({marks}) WHERE v.file = ? AND v.name = ?",
        *fields, file, table,
    )  # fmt: skip
    for line, value, _ in rows:
        if value:
            return Answer(
                "L",
                f"{table}.{fields[0]} = {value}: held until {role.via} has returned",
                Where(role.path, line),
            )
    static = bool(
        facts.sql("SELECT static FROM variables WHERE file = ? AND name = ? AND static", file, table)
    )
    for target, value, line, path in facts.sql(
        "SELECT s.target, s.value, s.line, p.path FROM stores s JOIN functions f ON f.id = s.function"
        " JOIN files p ON p.id = f.file WHERE s.field = 'owner' AND s.target = ?", f"{table}.owner",
    ):  # fmt: skip
        if not static or path == role.path:
            return Answer("L", f"{target} = {value}: held until {role.via} has returned", Where(path, line))
    head = Where(role.path, rows[0][2] if rows else role.line)
    why = f"{role.via} is called without a reference to the module: {table} has no {fields[0]}"
    return Answer("O", why, Where(role.path, role.line), (head,))


def _called(facts: Facts, unit: Unit, struct: str, field: str, role: Role, ending: Ending) -> Answer:
    """A table of which only the calls through it tell in which context it runs."""
    here = Where(role.path, role.line)
    sites = _sites(facts, struct, field)
    kinds: set[str] = set()
    place: Where | None = None
    for call in sites:
        fact = facts.function(call.function)
        where = Where(fact.path, call.line, 0, fact.name)
        held = _held(facts, call)
        if "rcu" in held:
            kinds.add("R")
            place = place or where
            continue
        for lock in sorted(held):
            if lock in ending.drain.locks:
                return Answer(
                    "LK", f"{role.via} runs under {lock}, which the module's exit takes", where, sure=False
                )
        for above in _roles_above(facts, call.function):
            if above.role in _WORKS:
                why = f"{role.via} is called from the work function of {above.object}"
                return Answer("W", why, where, work=member(above.object))
            if above.role in _ATOMIC:
                kinds.add("R")
                place = place or where
            else:
                kinds.add("")
        if not kinds:
            kinds.add("")
    if kinds == {"R"}:
        return Answer("R", f"{role.via} runs in an RCU reader or in interrupt context", place, sure=False)
    return Answer(
        "O", f"{role.via} is called without a reference to the module", here, (here,), sure=bool(sites)
    )


def _sites(facts: Facts, struct: str, field: str) -> list[CallFact]:
    """Calls through a field of that struct; of any, if one struct alone has a function pointer so named."""
    known = facts.once(_known_sites)
    if (struct, field) not in known:
        known[(struct, field)] = _find_sites(facts, struct, field)
    return known[(struct, field)]


def _known_sites(_: Facts) -> dict[tuple[str, str], list[CallFact]]:
    return {}


def _find_sites(facts: Facts, struct: str, field: str) -> list[CallFact]:
    rows = facts.sql("SELECT * FROM calls WHERE name = ? AND receiver != ''", field)
    if struct:
        ends = [_last(row[3]) for row in rows]
        holding = {
            end
            for end in set(ends)
            if facts.sql("SELECT 1 FROM records WHERE field = ? AND +type = ? LIMIT 1", end, struct)
        }
        rows = [
            row
            for row, end in zip(rows, ends, strict=True)
            if end in holding or not re.search(r"->\w|\.\w", row[3])
        ]
    if len(rows) > _MANY:
        return []
    holders = facts.sql(
        "SELECT DISTINCT record FROM records WHERE field = ? AND type = 'function pointer'", field
    )
    found = []
    for row in rows:
        call = CallFact(*row)
        types = receiver_types(facts, facts.function(call.function), call.receiver)
        if struct in types if struct and types else len(holders) <= 1:
            found.append(call)
    return found


def _last(receiver: str) -> str:
    """The field that ends a receiver: ``ops`` of ``xprt->ops->``."""
    return member(re.sub(r"(->|\.)\s*$", "", receiver))


def _held(facts: Facts, call: CallFact) -> frozenset[str]:
    """Global locks, and ``rcu``, held at a call."""
    base = re.split(r"->|\.", call.receiver)[0]
    if any(
        one.result == base and one.name.startswith("rcu_dereference") for one in facts.calls_in(call.function)
    ):
        return frozenset({"rcu"})
    if not any(one.name in _LOCKS or "guard" in one.name for one in facts.calls_in(call.function)):
        return frozenset()
    graph = facts.once(Bodies).graph(call.function)
    if graph is None:
        return frozenset()
    states = locks_held(graph)
    for node, one in graph.calling(call.name):
        if one.line == call.line:
            return frozenset(
                "rcu" if lock.kind == "rcu" else member(lock.object)
                for lock in states.get(node.index, frozenset())
                if "->" not in lock.object
            )
    return frozenset()


def _roles_above(facts: Facts, function: int, deep: int = 2) -> list[Role]:
    found = roles(facts, function)
    if deep and not found:
        for call in callers(facts, function)[:8]:
            if call.function:
                found += _roles_above(facts, call.function, deep - 1)
    return found
