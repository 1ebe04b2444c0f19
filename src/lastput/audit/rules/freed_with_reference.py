"""An object is freed while it holds a reference, which is lost with it.

What it finds
    A function stores a reference in a field of an object (``foo->np = of_get_child_by_name()``), or raises
    a count of what a field points to (``clk_prepare_enable(foo->clk)``), and frees the object on a path on
    which nothing puts the reference or lowers the count.

Why it breaks
    The field was the only way to the reference. What it points to is never freed; a clock stays on.

Example
    foo->np = of_get_child_by_name(parent, "port");
    if (!foo->np)
            goto out_free;
    err = foo_register(foo);
    if (err)
            goto out_free;
    return 0;
    out_free:
    kfree(foo);                         /* and with it the only pointer to the node */

Instead
    Put it before the object is freed.

How lastput knows
    The calls that take and give back are in ``effects/own/leaves.toml``; functions of the tree that return
    what such a call gave count, too. The paths of the function are followed from there to a call that frees
    the object, with what their conditions say of each other. A call that puts a reference of that kind ends
    a path, whichever it puts, and so does a function that is given the object and may do so.

Known limits
    An object that is freed in another function is not looked at. A reference whose count is raised is left
    to REF003 where the function lowers it anywhere.

History
    ttc_setup_clockevent() of Linux 6.1.192 frees its object with the clock on.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

import msgspec

from lastput.audit.claims import claim, site
from lastput.audit.counting import pairs
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.memo import Memo
from lastput.audit.references import GIVES_UP
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.effects.own.fates import Consumers
from lastput.effects.own.producers import Producers
from lastput.facts.api import API, fill
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF013"
NAME = "freed-with-reference"

_FREES = {name: one.object for one in API.free for name in one.names}
_FIELD = re.compile(r"^\(?(\w+)\)?\s*->\s*[\w.]+$")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_FREEING = f"""
    SELECT DISTINCT c.function FROM names n CROSS JOIN call_row c ON c.name = n.id
    WHERE n.name IN ({", ".join(f"'{name}'" for name in _FREES)})"""
_STORED = """
    SELECT c.function, c.result, c.line FROM names n CROSS JOIN call_row c ON c.name = n.id
    JOIN functions f ON f.id = c.function WHERE n.name = ? AND c.receiver = '' AND instr(c.result, '->')
    AND (? = 0 OR f.file = ?) ORDER BY c.function, c.seq"""


class _Taken(msgspec.Struct, frozen=True):
    """A call of ``name`` in ``line`` of ``function`` takes what ``field`` holds, and ``put`` gives back;
    ``kind`` and ``truth`` as in the table: what its result is when it did, None for a pointer."""

    function: int
    line: int
    name: str
    field: str
    kind: str
    put: tuple[str, ...]
    truth: bool | None


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each reference, at the first place where its object is freed."""
    freeing = {function for (function,) in facts.sql(_FREEING)}
    with Memo(facts, CODE, __file__) as memo:
        for taken in _all(facts):
            if taken.function in freeing:
                yield from memo.ask(taken, partial(_judge, facts, taken))


def _all(facts: Facts) -> Iterator[_Taken]:
    for one in facts.once(Producers).all():
        for function, result, line in facts.sql(_STORED, one.name, one.file, one.file):
            yield _Taken(
                function, line, one.name, " ".join(result.split()), one.kind or one.record, one.puts, None
            )
    for pair in facts.once(pairs):
        if "->" in pair.object and pair.counted.success != "always":
            truth = pair.counted.success == "nonzero"
            yield _Taken(
                pair.function, pair.line, pair.get, pair.object, pair.counted.kind, pair.counted.put, truth
            )


def _judge(facts: Facts, taken: _Taken) -> Iterator[Finding]:
    bodies, consumers = facts.once(Bodies), facts.once(Consumers)
    function = facts.function(taken.function)
    match = _FIELD.match(taken.field)
    text = bodies.text(function.id)
    if match is None or function.path.startswith(_PROGRAMS) or not _frees(text, match[1]):
        return
    if taken.truth is not None and any(f"{put}(" in text for put in taken.put):
        return
    graph = bodies.graph(function.id)
    if graph is None or not graph.clean:
        return
    for node, call in graph.calling(taken.name):
        if call.line == taken.line and (taken.truth is not None or call.result == taken.field):
            way = _way(graph, consumers, function, taken, match[1], node, call)
            if way is not None:
                yield _finding(facts, function, taken, match[1], node, way.nodes[-1])
            return


