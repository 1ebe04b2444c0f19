"""A function fails after it took a reference to a module, and does not put it.

What it finds
    An error return that can be reached from a successful try_module_get() or from __module_get() of
    THIS_MODULE without a put, in a function that keeps the reference when it succeeds.

Why it breaks
    The caller sees a failure, and nothing will put the reference: the module can never be unloaded.

Example
    if (!try_module_get(THIS_MODULE))
            return -EBUSY;
    rc = foo_start(foo);
    if (rc)
            return rc;

Instead
    Put the reference on the way out, as the other error paths do.

How lastput knows
    On the flow graph of the function: a path from the get to a return of an error code that meets no put, and
    no call of a function that leads to one; and another way out, without an error, that keeps it.

Known limits
    Error codes are recognised as ``-EFOO``, ``ERR_PTR()``, or a variable that the last condition found set. A
    function that has made its object refcounted before it fails is left alone: the release callback may put.
    Only references to the own module are followed.

History
    Commit bb8a4fcb2136 ("ipack: ipoctal: fix module reference leak") mended one across functions, which
    this rule does not see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.selfput.pairing import GETS, PUTS, TRIES, is_self, refused
from lastput.audit.selfput.unit import Unit, unit_of
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import Prune, Test, find_path
from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "MOD003"
NAME = "module-reference-leaked"

_ERROR = re.compile(r"^\(?\s*(?:-E[A-Z0-9]+|ERR_PTR\(\s*-E\w+\s*\))\s*\)?$")
#: Calls that may lead to the put, or hand it to the release callback of an object.
_GIVES = re.compile(
    r"put|free|release|destroy|cleanup|unregister|remove|exit|abort|undo|drop|unload"
    r"|kobject_init|kref_init|device_initialize|device_register",
    re.IGNORECASE,
)


def run(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls_of(sorted(GETS)):
        if not call.function or call.argument(0) != "THIS_MODULE" or call.use == "returned":
            continue
        function = facts.function(call.function)
        unit = unit_of(facts, function.path, function.file)
        graph = facts.once(Bodies).graph(function.id) if unit.unloadable else None
        if graph is None or not graph.clean:
            continue
        found = _leak(graph, call)
        if found:
            yield _finding(facts, function, unit, call, found)


def _leak(graph: Graph, call: CallFact) -> list[Node] | None:
    """A path from the get to an error return that keeps the reference."""
    thing = call.argument(0)
    starts = [node for node, one in graph.calling(call.name) if one.line == call.line]
    if not starts or (call.use == "assigned" and call.name in TRIES):
        return None

    def gives(node: Node) -> bool:
        return any(one.name in PUTS or _GIVES.search(one.name) for one in node.calls)

    def fails(node: Node, edge: Edge) -> bool:
        return refused(node, edge, thing)

    def again(node: Node) -> bool:
        return gives(node) or is_self(node, GETS, thing)

    path = find_path(graph, starts[0].index, lambda node: _plain_error(node), again, fails)
    if path is None:
        path = _through_condition(graph, starts[0].index, again, fails)
    if path is None:
        return None
    kept = find_path(
        graph, starts[0].index,
        lambda node: node.kind is Kind.RETURN and not _ERROR.match(node.value) and _good(node), again, fails,
    )  # fmt: skip
    return path if kept is not None else None


def _plain_error(node: Node) -> bool:
    return node.kind is Kind.RETURN and _ERROR.match(node.value) is not None


def _good(node: Node) -> bool:
    return node.value in ("0", "true", "1") or re.fullmatch(r"[a-z]\w*", node.value) is not None


def _through_condition(graph: Graph, start: int, avoid: Test, fails: Prune) -> list[Node] | None:
    """A path to ``if (rc) return rc;``."""
    for node in graph.nodes:
        if node.kind is not Kind.CONDITION or node.index not in graph.reachable:
            continue
        for edge in graph.successors[node.index]:
            last = graph.nodes[edge.target]
            if (
                edge.label != "true"
                or last.kind is not Kind.RETURN
                or not re.fullmatch(r"[a-z]\w*", last.value)
            ):
                continue
            if not re.match(rf"^\(*\s*{last.value}\b(?!\s*(?:>|==|->|\.))", node.text):
                continue
            path = find_path(graph, start, partial(_is, node.index), avoid, fails)
            if path is not None and not avoid(node) and any(_sets(one, last.value) for one in path[1:]):
                return [*path, last]
    return None


def _is(index: int, node: Node) -> bool:
    return node.index == index


def _sets(node: Node, variable: str) -> bool:
    """Whether a node gives the variable the value of a call."""
    return any(one.result == variable for one in node.calls)


def _finding(facts: Facts, function: FunctionFact, unit: Unit, call: CallFact, path: list[Node]) -> Finding:
    taken = Where(function.path, call.line, 0, function.name)
    left = Where(function.path, path[-1].line, 0, function.name)
    thing = call.argument(0)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="high",
        message=f"{function.name}() fails in line {path[-1].line} and keeps its reference to {thing}",
        where=left,
        object=thing,
        statement=path[-1].text,
        causes=(
            Cause(taken, f"{call.name}({thing}) takes a reference"),
            Cause(left, f"{function.name}() returns an error, and nothing has put it"),
        ),
        evidence=(
            Evidence("module", unit.why),
            Evidence(
                "path", f"no put between line {call.line} and line {path[-1].line}", searched=(taken, left)
            ),
        ),
        remedy=f"module_put({thing}) before this return",
        text=(unit.name,),
        claim=claim(
            facts,
            "leak",
            (taken, thing),
            (site("get", taken, call.name), site("exit", left)),
            f"module_put({thing})",
            1,
        ),
    )
