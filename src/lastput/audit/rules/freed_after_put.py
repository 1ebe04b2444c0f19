"""An object is freed, or taken off a list, after a put whose release function frees it.

What it finds
    ``put_device(&foo->dev)`` or its like, and after it kfree(foo) or list_del(&foo->node), where the
    release function of that device, kobject or kref frees the object around it.

Why it breaks
    If the put is the last, the release function has freed the object: the second free hits memory that may
    belong to another by now, and list_del() writes into it. If it is not the last, kfree() takes the memory
    away from those who still hold a reference.

Example
    static void foo_release(struct device *dev)
    {
            kfree(container_of(dev, struct foo, dev));
    }

    put_device(&foo->dev);
    kfree(foo);

Instead
    Leave it to the release function: free by hand only before device_initialize().

How lastput knows
    The argument of the put is the address of a member of the object. In the same directory there is a
    function with one parameter of that member's type that frees an object of the same struct. A path whose
    conditions do not contradict each other leads from the put to the free, on which the variable is not set.
    Where the directory has several such functions, the file's own count.

Known limits
    A device whose release function is set to another than the one found is reported by mistake. A put whose
    result is asked for, as that of kref_put(), is left out, and so are functions that take a reference, too.

History
    stm_register_device(): commit 3df463865ba4 ("stm class: Fix a double free in stm_register_device()").
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, always_before, ways_out
from lastput.audit.pointees import pointee
from lastput.c.flow.graph import Kind, Node
from lastput.c.flow.paths import find_path
from lastput.facts.api import API
from lastput.facts.base import Facts, FunctionFact, argument
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF010"
NAME = "freed-after-put"

#: Puts of a member, and the type of that member.
_PUTS = {
    "put_device": "device",
    "device_unregister": "device",
    "kobject_put": "kobject",
    "kref_put": "kref",
}
_FREES = {name: int(one.object.strip("{}")) for one in API.free if not one.deferred for name in one.names}
#: The function takes a reference of its own, which the put gives back.
_COUNTED = re.compile(r"\b(?:get_device|kobject_get|kref_get)\s*\(")
_UNLINKS = ("list_del", "list_del_init", "list_del_rcu", "hlist_del", "hlist_del_init")
_MEMBER = re.compile(r"^&\s*\(?(\w+)\)?\s*->\s*[\w.]+$")


class _Release(msgspec.Struct, frozen=True):
    """``function`` frees an object of ``struct`` in ``line``, given a member of type ``kind``."""

    function: FunctionFact
    struct: str
    kind: str
    line: int
    call: str


class _Pair(msgspec.Struct, frozen=True):
    """In ``function``, ``put`` of a member of ``variable``, and ``after`` of the whole; with their lines."""

    function: int
    variable: str
    put: str
    put_line: int
    after: str
    after_line: int


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each object that is freed or unlinked so."""
    bodies = facts.once(Bodies)
    releases = _releases(facts, bodies)
    told: set[tuple[int, str]] = set()
    for pair in _pairs(facts):
        function = facts.function(pair.function)
        if (pair.function, pair.variable) in told:
            continue
        struct = pointee(bodies, pair.function, pair.variable)
        known = releases.get((function.path.rpartition("/")[0], struct, _PUTS[pair.put]), ())
        release = next((one for one in known if one.function.file == function.file), None) or (
            known[0] if len(known) == 1 else None
        )
        if release is None or release.function.id == pair.function:
            continue
        if _COUNTED.search(bodies.text(pair.function)):
            continue
        graph = bodies.graph(pair.function)
        if graph is None or not graph.clean:
            continue
        first = _node(graph.nodes, pair.put, pair.put_line)
        second = _node(graph.nodes, pair.after, pair.after_line)
        if first is None or second is None or first.kind is Kind.CONDITION:
            continue

        def goal(node: Node, second: Node = second) -> bool:
            return node.index == second.index

        def stop(node: Node, variable: str = pair.variable) -> bool:
            return any(write.target == variable for write in node.writes) or (
                node.kind is Kind.LOOP and variable in node.text
            )

        if find_path(graph, first.index, goal, stop) is None:
            continue
        start = Start(first.index, always_before(graph).get(first.index, {}))
        if ways_out(graph, start, stop, False, goal):
            told.add((pair.function, pair.variable))
            yield _finding(facts, function, pair, release)


def _node(nodes: tuple[Node, ...], name: str, line: int) -> Node | None:
    for node in nodes:
        if node.kind is not Kind.CLEANUP and any(one.name == name and one.line == line for one in node.calls):
            return node
    return None


