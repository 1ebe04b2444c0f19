"""A search hands out an object that only its lock kept, and takes no reference to it.

What it finds
    A function that looks for an object in a list, or by its number, under a lock; that drops the lock, and
    returns the object without having counted it. Elsewhere objects are taken off that list and given up.

Why it breaks
    From the unlock on nothing keeps the object: whoever removes it may free it while the caller still looks
    into it. The count in the object is there for that, and is not used.

Example
    mutex_lock(&foo_lock);
    list_for_each_entry(foo, &foo_list, node)
            if (foo->id == id)
                    goto out;
    foo = NULL;
    out:
    mutex_unlock(&foo_lock);
    return foo;

Instead
    Take the reference before the lock is dropped, and let the caller put it.

How lastput knows
    There is a path on which the object is found, the lock is dropped, and the object is returned. Nothing on
    the path writes to the object or is passed it, except to compare or print it. The struct has a counter. A
    function of the same directory removes objects of that struct from the list, under a lock of the same
    name, and puts, unregisters or frees them. A caller dereferences the result or passes it on, without a
    lock that the removal takes.

    Confidence is low if the caller, in the same directory, runs as a work item, as an attribute or at probe,
    for which the removal may wait, and if the object has a cdev, whose open files keep it.

Known limits
    That callers and removal may run at the same time is not shown: a driver core or a lock further up may
    forbid it. Searches under RCU alone are left out.

History
    thermal_zone_get_by_id() and the searches of virtio_console in Linux 6.1.192; in 6.12.117 these take
    references.
    Commit a42a5839f400 ("thermal: core: Reference count the zone in thermal_zone_get_by_id()").
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.audit.counters import counted_structs
from lastput.audit.feasible import Start, ways_out
from lastput.audit.lookup_claims import found_and_used
from lastput.audit.lookups import Search, searches, searching, spoils, variables
from lastput.audit.meanwhile import Meanwhile
from lastput.audit.removals import Removal
from lastput.c.flow.graph import Kind, Node
from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import callers
from lastput.facts.roles import roles
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF007"
NAME = "returned-without-reference"

_UNLOCKS = re.compile(r"\b\w*(?:unlock|up_read|up_write|guard)\w*\s*\(")
_COPIES = re.compile(r"(?:\breturn\s*\(?|=)\s*(\w+)\s*\)?;")
#: An open file of a cdev holds what the cdev lies in.
_CDEVS = "SELECT DISTINCT record FROM records WHERE type = 'cdev' AND pointers = 0"
_WAITED_FOR = {"work", "delayed_work", "kthread_work", "sysfs", "probe"}
_STRUCT = re.compile(r"struct\s+(\w+)\s*\*")
_HANDED_ON = re.compile(r"\b(?!IS_ERR|PTR_ERR|WARN|if|while|return|likely|unlikely)\w+\(@\s*[,)]")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each function that returns such an object."""
    bodies = facts.once(Bodies)
    meanwhile = facts.once(Meanwhile)
    counted = facts.once(counted_structs)
    cdevs = {name for (name,) in facts.sql(_CDEVS)}
    places = facts.once(searching)
    functions = {one for key in places if key in meanwhile.removals.calls for one in places[key]}
    for identifier in sorted(functions):
        struct = _STRUCT.search(facts.function(identifier).returns)
        if struct is None or struct[1] not in counted or not _worthwhile(bodies.text(identifier)):
            continue
        for search in searches(bodies, identifier):
            way = _handed_out(search) if search.locks and search.struct == struct[1] else None
            if way is None:
                continue
            found = []
            for use in _uses(bodies, search):
                held = meanwhile.above.at(use) | meanwhile.above.of(use.function)
                removed = meanwhile.removal(search, use.function, held)
                if removed is not None:
                    waited = _beside(facts, use, search) and _waited_for(facts, use.function)
                    found.append((waited, use, removed))
            if found:
                waited, use, removed = min(found, key=lambda one: one[0])
                sure = not waited and struct[1] not in cdevs
                yield _finding(
                    facts,
                    search,
                    way,
                    removed,
                    facts.function(use.function),
                    use.line,
                    counted[struct[1]],
                    sure,
                )
            break


def _beside(facts: Facts, use: CallFact, search: Search) -> bool:
    """Whether a caller lies in the directory of the search: then they may be parts of one driver."""
    directory = search.function.path.rpartition("/")[0]
    return facts.function(use.function).path.rpartition("/")[0] == directory


