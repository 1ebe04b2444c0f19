"""An error path leaves a count raised that the other paths lower.

What it finds
    A function raises a count of an object (``pm_runtime_resume_and_get()``, ``clk_prepare_enable()``,
    ``kref_get()``, ``try_module_get()``) and lowers it again on its way to success or on another error
    path, but not on this error path.

Why it breaks
    The caller sees that it failed, and has nothing to undo. The device never sleeps again, the module
    cannot be unloaded, or the object is never freed.

Example
    ret = pm_runtime_resume_and_get(dev);
    if (ret)
            return ret;
    if (mode > FOO_LAST)
            return -EINVAL;             /* still resumed */
    ...
    pm_runtime_put(dev);
    return 0;

Instead
    Go to a label that lowers it.

How lastput knows
    The calls are in ``audit/references.toml``. The paths of the function are followed from the call,
    under the assumption that it succeeded, with what their conditions say of each other. A function of
    the same file that lowers a count of this kind counts as lowering it.

Known limits
    Where the count belongs to something that a failed path leaves behind (a request in flight), the report
    is wrong. Confidence is low if the path tests a condition and the call that lowers the count is on its
    other branch. Functions in which no path lowers it are not judged.

History
    Reported on Linux 6.1.192: 69 places with default confidence; on 6.12.117: 89.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import itertools
import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.counting import Pair, Releases, pairs, plain
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.lost import can_leave, returns_pointer
from lastput.audit.memo import Memo
from lastput.audit.references import GIVES_UP
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.facts.api import API
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF003"
NAME = "count-kept-on-error"

_ARMS = frozenset(name for one in API.arm for name in one.names)
#: What is switched on and off, whoever has the object.
_SWITCHES = ("runtime_pm", "clk_enable", "regulator_enable", "reserved_memory")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each call, at the first error return that leaves the count raised."""
    with Memo(facts, CODE, __file__) as memo:
        for pair in facts.once(pairs):
            yield from memo.ask(pair, partial(_of_pair, facts, pair))


def _of_pair(facts: Facts, pair: Pair) -> Iterator[Finding]:
    function = facts.function(pair.function)
    bodies, releases = facts.once(Bodies), facts.once(Releases)
    if function.path.startswith(_PROGRAMS) or not _worthwhile(bodies.text(function.id), pair):
        return
    graph = bodies.graph(function.id)
    if graph is not None and graph.clean:
        yield from _judge(facts, function, graph, pair, releases.of(function.file, pair.counted))


def _worthwhile(text: str, pair: Pair) -> bool:
    """Whether the function lowers the count too, and can be left in between, other than for a failed get."""
    start = text.find(f"{pair.get}(")
    rest = text[start:]
    end = max((rest.rfind(f"{name}(") for name in pair.counted.put), default=-1)
    if start < 0 or end < 0:
        return False
    checked = re.match(
        r"[^;]*;\s*if\s*\([^;{}]*\)\s*(?:\{[^{}]*\}|(?:return|goto|continue|break)[^;]*;)", rest[:end]
    )
    return can_leave(rest[checked.end() if checked is not None else 0 : end]) or "return" in rest[end:]


def _judge(
    facts: Facts, function: FunctionFact, graph: Graph, pair: Pair, lowering: frozenset[str]
) -> Iterator[Finding]:
    found = next(
        (
            (node, call)
            for node, call in graph.calling(pair.get)
            if call.line == pair.line and plain(call.arguments[0]) == pair.object
        ),
        None,
    )
    if found is None:
        return
    node, call = found
    thing = call.arguments[0].strip("& ")
    known = dict(always_before(graph).get(node.index, {}))
    known |= {thing: True, f"IS_ERR({thing})": False, f"IS_ERR_OR_NULL({thing})": False}
    edge = ""
    if pair.get in pair.counted.despite and call.result:
        known[call.result] = False
    if pair.counted.success != "always":
        truth = pair.counted.success == "nonzero"
        if node.kind is Kind.CONDITION:
            edge = "true" if read_condition(node.text)[1] == truth else "false"
        elif call.result:
            known[call.result] = truth
        elif pair.counted.success == "zero":
            return
        if call.result:
            known[call.result] = truth
            known[f"{call.result} > 0"] = truth

    switch = pair.counted.kind in _SWITCHES
    if not switch and re.search(r"->|\.", call.result):
        return  # the object in which it is stored has it
    holders = frozenset() if switch else _holders(graph, thing)
    storing = pair.counted.kind == "kref"

    def lowers(one: Node) -> bool:
        if not switch and _handed_over(one, holders, storing):
            return True
        return any(
            other.name in lowering or "devm_add_action" in other.name or other.name.startswith("guard_end")
            for other in one.calls
        )

    ways = ways_out(graph, Start(node.index, known, edge), lowers, returns_pointer(function, graph))
    failing = [way for way in ways or () if way.failed]
    if not failing:
        return
    after = reached(graph, (node.index,))
    puts = [
        one
        for one in graph.nodes
        if any(
            other.name in pair.counted.put and plain((*other.arguments, "")[0]) == pair.object
            for other in one.calls
        )
        and one.index in after
    ]
    if puts:
        guards = {way.last.index: _guard(graph, way, puts) for way in failing}
        shortest = min(failing, key=lambda way: (bool(guards[way.last.index]), way.last.line, len(way.nodes)))
        yield _finding(facts, function, node, call, pair, puts[0], shortest, guards[shortest.last.index])


