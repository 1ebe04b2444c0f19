"""One reference is put twice.

What it finds
    A function that takes one reference, and puts it on a path on which it was put before: by a second call on
    an error path, by the next round of a loop that puts its variable by itself, or by a call that puts the
    object from which it goes on.

Why it breaks
    The second put takes away a reference that somebody else holds: the object is freed while that one uses
    it. Nothing is seen as long as others hold it too, as with device-tree nodes.

Example
    ports = device_get_named_child_node(dev, "ports");
    ...
    fwnode_handle_put(ports);
    err = foo_init(foo);
    if (err)
            goto cleanup;
    return 0;
    cleanup:
    fwnode_handle_put(ports);       /* the second time */

Instead
    Put it where the last user is done, once; or set the variable to NULL after the put.

How lastput knows
    The calls that take and put are in ``effects/own/leaves.toml``. The variable is set by such a call in this
    function, or by a loop over nodes; a path whose conditions do not contradict each other leads from one put
    of it to another, on which it is neither set again, nor counted again, nor known to be NULL.

Known limits
    Wrappers around the calls of the table are not followed.

History
    lan966x_probe() of Linux 6.12.117 puts its "ports" node a second time when a late step fails.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterable, Iterator
from functools import partial

import msgspec

from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, always_before, ways_out
from lastput.audit.memo import Memo
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.flow.paths import find_path, reached
from lastput.effects.own.leaves import LEAVES
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "REF009"
NAME = "put-twice"

_PUTS = {put: one.kind for one in LEAVES.result if not one.retained for put in one.put}
_GETS = frozenset(get for one in LEAVES.result if not one.retained for get in one.get)
_NEXT = {name: one.argument for one in LEAVES.next for name in one.names}
_LOOPS = {name: one.variable for one in LEAVES.iterator for name in one.names}
_COUNTS = re.compile(r"get|hold|ref(?!erence)|_inc|grab|add|register|attach|set|init")
_WORD = re.compile(r"^[A-Za-z_]\w*$")
#: Calls that take one more reference on their only argument.
_COUNTED = re.compile(r"\b(?:\w*_get|\w*_hold|get_\w+)\s*\(\s*(\w+)\s*\)")
_PUTTING = re.compile(rf"\b(?:{'|'.join(_PUTS)})\s*\(\s*(\w+)\s*\)")
_CONSUMING = re.compile(rf"\b({'|'.join((*_PUTS, *_NEXT))})\s*\((?:[^;()]*,)?\s*(\w+)\s*\)")
_LOOPING = re.compile(rf"\b(?:{'|'.join(_LOOPS)})\s*\((?:[^,()]*,)?\s*(\w+)\b")
_NEXT_STEP = re.compile(r"\}|\bif\b|:\s")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")


class _Put(msgspec.Struct, frozen=True):
    """``node`` puts what ``variable`` points to, by ``name``."""

    node: Node
    variable: str
    name: str
    line: int


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each variable that is put a second time."""
    with Memo(facts, CODE, __file__) as memo:
        for identifier, names in _candidates(facts):
            yield from memo.ask((identifier, names), partial(_of_function, facts, identifier, names))


def _of_function(facts: Facts, identifier: int, names: Iterable[str]) -> Iterator[Finding]:
    bodies = facts.once(Bodies)
    function = facts.function(identifier)
    if function.path.startswith(_PROGRAMS):
        return
    wanted = [one for one in names if _worthwhile(bodies.text(identifier), one)]
    graph = bodies.graph(identifier) if wanted else None
    if graph is not None and graph.clean:
        for variable in wanted:
            yield from _judge(facts, graph, function, variable)


def _worthwhile(text: str, variable: str) -> bool:
    """Whether a body never counts the object by itself, and puts it in a place after which it goes on."""
    if variable in _COUNTED.findall(text):
        return False
    puts = [one for one in _PUTTING.finditer(text) if one[1] == variable]
    later = [one for one in _CONSUMING.finditer(text) if one[2] == variable]
    loops = [one.end() for one in _LOOPING.finditer(text) if one[1] == variable]
    again = any(one[1] in _NEXT for one in later)
    for put in puts:
        tail = _NEXT_STEP.split(text[put.end() :], maxsplit=1)[0]
        if "return" in tail:
            continue
        if any(one < put.start() for one in loops) and not re.search(r"\b(?:break|goto)\b", tail):
            return True
        if again or any(one.start() > put.end() for one in later):
            return True
    return False


def _candidates(facts: Facts) -> list[tuple[int, list[str]]]:
    """Functions, and their variables that are both taken and put, and put in more than one place."""
    every = (*_PUTS, *_NEXT, *_LOOPS, *_GETS)
    marks = ", ".join("?" * len(every))
    rows = facts.sql(
        "SELECT c.function, n.name, c.arguments, c.result FROM names n JOIN call_row c ON c.name = n.id"
        f" WHERE n.name IN ({marks}) AND c.receiver = '' ORDER BY c.function, c.seq",
        *every,
    )
    puts: dict[tuple[int, str], int] = {}
    taken: set[tuple[int, str]] = set()
    for function, name, arguments, result in rows:
        parts = [one.strip() for one in arguments.split(",")]
        slot = 0 if name in _PUTS else _NEXT.get(name, _LOOPS.get(name, -1))
        if 0 <= slot < len(parts) and _WORD.match(parts[slot]) and parts[slot] != "NULL":
            key = (function, parts[slot])
            puts[key] = puts.get(key, 0) + 1
            if name in _LOOPS:
                taken.add(key)
        if name in _GETS and result:
            taken.add((function, result))
    found: dict[int, list[str]] = {}
    for key, count in puts.items():
        if count > 1 and key in taken:
            found.setdefault(key[0], []).append(key[1])
    return sorted(found.items())