def _pairs(facts: Facts) -> list[_Pair]:
    """Puts of a member in functions that also free or unlink the object around it, later in the text."""
    every = (*_PUTS, *_FREES, *_UNLINKS)
    marks = ", ".join("?" * len(every))
    puts = ", ".join("?" * len(_PUTS))
    rows = facts.sql(
        "SELECT c.function, n.name, c.arguments, c.line, c.use FROM names n JOIN call_row c ON c.name = n.id"
        f" WHERE n.name IN ({marks}) AND c.receiver = '' AND c.function IN"
        " (SELECT p.function FROM names m JOIN call_row p ON p.name = m.id"
        f" WHERE m.name IN ({puts}) AND p.arguments LIKE '&%->%') ORDER BY c.function, c.seq",
        *every, *_PUTS,
    )  # fmt: skip
    found: list[_Pair] = []
    put: defaultdict[tuple[int, str], list[tuple[str, int]]] = defaultdict(list)
    for function, name, arguments, line, use in rows:
        if name in _PUTS:
            member = _MEMBER.match(argument(arguments, 0))
            if member is not None and use == "ignored":
                put[function, member[1]].append((name, line))
            continue
        thing = argument(arguments, _FREES.get(name, 0))
        unlinked = _MEMBER.match(thing)
        variable = thing if name in _FREES else unlinked[1] if unlinked is not None else ""
        found += [
            _Pair(function, variable, one, at, name, line) for one, at in put.get((function, variable), ())
        ]
    return found


def _releases(facts: Facts, bodies: Bodies) -> dict[tuple[str, str, str], list[_Release]]:
    """Functions that free the object around their one parameter, by directory, struct and its type."""
    found: defaultdict[tuple[str, str, str], list[_Release]] = defaultdict(list)
    heads = {f"struct {kind} *": kind for kind in dict.fromkeys(_PUTS.values())}
    rows = facts.sql(
        "SELECT f.id, n.name, c.arguments, c.line FROM functions f JOIN call_row c ON c.function = f.id"
        " JOIN names n ON n.id = c.name WHERE (f.parameters LIKE '[[\"struct device *\",%'"
        " OR f.parameters LIKE '[[\"struct kobject *\",%' OR f.parameters LIKE '[[\"struct kref *\",%')"
        f" AND n.name IN ({', '.join('?' * len(_FREES))}) ORDER BY f.id, c.seq",
        *_FREES,
    )
    for identifier, name, arguments, line in rows:
        function = facts.function(identifier)
        kind = heads.get(function.parameters[0].type.strip(), "")
        if len(function.parameters) != 1 or not kind:
            continue
        text = bodies.text(identifier)
        thing = argument(arguments, _FREES[name])
        struct = pointee(bodies, identifier, thing) if thing.isidentifier() else ""
        around = re.search(r"container_of\s*\([^,]*,\s*struct\s+(\w+)", thing)
        struct = around[1] if around is not None else struct
        if not struct:
            continue
        # Of the parameter's own object, not of something that hangs on it.
        if thing.isidentifier() and not re.search(
            rf"\b{thing}\s*=\s*(?:container_of|to_\w+|\w*_to_\w+|\w+)\s*\([^;]*\b{function.parameters[0].name}\b",
            text,
        ):
            continue
        key = (function.path.rpartition("/")[0], struct, kind)
        found[key].append(_Release(function, struct, kind, line, name))
    return found


def _finding(facts: Facts, function: FunctionFact, pair: _Pair, release: _Release) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    freed = Where(release.function.path, release.line, 0, release.function.name)
    done = "freed again" if pair.after in _FREES else "taken off its list"
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{pair.variable} is {done} after {pair.put}(), whose {release.function.name}() frees it",
        where=at(pair.after_line),
        kind="free" if pair.after in _FREES else "unlink",
        site=pair.put,
        object=pair.variable,
        statement=f"{pair.after}({pair.variable})",
        causes=(
            Cause(at(pair.put_line), f"{pair.put}() puts the {release.kind} in {pair.variable}"),
            Cause(freed, f"the last put runs {release.function.name}(), which frees it: {release.call}()"),
            Cause(at(pair.after_line), f"{pair.after}() gets {pair.variable} once more"),
        ),
        evidence=(
            Evidence(
                "role",
                f"{release.function.name}() frees a struct {release.struct} by its {release.kind}",
                where=freed,
            ),
            Evidence(
                "path",
                f"{pair.variable} is not set in between",
                searched=(at(pair.put_line), at(pair.after_line)),
            ),
        ),
        chain=(Link(function.name, at(pair.after_line)),),
        remedy=f"let {release.function.name}() free it, and do what needs {pair.variable} before the put",
        claim=claim(
            facts,
            "double-free" if pair.after in _FREES else "use-after-free",
            (at(pair.put_line), pair.variable),
            (
                site("put", at(pair.put_line), pair.put),
                site("free", freed, release.call),
                site("free" if pair.after in _FREES else "use", at(pair.after_line), pair.after),
            ),
        ),
    )
