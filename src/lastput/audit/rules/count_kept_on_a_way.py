"""One way of a function forgets a reference that its other ways put.

What it finds
    A function tries to raise the count of an object (``shrinker_try_get(s)``), and puts it on its way on, but
    not on this one, which goes round to the next object.

Why it breaks
    The count never comes back to zero. Who waits for the last reference waits for ever, or the object is
    never freed.

Example
    list_for_each_entry(s, &shrinkers, list) {
            if (!shrinker_try_get(s))
                    continue;
            if (skip(s))
                    continue;           /* s is kept for ever */
            shrink(s);
            shrinker_put(s);
    }

Instead
    Put it before the ``continue``, or ask first and count then.

How lastput knows
    Which calls count, and which put, is inferred from bodies. The paths of the function are followed from
    the call, under the assumption that it succeeded, with what their conditions say of each other. The
    object is handed over where it is stored, returned, or given to a call that may put or keep it.

Known limits
    Functions in which no path puts the object are not judged, nor is an object with another name there.

History
    Reported on Linux 6.12.117: 3 places with default confidence.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import itertools
import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.lost import put_aside
from lastput.audit.memo import Memo
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.effects.own.counts import Count, Counts
from lastput.effects.own.fates import Consumers
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF015"
NAME = "count-kept-on-a-way"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_KINDS = ("kref", "refcount")
_CALLS = (
    "SELECT c.function, c.arguments, c.line FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " JOIN functions f ON f.id = c.function WHERE n.name = ? AND c.receiver = '' AND (? = 0 OR f.file = ?)"
    " ORDER BY c.function, c.seq"
)


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each call, at the first way that forgets it."""
    counts = facts.once(Counts)
    with Memo(facts, CODE, __file__) as memo:
        for name in sorted(counts.by_name):
            for count in counts.by_name[name]:
                if count.action != "try_get" or count.kind not in _KINDS or not count.record:
                    continue
                if not count.function:
                    continue  # what a macro or a call of the table counts, its users name
                puts = counts.putting(count.record, count.path, facts.function(count.function).file)
                for place in facts.sql(_CALLS, name, count.file, count.file) if puts else ():
                    yield from memo.ask((count, puts, place), partial(_of_call, facts, count, puts, *place))


def _of_call(
    facts: Facts, count: Count, puts: tuple[str, ...], identifier: int, arguments: str, line: int
) -> Iterator[Finding]:
    function, bodies = facts.function(identifier), facts.once(Bodies)
    text = bodies.text(identifier)
    if function.path.startswith(_PROGRAMS) or not any(f"{put}(" in text for put in puts):
        return
    if any(one.name == "" for one in function.parameters) or function.id == count.function:
        return
    graph = bodies.graph(identifier)
    for node, call in graph.calling(count.name) if graph is not None and graph.clean else ():
        if call.line == line and len(call.arguments) > count.parameter and not call.result:
            assert graph is not None
            yield from _judge(facts, function, graph, node, call, count, puts)
            return


def _judge(
    facts: Facts,
    function: FunctionFact,
    graph: Graph,
    node: Node,
    call: Call,
    count: Count,
    puts: tuple[str, ...],
) -> Iterator[Finding]:
    thing = call.arguments[count.parameter].strip("() ")
    root = re.match(r"&?\s*(\w+)(?:->[\w.]+)?$", thing)
    if root is None or (thing != root[1] and not thing.startswith("&")):
        return
    name = root[1]
    known = dict(always_before(graph).get(node.index, {})) | {name: True, thing: True}
    if node.kind is not Kind.CONDITION:
        return
    edge = "true" if read_condition(node.text)[1] else "false"
    consumers = facts.once(Consumers)
    word = re.compile(rf"(?<![\w.>]){name}\b")

    def again(one: Node) -> bool:
        """Whether the variable goes on to another object."""
        return one.index == node.index or any(
            write.target == name and not word.search(write.value) for write in one.writes
        )

    def ends(one: Node) -> bool:
        if one.index == node.index or not word.search(one.text):
            return False
        if again(one):
            return False
        if any(
            re.fullmatch(rf"(?:\([^()]*\)\s*)?&?{name}(?:->[\w.]+)?", write.value.strip())
            for write in one.writes
        ):
            return True
        if one.kind is Kind.RETURN and re.search(rf"(?<![\w.>&]){name}\b(?!\s*->)", one.value):
            return True
        return any(_ends(consumers, function, other, name, puts) for other in one.calls)

    after = reached(graph, (node.index,))
    lowering = [
        one
        for one in graph.nodes
        if one.index in after
        and any(
            other.name in puts and any(word.search(each) for each in other.arguments) for other in one.calls
        )
    ]
    if not lowering:
        return
    start = Start(node.index, known, edge)
    ways = ways_out(graph, start, ends, False, again) or []
    ways = [way for way in ways if not put_aside(graph, way, lowering)]
    if ways:
        way = min(ways, key=lambda one: (one.last.line, len(one.nodes)))
        yield _finding(function, node, count, name, thing, lowering[0], way, puts)


def _ends(consumers: Consumers, function: FunctionFact, call: Call, name: str, puts: tuple[str, ...]) -> bool:
    """Whether a call puts the object, or may keep it."""
    for position, argument in enumerate(call.arguments):
        if not re.search(rf"(?<![\w.>]){name}\b", argument):
            continue
        if call.name in puts:
            return True
        whole = re.fullmatch(rf"(?:\([^()]*\)\s*)?(?:{name}|&{name}->[\w.]+|&{name})", argument.strip())
        fate = consumers.fate(call.name, call.receiver, position, function.file, function.id) if whole else ""
        if fate not in ("", "seen"):
            return True
    return False


def _finding(
    function: FunctionFact,
    node: Node,
    count: Count,
    name: str,
    thing: str,
    put: Node,
    way: Way,
    puts: tuple[str, ...],
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    lowering = next(one.name for one in put.calls if one.name in puts)
    # The way goes down, and then back to where the loop begins.
    down = itertools.takewhile(lambda one: one.line >= node.line, way.nodes)
    left = list(down)[-1]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{name} is never put on a way on which {count.name}() has counted it",
        where=at(left.line),
        kind="loop",
        site=count.name,
        object=thing,
        statement=node.text,
        causes=(
            Cause(at(node.line), f"{count.name}() raises the count of {name}"),
            Cause(at(put.line), f"{lowering}() lowers it on another way"),
            Cause(at(left.line), "this way goes on to the next object, and leaves it raised"),
        ),
        evidence=(
            Evidence("pairing", f"{lowering}() undoes {count.name}()", where=at(put.line)),
            Evidence("path", f"no {lowering}() on it", searched=(at(node.line), at(left.line))),
        ),
        chain=(Link(function.name, at(left.line)),),
        remedy=f"call {lowering}({name}) there",
        claim=Claim(
            "leak",
            f"struct {count.record}",
            (
                Site(
                    "get",
                    function.path,
                    node.line,
                    function.name,
                    f"struct {count.record}",
                    thing,
                    count.name,
                ),
                Site("exit", function.path, left.line, function.name),
            ),
            missing=f"{lowering}({name})",
            before=1,
        ),
    )