def _judge(facts: Facts, graph: Graph, function: FunctionFact, variable: str) -> Iterator[Finding]:
    puts = [one for node in graph.nodes if node.index in graph.reachable for one in _puts(node, variable)]
    explicit = [one for one in puts if one.name in _PUTS]
    if not explicit or len(puts) < 2 or any(node.kind is Kind.CLEANUP for node in graph.nodes):
        return

    def stops(node: Node) -> bool:
        return _renewed(node, variable)

    for first in explicit:
        for second in puts:
            if second.node.index == first.node.index:
                continue

            def goal(node: Node, second: _Put = second) -> bool:
                return node.index == second.node.index

            def stop(node: Node, second: _Put = second) -> bool:
                return node.index != second.node.index and stops(node)

            # A plain search first: most have no path at all, and it is cheap.
            if find_path(graph, first.node.index, goal, stop) is None:
                continue
            known = always_before(graph).get(first.node.index, {})
            ways = ways_out(graph, Start(first.node.index, known), stop, False, goal)
            if not ways or ways[0].known.get(variable) is False or not _meant(graph, ways[0].nodes):
                continue
            used = any(variable in call.arguments for one in ways[0].nodes[1:-1] for call in one.calls)
            yield _finding(facts, function, graph, first, second, "low" if used else "medium")
            return


def _puts(node: Node, variable: str) -> Iterator[_Put]:
    for call in node.calls:
        slot = 0 if call.name in _PUTS else _NEXT.get(call.name, _LOOPS.get(call.name, -1))
        if 0 <= slot < len(call.arguments) and call.arguments[slot] == variable and not call.receiver:
            yield _Put(node, variable, call.name, call.line)


def _renewed(node: Node, variable: str) -> bool:
    """Whether the variable gets another value, or its object another reference."""
    if variable not in node.text:
        return False
    if any(write.target == variable for write in node.writes):
        return True
    if f"&{variable}" in node.text.replace(" ", "").replace(f"&{variable}->", ""):
        return True
    if node.kind is Kind.LOOP and re.search(rf"\b{variable}\b", node.text):
        return True
    return any(_counts(call, variable) for call in node.calls)


def _counts(call: Call, variable: str) -> bool:
    return (
        call.name not in _PUTS
        and _COUNTS.search(call.name) is not None
        and not call.name.startswith(("of_property", "of_get_property", "fwnode_property", "dev_"))
        and variable in call.arguments
    )


def _meant(graph: Graph, way: tuple[Node, ...]) -> bool:
    """Whether a way counts: not from an operand of a condition, whose place on the path is not sure; not two
    puts in a row, which are written so on purpose; and to a loop from its own round only, for it begins with
    no object."""
    last = way[-1]
    if way[0].kind is Kind.CONDITION or (len(way) == 2 and last.kind is not Kind.LOOP):
        return False
    if last.kind is not Kind.LOOP:
        return True
    rounds, over = (
        {
            one
            for edge in graph.successors[last.index]
            if edge.label == label
            for one in reached(graph, (edge.target,), lambda node: node.index == last.index) | {edge.target}
        }
        for label in ("next", "done")
    )
    return all(node.index in rounds - over for node in way[:-1])


def _finding(
    facts: Facts, function: FunctionFact, graph: Graph, first: _Put, second: _Put, confidence: Confidence
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    taken = next(
        (
            call
            for node in graph.nodes
            for call in node.calls
            if (call.name in _GETS and call.result == first.variable) or call.name in _LOOPS
        ),
        None,
    )
    what = first.variable
    how = (
        "goes on from"
        if second.name in _NEXT
        else "puts, as it begins its next round,"
        if second.name in _LOOPS
        else "puts"
    )
    return Finding(
        code=CODE,
        verdict="bug",
        confidence=confidence,
        message=f"{what} is put twice: by {first.name}() in line {first.line}, and by {second.name}()",
        where=at(second.line),
        kind=_PUTS[first.name],
        site=second.name,
        object=what,
        statement=second.node.text,
        causes=(
            *((Cause(at(taken.line), f"{taken.name}() gives {what} one reference"),) if taken else ()),
            Cause(at(first.line), f"{first.name}() puts it"),
            Cause(at(second.line), f"{second.name}() {how} {what} once more"),
        ),
        evidence=(
            Evidence(
                "path",
                f"{what} is neither set nor counted in between",
                searched=(at(first.line), at(second.line)),
            ),
        ),
        chain=(Link(function.name, at(second.line)),),
        depends_on=(f"{what} has no other reference, though it is used after the first put",)
        if confidence == "low"
        else (),
        remedy=f"put {what} once, or set it to NULL after the first put",
        claim=claim(
            facts,
            "refcount-underflow",
            (at(first.line), what),
            (
                *((site("get", at(taken.line), taken.name),) if taken else ()),
                site("put", at(first.line), first.name),
                site("put", at(second.line), second.name),
            ),
        ),
    )
