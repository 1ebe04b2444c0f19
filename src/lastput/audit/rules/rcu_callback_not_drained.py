"""A module hands a function to call_rcu(), and does not wait for it when it goes.

What it finds
    call_rcu() with a function of a module that can be unloaded, while no rcu_barrier() is called in the
    module, nor by a function of the kernel that its exit calls.

Why it breaks
    The callback runs after a grace period, from the text of the module. delete_module() waits for readers,
    not for callbacks: they may run when the text is unmapped.

Example
    static void foo_free(struct rcu_head *head) { kfree(container_of(head, struct foo, rcu)); }

    static void __exit foo_exit(void)
    {
            foo_remove_all();       /* call_rcu(&foo->rcu, foo_free) for each */
    }

Instead
    rcu_barrier() at the end of the exit function, after the last call_rcu(); or kfree_rcu(), which needs no
    text of the module.

How lastput knows
    The call and all barriers are looked for in every file that is linked with the caller. What the exit
    functions call by name is followed in the kernel, three calls deep, for a barrier there that each way
    comes to, such as that of unregister_pernet_subsys(); one that only some callers need is none. Where it
    stands in the release of an object that a teardown function of the module puts (scsi_host_put() and
    scsi_host_dev_release()), it waits if that put is the last one: the finding is of low confidence then.

Known limits
    A driver whose devices are gone for long when its module goes is reported all the same. A callback that
    signals a completion, for which the exit waits, is of low confidence.

History
    Documentation/RCU/rcubarrier.rst; rcu_barrier() in kernel/rcu/tree.c.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from lastput.audit.claims import claim, site
from lastput.audit.deferred import Deferred
from lastput.audit.inside import RELEASES, Inside, Insides
from lastput.audit.teardown import teardowns
from lastput.audit.units import Unit
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import find_path, reached
from lastput.facts.api import API, fill
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "WRK005"
NAME = "rcu-callback-not-drained"

_BARRIERS = frozenset(name for one in API.wait if one.role == "rcu" for name in one.names)
_DEPTH = 3  # calls, into the kernel
#: Puts of what the release of a device's type or class ends.
_DEVICE_PUTS = ("put_device", "device_unregister")
_TOLD = re.compile(r"^(complete|complete_all|wake_up\w*|swake_up\w*)$")


def run(facts: Facts) -> Iterator[Finding]:
    units = facts.once(Deferred)
    drained: dict[frozenset[int], bool] = {}
    seen: set[tuple[Unit, str]] = set()
    for target, thing, file, function, line, via in facts.sql(
        "SELECT target, object, file, function, line, via FROM callbacks WHERE role = 'rcu' ORDER BY id"
    ):
        unit = units.unit(file)
        callbacks = resolve(facts, target, file)
        if not function or not unit.unloadable or len(callbacks) != 1 or (unit, target) in seen:
            continue
        if facts.function(callbacks[0]).file not in unit.files:
            continue
        seen.add((unit, target))
        if unit.files not in drained:
            drained[unit.files] = _drained(facts, unit)
        if not drained[unit.files]:
            yield _finding(facts, unit, function, callbacks[0], line, f"{via}({thing}, {target})", thing)


def _exits(facts: Facts, unit: Unit) -> list[int]:
    """Functions that end the module."""
    files = ", ".join(map(str, sorted(unit.files)))
    rows = facts.sql(
        f"SELECT target, file FROM entries WHERE role = 'exit' AND file IN ({files}) ORDER BY id"
    )
    return [one for target, file in rows for one in resolve(facts, target, file)[:1]]


def _drained(facts: Facts, unit: Unit) -> bool:
    """Whether the module has a barrier, or its exit comes to one in the kernel."""
    files = ", ".join(map(str, sorted(unit.files)))
    marks = ", ".join("?" * len(_BARRIERS))
    if facts.sql(
        "SELECT 1 FROM names n CROSS JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function"
        f" WHERE n.name IN ({marks}) AND f.file IN ({files}) LIMIT 1",
        *sorted(_BARRIERS),
    ):
        return True
    always: dict[int, bool] = {}
    return any(_always(facts, one, always, _DEPTH) for one in _outside(facts, unit, _exits(facts, unit)))


def _outside(facts: Facts, unit: Unit, ends: Iterable[int]) -> list[int]:
    """Functions of the kernel that are called by name from ``ends``."""
    inside = facts.once(Insides).of(unit)
    found: set[int] = set()
    for end in ends:
        for function in inside.reach(end, depth=4, limit=200):
            for call in inside.calls(function):
                if not call.receiver and not inside.resolve(call.name, facts.function(function).file):
                    found.update(resolve(facts, call.name, facts.function(function).file)[:1])
    return sorted(found)


def _release_waits(facts: Facts, unit: Unit) -> tuple[str, str]:
    """A function of the kernel that a teardown of the module calls and that puts an object, and the release
    of that object, which has a barrier; ("", "") if there is none."""
    for one in _outside(facts, unit, [one.function for one in teardowns(facts, unit)]):
        putter = facts.function(one)
        for call in facts.calls_in(one):
            for release in _releases(facts, putter.file, call):
                if any(inner.name in _BARRIERS for inner in facts.calls_in(release)):
                    return putter.name, facts.function(release).name
    return "", ""


def _releases(facts: Facts, file: int, call: CallFact) -> tuple[int, ...]:
    """What a put in ``file`` may run: the function that it names, or those that the file gives its devices,
    by their type, class or themselves."""
    if call.name in RELEASES:
        return resolve(facts, fill(RELEASES[call.name], call.arguments).lstrip("& "), file)
    if call.name not in _DEVICE_PUTS:
        return ()
    rows = facts.sql("SELECT value FROM fields WHERE file = ? AND field = 'release'", file) + facts.sql(
        "SELECT s.value FROM stores s JOIN functions f ON f.id = s.function"
        " WHERE f.file = ? AND s.field = 'release'",
        file,
    )
    names = sorted({value.lstrip("& ") for (value,) in rows})
    return tuple(one for name in names if name.isidentifier() for one in resolve(facts, name, file))


def _always(facts: Facts, function: int, known: dict[int, bool], depth: int) -> bool:
    """Whether each way through a function of the kernel comes to a barrier, that of some way out of a failed
    assumption aside."""
    if function not in known:
        known[function] = False
        fact = facts.function(function)
        calls = facts.calls_in(function)
        waits = {call.name for call in calls if call.name in _BARRIERS}
        if depth and fact.path.endswith(".c"):
            for call in calls:
                defined = () if call.receiver else resolve(facts, call.name, fact.file)
                if defined and all(_always(facts, one, known, depth - 1) for one in defined):
                    waits.add(call.name)
        graph = facts.once(Bodies).graph(function) if waits else None
        known[function] = graph is not None and not _around(graph, frozenset(waits))
    return known[function]


def _around(graph: Graph, waits: frozenset[str]) -> bool:
    """Whether a way leads past all of ``waits``, that does not leave at once."""

    def stops(node: Node) -> bool:
        return any(call.name in waits for call in node.calls)

    def early(node: Node, edge: Edge) -> bool:
        if node.kind is Kind.LOOP and edge.label == "done":
            # What is looked for in a list is there.
            return any(stops(graph.nodes[one]) for one in reached(graph, (node.index,)) - after(node.index))
        following = graph.nodes[edge.target]
        given_up = following.kind is Kind.RETURN and following.value in ("", "0", "NULL", "false")
        return node.kind is Kind.CONDITION and given_up

    def after(loop: int) -> frozenset[int]:
        done = [edge.target for edge in graph.successors[loop] if edge.label == "done"]
        return reached(graph, done, lambda one: one.index == loop) | frozenset(done)

    return find_path(graph, graph.entry, lambda one: one.index == graph.exit, stops, early) is not None


def _finding(
    facts: Facts, unit: Unit, function: int, callback: int, line: int, statement: str, thing: str
) -> Finding:
    caller, runs = facts.function(function), facts.function(callback)
    where = Inside.where(caller, line)
    module = unit.modules[0]
    told = next((call.name for call in facts.calls_in(callback) if _TOLD.match(call.name)), "")
    ends = [facts.function(one) for one in _exits(facts, unit)]
    putter, release = _release_waits(facts, unit)
    places = tuple(Where(one.path, one.line, 0, one.name) for one in ends)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if told or release or not ends else "medium",
        message=f"{runs.name}() may run after {module} is unloaded: nothing waits for its grace period",
        where=where,
        object=thing,
        statement=statement,
        causes=(
            Cause(where, f"{caller.name}() leaves {runs.name}() to run after a grace period"),
            *(Cause(one, f"{one.function}() ends the module without rcu_barrier()") for one in places[:1]),
            Cause(
                Inside.where(runs, runs.line), f"{runs.name}() runs in text of {module}, which is unmapped"
            ),
        ),
        chain=(Link(caller.name, where),),
        evidence=(
            Evidence("module", f"{module} can be a module, and can be unloaded"),
            Evidence(
                "handshake", f"neither {module} nor what its exit calls has an rcu_barrier()", searched=places
            ),
        ),
        remedy="rcu_barrier() in the exit function, after the last call_rcu()",
        depends_on=(
            *((f"nobody waits for what {runs.name}() tells by {told}()",) if told else ()),
            *((f"the put in {putter}() is not the last: {release}() has a barrier",) if release else ()),
            *(() if ends else ("no exit function was found",)),
        ),
        text=(module,),
        claim=claim(
            facts,
            "unmapped-text",
            (where, thing),
            (
                site("arm", where, statement.partition("(")[0]),
                *(site("teardown", one) for one in places[:1]),
                site("callback", Inside.where(runs, runs.line), text=runs.name, detail="rcu"),
            ),
            "rcu_barrier()",
            1,
        ),
    )