def _frees(text: str, variable: str) -> bool:
    return re.search(rf"\b(?:{'|'.join(_FREES)})\s*\([^;]*\b{variable}\s*[,)]", text) is not None


def _way(
    graph: Graph,
    consumers: Consumers,
    function: FunctionFact,
    taken: _Taken,
    variable: str,
    node: Node,
    call: Call,
) -> Way | None:
    """The shortest way on which the object is freed with what it holds."""
    field = taken.field
    known = {
        key: truth for key, truth in always_before(graph).get(node.index, {}).items() if field not in key
    }
    edge = ""
    if taken.truth is None:
        known |= {field: True, f"IS_ERR({field})": False, f"IS_ERR_OR_NULL({field})": False}
    elif node.kind is Kind.CONDITION:
        edge = "true" if read_condition(node.text)[1] == taken.truth else "false"
    elif call.result:
        known[call.result] = taken.truth
    else:
        return None

    def freed(one: Node) -> bool:
        return any(
            other.name in _FREES
            and fill(_FREES[other.name], ", ".join(other.arguments)).strip("() ") == variable
            for other in one.calls
        )

    def ends(one: Node) -> bool:
        return any(_ends(consumers, function.file, taken, variable, other) for other in one.calls) or any(
            write.target in (variable, field) or write.value.endswith(field) for write in one.writes
        )

    ways = ways_out(
        graph, Start(node.index, known, edge), lambda one: not freed(one) and ends(one), False, freed
    )
    return ways[0] if ways else None


def _ends(consumers: Consumers, file: int, taken: _Taken, variable: str, call: Call) -> bool:
    """Whether a call gives a reference of that kind back, or may do so, or keeps the one in question."""
    if call.name in taken.put or "add_action" in call.name:
        return True
    if call.name in _FREES or call.name.startswith(("IS_ERR", "PTR_ERR")):
        return False
    if taken.truth is None:
        for position, one in enumerate(call.arguments):
            if one == taken.field and consumers.fate(call.name, call.receiver, position, file) != "seen":
                return True
    given = rf"\(?{variable}\)?|&\s*{variable}->[\w.]+"
    if call.name.endswith(GIVES_UP) or any(re.fullmatch(given, one) for one in call.arguments):
        return bool(call.receiver) or consumers.may_put(call.name, file, taken.put)
    return False


def _finding(
    facts: Facts, function: FunctionFact, taken: _Taken, variable: str, node: Node, end: Node
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    free = next(call for call in end.calls if call.name in _FREES)
    counted = taken.truth is not None
    taking = "raises a count" if counted else "takes a reference"
    lost = "the count raised by" if counted else "the reference from"
    put = taken.put[0]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{free.name}({variable}) loses {lost} {taken.name}(), which {taken.field} holds",
        where=at(end.line),
        kind="count" if counted else "reference",
        site=taken.name,
        object=taken.field,
        statement=node.text,
        causes=(
            Cause(at(taken.line), f"{taken.name}() {taking}, and {taken.field} is the way to it"),
            Cause(at(end.line), f"{free.name}() frees {variable}; nothing on the way called {put}()"),
        ),
        evidence=(
            Evidence("pairing", f"{put}() gives back what {taken.name}() took ({taken.kind})"),
            Evidence("path", f"no {put}() between them", searched=(at(taken.line), at(end.line))),
        ),
        chain=(Link(function.name, at(end.line)),),
        remedy=f"call {put}({taken.field}) before {free.name}({variable})",
        claim=claim(
            facts,
            "leak",
            (at(taken.line), taken.field),
            (site("get", at(taken.line), taken.name), site("free", at(end.line), free.name, text=variable)),
            f"{put}({taken.field})",
            1,
        ),
    )
