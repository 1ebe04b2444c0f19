"""A loop over nodes is left early, and the reference on its variable with it.

What it finds
    ``for_each_child_of_node()`` and its kind are left by ``break``, ``goto`` or ``return``, and from
    there to the end of the function the loop variable is neither put, nor returned, nor stored.

Why it breaks
    These loops hold a reference on the variable during each round, and put it when the next round
    begins or the loop has come to its end. Who leaves early takes over the reference.

Example
    for_each_child_of_node(parent, child) {
            ret = foo_add(child);
            if (ret)
                    return ret;         /* child is lost here */
    }

Instead
    Call of_node_put(child) before it is left, or use for_each_child_of_node_scoped().

How lastput knows
    The loops are in ``effects/own/leaves.toml``. The paths of the function are followed from the body of
    the loop to its end, with what their conditions say of each other. A call that is given the variable
    is looked at, four calls deep: it may put it or keep it. A call that is not understood is taken to
    keep it.

Known limits
    Loop variables that are not local are left out.

History
    Reported on Linux 6.1.192: 32 places; on 6.12.117: 24.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import lost_reference
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.holding import Act, Holding, is_local
from lastput.audit.lost import locals_of, returns_pointer
from lastput.audit.memo import Memo
from lastput.c.flow.graph import Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.effects.own.fates import Consumers
from lastput.effects.own.iterators import Iterator as Iterated
from lastput.effects.own.iterators import Iterators
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF002"
NAME = "loop-left-early"

_LEAVES = re.compile(r"\b(?:break|goto|return)\b")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each loop, at the place where it is left."""
    with Memo(facts, CODE, __file__) as memo:
        for name, looped in sorted(facts.once(Iterators).by_name.items()):
            rows = facts.sql("SELECT DISTINCT function FROM calls WHERE name = ? ORDER BY function", name)
            for (identifier,) in rows:
                yield from memo.ask((looped, identifier), partial(_of_loop, facts, looped, name, identifier))


def _of_loop(facts: Facts, looped: Iterated, name: str, identifier: int) -> Iterator[Finding]:
    bodies = facts.once(Bodies)
    function = facts.function(identifier)
    text = bodies.text(identifier)
    if not function.path.startswith(_PROGRAMS) and _LEAVES.search(text[text.find(name) :]):
        yield from _judge(bodies, facts.once(Consumers), function, looped, name)


def _judge(
    bodies: Bodies, consumers: Consumers, function: FunctionFact, looped: Iterated, name: str
) -> Iterator[Finding]:
    graph = bodies.graph(function.id)
    if graph is None or not graph.clean:
        return
    text = bodies.text(function.id)
    before = always_before(graph)
    for node, call in graph.calling(name):
        if node.kind is not Kind.LOOP or len(call.arguments) <= looped.variable:
            continue
        variable = looped.held(call.arguments[looped.variable])
        if not is_local(variable.partition(".")[0], text):
            continue
        locals_ = locals_of(graph, text) | {variable}
        pointer = function.returns.rstrip().endswith("*")
        holding = Holding(
            graph, variable, looped.puts, consumers, function.file, locals_, pointer, function.id, text
        )
        known = {**before.get(node.index, {}), variable: True}
        counted = _counted(graph, variable)

        def stop(one: Node, loop: Node = node, holding: Holding = holding, counted: bool = counted) -> bool:
            stored = counted and any(write.value == holding.name for write in one.writes)
            return one.index == loop.index or (holding.act(one) is not Act.NOTHING and not stored)

        ways = ways_out(graph, Start(node.index, known, "next"), stop, returns_pointer(function, graph))
        if ways:
            yield _finding(
                bodies.facts,
                function,
                graph,
                node,
                variable,
                looped,
                min(ways, key=lambda way: way.last.line),
                name,
            )


def _counted(graph: Graph, variable: str) -> bool:
    """Whether a statement takes one more reference: what is stored then has that one."""
    return any(
        call.name.endswith("_get") and call.arguments == (variable,) and not call.result
        for node in graph.nodes
        for call in node.calls
    )


def _finding(
    facts: Facts,
    function: FunctionFact,
    graph: Graph,
    loop: Node,
    variable: str,
    looped: Iterated,
    way: Way,
    name: str,
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    left = _leaves_at(graph, loop, way)
    put = looped.puts[0]
    causes = [
        Cause(at(loop.line), f"{name}() holds a reference on {variable} in each round"),
        Cause(at(left.line), "the loop is left after this line, before it is put"),
        Cause(at(way.last.line), f"the function is left, and {variable} was neither put nor kept"),
    ]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{name}() is left early with the reference on {variable}",
        where=at(left.line),
        kind="error path" if way.failed else "path",
        site=name,
        object=variable,
        statement=left.text,
        causes=tuple(causes),
        evidence=(
            Evidence("pairing", f"{name}() puts {variable} only when it goes on or comes to its end"),
            Evidence(
                "path",
                f"no {put}() of {variable} from there to the end",
                searched=(at(loop.line), at(function.end_line)),
            ),
        ),
        chain=(Link(function.name, at(left.line)),),
        remedy=f"call {put}({variable}) before the loop is left, or use its _scoped() form",
        claim=lost_reference(facts, function, variable, name, (loop.line, way.last.line), looped.puts),
    )


def _leaves_at(graph: Graph, loop: Node, way: Way) -> Node:
    """The last node of the way in the body of the loop; what comes after the loop follows its end too."""
    after: set[int] = set()
    for edge in graph.successors[loop.index]:
        if edge.label == "done":
            after |= reached(graph, (edge.target,)) | {edge.target}
    inside = [node for node in way.nodes if node.index not in after]
    return inside[-1] if inside else loop
