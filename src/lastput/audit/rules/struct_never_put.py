"""A call fills a struct with a counted object, and nobody puts it.

What it finds
    ``of_parse_phandle_with_args()`` and its kind find a node, take a reference, and leave it in a member of
    the struct that they fill (``args.np``). The function is left after that, and the member was neither
    put, nor stored, nor handed to something that puts it.

Why it breaks
    The count never comes back to zero: the node is never freed, and an overlay that has it cannot be removed.

Example
    if (of_parse_phandle_with_args(np, "clocks", "#clock-cells", 0, &args))
            return -EINVAL;
    return args.args[0];                /* args.np is lost */

Instead
    Call of_node_put(args.np) when the struct has been read; or take of_parse_phandle() and
    of_property_read_u32() where the node is not needed.

How lastput knows
    The calls are in ``effects/own/leaves.toml``. The paths of the function are followed from the call on,
    where it succeeded. What is given the member or the address of the struct is looked at, and may put it.

Known limits
    Structs that are not local are left out.

History
    Fixed between Linux 6.12 and 7.3 in scpi_dev_domain_id().
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.holding import is_local
from lastput.audit.lost import returns_pointer
from lastput.audit.memo import Memo
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.effects.own.fates import Consumers
from lastput.effects.own.leaves import LEAVES, Out
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF020"
NAME = "struct-never-put"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT c.function, c.line FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " WHERE n.name = ? AND c.receiver = '' ORDER BY c.function, c.seq"
)
_ADDRESS = re.compile(r"^&\s*(\w+)$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each call."""
    with Memo(facts, CODE, __file__) as memo:
        for out in LEAVES.out:
            for name in out.names:
                for place in facts.sql(_CALLS, name):
                    yield from memo.ask((name, place), partial(_of_call, facts, out, name, *place))


def _of_call(facts: Facts, out: Out, name: str, identifier: int, line: int) -> Iterator[Finding]:
    function, bodies = facts.function(identifier), facts.once(Bodies)
    if function.path.startswith(_PROGRAMS) or function.name in out.names:
        return
    graph = bodies.graph(identifier)
    if graph is None or not graph.clean:
        return
    for node, call in graph.calling(name):
        given = call.arguments[out.argument] if len(call.arguments) > out.argument else ""
        found = _ADDRESS.match(given)
        if call.line != line or found is None or not is_local(found[1], bodies.text(identifier)):
            continue
        way = _lost(facts, function, graph, node, call, found[1], out)
        if way is not None:
            yield _finding(facts, function, node, f"{found[1]}.{out.member}", name, out.put[0], way)
        return


def _lost(
    facts: Facts, function: FunctionFact, graph: Graph, node: Node, call: Call, struct: str, out: Out
) -> Way | None:
    """The first way out on which the member is not put."""
    known, edge = dict(always_before(graph).get(node.index, {})), ""
    if node.kind is Kind.CONDITION:
        edge = "false" if read_condition(node.text)[1] else "true"
    elif call.result:
        known |= {call.result: False, f"{call.result} > 0": False}
    else:
        return None  # returned, or not asked for
    thing = f"{struct}.{out.member}"
    consumers = facts.once(Consumers)

    def ends(one: Node) -> bool:
        if struct not in one.text:
            return False
        if any(
            thing in write.value or write.value == struct or write.target in (struct, thing)
            for write in one.writes
        ):
            return True
        if one.kind is Kind.RETURN and thing in one.value:
            return True
        return any(_ends(consumers, function, call_, struct, thing, out) for call_ in one.calls)

    ways = ways_out(graph, Start(node.index, known, edge), ends, returns_pointer(function, graph))
    return min(ways, key=lambda way: (way.last.line, len(way.nodes))) if ways else None


def _ends(
    consumers: Consumers, function: FunctionFact, call: Call, struct: str, thing: str, out: Out
) -> bool:
    """Whether a call puts the member, or may keep it."""
    for position, argument in enumerate(call.arguments):
        plain = argument.replace(" ", "")
        if thing in plain and (call.name in out.put or plain == thing):
            fate = consumers.fate(call.name, call.receiver, position, function.file, function.id)
            return call.name in out.put or fate != "seen"
        if plain == f"&{struct}":
            known = resolve(consumers.bodies.facts, call.name, function.file) if not call.receiver else ()
            return not known or consumers.may_put(call.name, function.file, out.put)
    return False


def _finding(
    facts: Facts, function: FunctionFact, node: Node, thing: str, name: str, put: str, way: Way
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    taken, left = at(node.line), at(way.last.line)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"the reference in {thing} from {name}() is lost when {function.name}() is left",
        where=left,
        kind="error path" if way.failed else "path",
        site=name,
        object=thing,
        statement=node.text,
        causes=(
            Cause(taken, f"{name}() takes a reference, and leaves it in {thing}"),
            Cause(left, f"the function is left here, and {thing} was neither put nor kept"),
        ),
        evidence=(
            Evidence("pairing", f"{put}() gives it back"),
            Evidence("path", f"no {put}({thing}) on the way", searched=(taken, left)),
        ),
        chain=(Link(function.name, left),),
        remedy=f"call {put}({thing}) before it is left",
        claim=claim(
            facts,
            "leak",
            (taken, thing),
            (site("get", taken, name), site("exit", left)),
            f"{put}({thing})",
            1,
        ),
    )