def _guard(graph: Graph, way: Way, puts: list[Node]) -> str:
    """A condition of the way that jumps over a put, and comes to the same statement; or ""."""
    lowering = {one.index: reached(graph, (one.index,)) for one in puts}
    for node, following in itertools.pairwise(way.nodes):
        if node.kind not in (Kind.CONDITION, Kind.LOOP) or following.index in lowering:
            continue
        after = reached(graph, (node.index,))
        if way.nodes[0].index not in after and any(
            put in after and node.index in lowering[put] for put in lowering
        ):
            return node.text  # a loop of puts, which was passed by
        for put in _next(graph, node.index) & lowering.keys():
            if following.index in lowering[put] and following.index != graph.exit:
                return node.text
    return ""


def _next(graph: Graph, index: int) -> frozenset[int]:
    """Where a condition leads, also by way of the other conditions of one ``if``."""
    found: set[int] = set()
    pending = [index]
    while pending:
        for edge in graph.successors[pending.pop()]:
            if edge.target not in found:
                found.add(edge.target)
                if graph.nodes[edge.target].kind is Kind.CONDITION:
                    pending.append(edge.target)
    return frozenset(found)


def _holders(graph: Graph, thing: str) -> frozenset[str]:
    """The variable that leads to what is counted, the object that it is a part of (``x`` of ``xso->dev``
    after ``xso = &x->xso``), and the objects that it is stored in."""
    start = re.match(r"\w+", thing)
    if start is None:
        return frozenset()
    found = {start[0]}
    for write in (write for node in graph.nodes for write in node.writes):
        part = re.match(r"&\s*(\w+)->", write.value) if write.target == start[0] else None
        home = re.match(r"(\w+)->", write.target) if write.value == start[0] else None
        found |= {one[1] for one in (part, home) if one is not None}
    return frozenset(found)


def _handed_over(node: Node, holders: frozenset[str], storing: bool) -> bool:
    """Whether a node gives the object up with all that it counts, leaves it to an item that it arms or to the
    list that it goes through, or (``storing``) keeps it for later."""
    if any(call.name.endswith(GIVES_UP) and holders & set(call.arguments) for call in node.calls):
        return True
    if any(call.name in _ARMS for call in node.calls):
        return True
    if node.kind is Kind.LOOP and any(holders & set(call.arguments) for call in node.calls):
        return True
    return storing and any(
        re.search(r"->|\.|\[", write.target)
        and re.sub(r"^\(\s*[\w\s]+\**\s*\)\s*", "", write.value) in holders
        for write in node.writes
    )


def _finding(
    facts: Facts, function: FunctionFact, node: Node, call: Call, pair: Pair, put: Node, way: Way, guard: str
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    lowering = next(one.name for one in put.calls if one.name in pair.counted.put)
    thing = call.arguments[0]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if guard else "medium",
        message=f"an error path of {function.name}() leaves the count that {pair.get}({thing}) raised",
        where=at(way.last.line),
        kind=pair.counted.kind,
        site=pair.get,
        object=thing,
        statement=node.text,
        causes=(
            Cause(at(node.line), f"{pair.get}() raises the count of {thing}"),
            Cause(at(put.line), f"{lowering}() lowers it on another path"),
            Cause(at(way.last.line), "this path reports failure and leaves it raised"),
        ),
        evidence=(
            Evidence("pairing", f"{lowering}() undoes {pair.get}()", where=at(put.line)),
            Evidence("path", f"no {lowering}() on it", searched=(at(node.line), at(way.last.line))),
        ),
        chain=(Link(function.name, at(way.last.line)),),
        remedy=f"call {lowering}({thing}) before it returns",
        depends_on=(f"({guard}) has the other answer where the count is raised",) if guard else (),
        claim=claim(
            facts,
            "leak",
            (at(node.line), thing),
            (site("get", at(node.line), pair.get), site("exit", at(way.last.line))),
            f"{lowering}({thing})",
            1,
        ),
    )
