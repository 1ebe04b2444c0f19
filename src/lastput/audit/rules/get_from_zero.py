"""A search counts an object whose count may have come to zero already.

What it finds
    kref_get(), refcount_inc() or a function that only calls one of them, on an object that was found in a
    list, where the last put takes the object off that list only after the count is zero.

Why it breaks
    Between the last put and the removal the object is still in the list, with a count of zero. Who finds it
    then raises the count to one and goes on, and the one who put it frees it. refcount_t says so
    ("addition on 0") and saturates; kref_get() warns too, but the object is freed all the same.

Example
    spin_lock(&foo_lock);
    list_for_each_entry(foo, &foo_list, node)
            if (foo->id == id)
                    kref_get(&foo->ref);    /* foo_release() waits for foo_lock, to take it off */
    spin_unlock(&foo_lock);

Instead
    kref_get_unless_zero() in the search, or kref_put_lock() and kref_put_mutex() where it is put.

How lastput knows
    The function that kref_put() calls for the last put, or what follows a refcount_dec_and_test(), takes the
    lock of the search and removes the object from the list; and the put is not made under that lock.

Known limits
    Locks are compared by their last names. Searches under RCU alone are left out.

History
    fastrpc: commit 96b328d119ec ("misc: fastrpc: Fix use-after-free race condition for maps").
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from lastput.audit.claims import claim, site
from lastput.audit.locks_above import LocksAbove
from lastput.audit.lookups import Search, lock_fields, searches, searching, variables
from lastput.audit.removals import Removal, Removals
from lastput.c.flow.graph import Call
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import callers, resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF008"
NAME = "get-from-zero"

_GETS = ("kref_get", "refcount_inc", "sock_hold")
_LAST = ("refcount_dec_and_test", "atomic_dec_and_test")
_COUNTS = re.compile(
    r"\b(?:kref_get|refcount_inc|sock_hold|\w*(?:_get|_hold|_ref|get_|grab)\w*)\s*\(\s*&?\s*(\w+)"
)
_SHORT = 12  # lines of a function that only forwards
_NAMED = "_get", "_hold", "_ref", "get_", "grab"


class _Get(msgspec.Struct, frozen=True):
    """The call in the search, and the line that counts; in a function of its own, if ``through``."""

    call: Call
    counts: Where
    through: str


class _Zero(msgspec.Struct, frozen=True):
    """``put`` brings the count to zero, ``removal`` takes the object off afterwards."""

    put: Where
    removal: Removal
    name: str


class _Gets:
    """Functions that do nothing but count their argument."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.where = lru_cache(maxsize=None)(self._where)

    def _where(self, name: str, file: int) -> Where | None:
        """Where ``name``, called in ``file``, counts without asking for zero; None if it does not."""
        facts = self._bodies.facts
        for function in resolve(facts, name, file)[:2]:
            fact = facts.function(function)
            if fact.end_line - fact.line > _SHORT or not fact.parameters:
                continue
            counting = [one for one in facts.calls_in(function) if one.name in _GETS]
            text = self._bodies.text(function)
            if (
                len(counting) == 1
                and re.search(rf"\b{re.escape(fact.parameters[0].name)}\s*->", counting[0].arguments)
                and "unless" not in text
                and "not_zero" not in text
            ):
                return Where(fact.path, counting[0].line, 0, fact.name)
        return None


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each search that counts so."""
    bodies = facts.once(Bodies)
    removals = facts.once(Removals)
    above = facts.once(LocksAbove)
    gets = _Gets(bodies)
    releasing = _releasing(facts)
    places = facts.once(searching)
    functions = {
        one
        for key, rows in removals.calls.items()
        if key in places and any(function in releasing for function, _, _ in rows)
        for one in places[key]
    }
    for identifier in sorted(functions):
        text = bodies.text(identifier)
        if variables(text).isdisjoint(_COUNTS.findall(text)):
            continue
        for search in searches(bodies, identifier):
            get = _counted(search, gets, text) if search.locks else None
            zero = _zero(bodies, removals, above, search) if get is not None else None
            if get is not None and zero is not None:
                yield _finding(facts, search, get, zero)


def _releasing(facts: Facts) -> set[int]:
    """Functions that run once a count is zero, what they call in their file, and what finds it zero."""
    targets = (
        "SELECT DISTINCT f.id, f.file FROM callbacks c"
        " JOIN functions f INDEXED BY functions_by_name ON f.name = c.target AND f.file = c.file"
        " WHERE c.role = 'release' AND c.via = 'kref_put'"
    )
    found = {function for function, _ in facts.sql(targets)}
    found.update(
        function
        for (function,) in facts.sql(
            f"SELECT DISTINCT g.id FROM ({targets}) t JOIN call_row c ON c.function = t.id"
            " JOIN names n ON n.id = c.name"
            " JOIN functions g INDEXED BY functions_by_name ON g.name = n.name AND g.file = t.file"
        )
    )
    found.update(one.function for one in facts.calls_of(_LAST))
    return found


def _counted(search: Search, gets: _Gets, text: str) -> _Get | None:
    """The first call after the search that counts its object, before the variable is set anew."""
    token = rf"(?<![\w.>]){re.escape(search.variable)}\b"
    if re.search(rf"(?:unless_zero|not_zero)\s*\(\s*&?\s*{token}", text):
        return None
    for node in search.graph.nodes:
        if node.line < search.node.line or not re.search(token, node.text) or not search.locked(node.index):
            continue
        for call in node.calls:
            given = call.arguments[0] if call.arguments else ""
            if call.receiver or not re.fullmatch(rf"&?\s*{token}(?:->[\w.]+)?", given):
                continue
            if call.name in _GETS:
                return _Get(call, Where(search.function.path, call.line, 0, search.function.name), "")
            where = gets.where(call.name, search.function.file) if given == search.variable else None
            if where is not None and any(one in call.name for one in _NAMED):
                return _Get(call, where, call.name)
    return None


def _zero(bodies: Bodies, removals: Removals, above: LocksAbove, search: Search) -> _Zero | None:
    directory = search.function.path.rpartition("/")[0]
    for removed in removals.of(directory, search.struct, search.field):
        locks = removed.locks & lock_fields(search.locks)
        found = _after_zero(bodies, above, removed, locks) if locks else None
        if found is not None:
            return found
    return None


def _after_zero(bodies: Bodies, above: LocksAbove, removed: Removal, locks: frozenset[str]) -> _Zero | None:
    """Whether the removal runs because the count came to zero, and the put was made without the locks."""
    facts = bodies.facts
    function = removed.function
    for put in facts.calls_in(function.id):
        if put.name in _LAST and put.line < removed.line and removed.variable in put.arguments:
            held = above.at(put) | above.of(function.id)
            return None if held & locks else _Zero(_at(facts, put), removed, put.name)
    for target in (function, *(facts.function(one.function) for one in callers(facts, function.id))):
        if above.of(function.id) & locks:
            return None
        rows = facts.sql(
            "SELECT c.function, c.line, c.via FROM callbacks c JOIN functions f ON f.id = c.function"
            " WHERE c.role = 'release' AND c.target = ? AND f.file = ? AND c.via = 'kref_put' ORDER BY c.id",
            target.name, target.file,
        )  # fmt: skip
        for holder, line, via in rows:
            put = next(one for one in facts.calls_in(holder) if one.name == via and one.line == line)
            if not (above.at(put) | above.of(holder)) & locks:
                return _Zero(_at(facts, put), removed, via)
    return None


def _at(facts: Facts, call: CallFact) -> Where:
    fact = facts.function(call.function)
    return Where(fact.path, call.line, 0, fact.name)


def _finding(facts: Facts, search: Search, get: _Get, zero: _Zero) -> Finding:
    function = search.function
    here = Where(function.path, get.call.line, 0, function.name)
    guard = search.locks[0].object
    removal = Where(zero.removal.function.path, zero.removal.line, 0, zero.removal.function.name)
    shown = get.through or get.call.name
    steps = [
        Cause(zero.put, f"{zero.name}() brings the count to zero"),
        Cause(here, f"{search.variable} is still in the list: {function.name}() finds it under {guard}"),
        Cause(get.counts, f"{get.call.name if not get.through else 'the get'} raises its count from zero"),
        Cause(removal, f"{zero.removal.function.name}() takes it off, and it is freed while counted"),
    ]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{shown}() may raise the count of {search.variable} from zero: until"
        f" {zero.removal.function.name}() removes it, it is still found under {guard}",
        where=here,
        kind="list" if search.field else "number",
        site=get.call.name,
        object=search.variable,
        statement=f"{get.call.name}({', '.join(get.call.arguments)})",
        causes=tuple(steps),
        evidence=(
            Evidence("lock", f"the put is not made under {guard}", searched=(zero.put,)),
            Evidence("path", "the object leaves the list after the put", where=removal),
        ),
        chain=(Link(function.name, here),),
        remedy="take the reference with a call that fails at zero, and go on searching if it does",
        claim=claim(
            facts,
            "refcount-from-zero",
            (here, search.variable),
            (
                site("put", zero.put, zero.name),
                site("find", Where(function.path, search.node.line, 0, function.name), search.call.name),
                site("get", here, get.call.name),
                site("unpublish", removal, text=zero.removal.variable),
            ),
        ),
    )  # fmt: skip
