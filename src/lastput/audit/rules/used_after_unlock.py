"""An object that only a lock kept is used after the lock was dropped.

What it finds
    A function that looks for an object in a list, or by its number, under a lock, drops the lock, and looks
    into the object, or counts it, only then.

Why it breaks
    From the unlock on nothing keeps the object: whoever removes it may have freed it. A reference that is
    taken after the unlock comes too late.

Example
    mutex_lock(&foo_lock);
    foo = idr_find(&foo_idr, id);
    mutex_unlock(&foo_lock);
    kref_get(&foo->ref);

Instead
    Take the reference before the lock is dropped.

How lastput knows
    There is a path on which the object is found, the lock is dropped, and the object is used. Before that,
    nothing on the path writes to the object or is passed it, except to compare or print it. The struct has a
    counter. Another function of the directory removes objects of that struct from the list, under a lock of
    the same name, and gives them up. The two functions have no other lock in common, neither calls the other,
    and no function calls both. Confidence is low unless the use is one that hands the object on: it is
    counted then, or returned.

Known limits
    That both may run at the same time is not shown: a driver core or a lock further up may forbid it. Objects
    that are handed back through a pointer are left out.

History
    gpio_to_desc() of Linux 6.1.192 used the chip after gpio_lock; in 6.12.117 chips are protected by SRCU.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.audit.counters import counted_structs
from lastput.audit.feasible import Start, ways_out
from lastput.audit.lookup_claims import found_and_used
from lastput.audit.lookups import Search, lock_fields, searches, searching, spoils, variables
from lastput.audit.meanwhile import Meanwhile
from lastput.audit.pointees import pointee
from lastput.audit.removals import Removal
from lastput.c.flow.graph import Kind, Node
from lastput.c.flow.paths import find_path
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF012"
NAME = "used-after-unlock"

_COUNTS = re.compile(r"^kref_get$|^refcount_inc$|^get_device$|_hold$|_get$|_get_ref$")
_LOOKED_INTO = re.compile(r"(?<![\w.>])(\w+)\s*->")
_UNLOCK = re.compile(r"\b(?:\w*unlock\w*|up_read|up_write)\s*\(")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each search whose object is used so."""
    bodies = facts.once(Bodies)
    meanwhile = facts.once(Meanwhile)
    counted = facts.once(counted_structs)
    places = facts.once(searching)
    functions = {one for key in places if key in meanwhile.removals.calls for one in places[key]}
    for identifier in sorted(functions):
        names = _candidates(bodies, identifier, counted)
        for search in searches(bodies, identifier) if names else ():
            use = _use(search) if search.locks and search.variable in names else None
            if use is None:
                continue
            held = lock_fields(search.held.get(use.index, frozenset())) | meanwhile.above.of(identifier)
            removed = meanwhile.removal(search, identifier, held)
            if removed is not None:
                yield _finding(facts, search, use, removed, counted[search.struct])
                break


def _candidates(bodies: Bodies, function: int, counted: dict[str, str]) -> set[str]:
    """The variables of searches that are looked into somewhere after an unlock, by the text."""
    text = bodies.text(function)
    unlock = _UNLOCK.search(text)
    if unlock is None:
        return set()
    used = variables(text).intersection(_LOOKED_INTO.findall(text, unlock.end()))
    return {one for one in used if pointee(bodies, function, one) in counted}


def _use(search: Search) -> Node | None:
    """A node that looks into the object without the lock, with nothing before it that keeps the object."""
    token = re.compile(rf"(?<![\w.>]){search.variable}\s*->")

    def goal(node: Node) -> bool:
        return (
            node.kind is not Kind.LOOP
            and not search.locked(node.index)
            and token.search(node.text) is not None
            and not any(write.target == search.variable for write in node.writes)
        )

    def stop(node: Node) -> bool:
        return not goal(node) and spoils(search, node, search.variable)

    if find_path(search.graph, search.node.index, goal, stop) is None:
        return None
    start = Start(search.node.index, {search.variable: True}, "next" if search.loop else "")
    ways = ways_out(search.graph, start, stop, False, goal)
    return ways[0].nodes[-1] if ways else None


def _finding(facts: Facts, search: Search, use: Node, removed: Removal, counter: str) -> Finding:
    function = search.function
    lock = search.locks[0]
    kept = use.kind is Kind.RETURN or any(_COUNTS.search(call.name) for call in use.calls)

    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    gone = removed.function
    end = Where(gone.path, removed.end_line, 0, gone.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium" if kept else "low",
        message=f"{search.variable} is used after {lock.object} was dropped, which alone kept it",
        where=at(use.line),
        kind="list" if search.loop else "number",
        site=search.call.name,
        object=search.variable,
        statement=use.text,
        causes=(
            Cause(at(search.node.line), f"{search.variable} is found with {lock.object} held"),
            Cause(Where(gone.path, removed.line, 0, gone.name), f"{gone.name}() takes it off the list"),
            Cause(end, f"and gives it up: {removed.end}({removed.variable})"),
            Cause(at(use.line), f"{function.name}() looks into it without {lock.object}"),
        ),
        evidence=(
            Evidence("pin", f"until then {function.name}() leaves {counter}, the object's counter, alone",
                     searched=(at(search.node.line), at(use.line))),
            Evidence("lock", f"no lock is held that {gone.name}() takes", where=at(use.line)),
        ),
        chain=(Link(function.name, at(use.line)),),
        depends_on=() if kept else (f"nothing else keeps {search.variable} while this function runs",),
        remedy=f"take a reference to {search.variable} before {lock.object} is dropped",
        claim=found_and_used(facts, search, removed, at(use.line), at(use.line)),
    )  # fmt: skip