def _waited_for(facts: Facts, function: int, depth: int = 1) -> bool:
    """Whether a function runs as a work item, as an attribute, or at probe only: whoever removes the object
    may have waited for these."""
    ways = {one.via.rpartition(".")[2] if one.role == "ops" else one.role for one in roles(facts, function)}
    if ways or not depth:
        return bool(ways) and ways <= _WAITED_FOR
    calls = callers(facts, function)
    return bool(calls) and all(_waited_for(facts, one.function, 0) for one in calls)


def _worthwhile(text: str) -> bool:
    """Whether a body unlocks something, and returns what it searched for or a copy of it."""
    return _UNLOCKS.search(text) is not None and not variables(text).isdisjoint(_COPIES.findall(text))


def _handed_out(search: Search) -> tuple[Node, ...] | None:
    """The way from the search to a return of the object, unlocked and uncounted."""
    aliases = {search.variable: 0}
    for node in search.graph.nodes:
        for write in node.writes:
            if write.value.strip() == search.variable and re.match(r"^\w+$", write.target):
                aliases[write.target] = node.index
    for name, at in aliases.items():
        way = _way(search, name, at)
        if way and not search.locked(way[-1].index):
            return way
    return None


def _way(search: Search, name: str, at: int) -> tuple[Node, ...]:
    """A way from the search to a return of ``name``, into which node ``at`` copies the object (0: it is the
    variable of the search). Empty if there is none."""
    start = Start(search.node.index, {search.variable: True}, "next" if search.loop else "")

    def returns(node: Node) -> bool:
        return node.kind is Kind.RETURN and node.value.strip("() ") == name

    def copies(node: Node) -> bool:
        return node.index == at

    def spoilt(node: Node) -> bool:
        return spoils(search, node, search.variable)

    def lost(node: Node) -> bool:
        return node.index != at and spoils(search, node, name)

    begin: tuple[Node, ...] = ()
    if at:
        first = ways_out(search.graph, start, spoilt, True, copies)
        if not first:
            return ()
        begin = first[0].nodes
        start = Start(at, {**first[0].known, name: True})
    ways = ways_out(search.graph, start, lost, True, returns)
    return begin + ways[0].nodes if ways else ()


def _uses(bodies: Bodies, search: Search) -> list[CallFact]:
    """The calls of the function whose caller looks into the result, or hands it on."""
    found = []
    for call in callers(bodies.facts, search.function.id):
        name = call.result.strip("* ")
        if not re.match(r"^\w+$", name):
            continue
        text = bodies.text(call.function)
        if re.search(rf"(?<![\w.>]){name}\s*->", text) or _HANDED_ON.search(text.replace(f"({name}", "(@")):
            found.append(call)
    return found


def _finding(
    facts: Facts,
    search: Search,
    way: tuple[Node, ...],
    removed: Removal,
    caller: FunctionFact,
    line: int,
    counter: str,
    sure: bool,
) -> Finding:
    function = search.function
    lock = search.locks[0]
    called = Where(caller.path, line, 0, caller.name)

    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    end = Where(removed.function.path, removed.end_line, 0, removed.function.name)
    result = way[-1].value.strip("() ")
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium" if sure else "low",
        message=f"{function.name}() returns {result} without a reference, after it dropped {lock.object}",
        where=at(way[-1].line),
        kind="list" if search.loop else "number",
        site=search.call.name,
        object=result,
        statement=search.node.text,
        causes=(
            Cause(at(search.node.line), f"{search.variable} is found with {lock.object} held"),
            Cause(at(way[-1].line), f"{lock.object} is dropped, and {result} returned uncounted"),
            Cause(
                Where(removed.function.path, removed.line, 0, removed.function.name),
                f"meanwhile {removed.function.name}() takes it off the list",
            ),
            Cause(end, f"and gives it up: {removed.end}({removed.variable})"),
            Cause(called, f"{caller.name}() looks into what was freed"),
        ),
        evidence=(
            Evidence("pin", f"{function.name}() leaves {counter}, the counter of the object, alone",
                     searched=(at(function.line), at(function.end_line))),
            Evidence("lock", f"{caller.name}() holds no lock that {removed.function.name}() takes",
                     where=called),
        ),
        chain=(
            Link(caller.name, called),
            Link(function.name, at(way[-1].line), "direct"),
        ),
        depends_on=() if sure else (f"{removed.function.name}() does not wait for {caller.name}()",),
        remedy=f"take a reference to {result} before {lock.object} is dropped, and let callers put it",
        claim=found_and_used(facts, search, removed, at(way[-1].line), called),
    )  # fmt: skip
