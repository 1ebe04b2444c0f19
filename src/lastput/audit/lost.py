"""Ways out of a function on which a reference that a call gave it is neither put nor kept."""

from __future__ import annotations

__all__ = ["Lost", "can_leave", "locals_of", "losses", "put_aside", "returns_pointer", "succeeds_after"]

import itertools
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.holding import Act, Holding, is_local
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.c.patterns import has_word, pattern
from lastput.effects.own.fates import Consumers
from lastput.effects.own.producers import Producer
from lastput.effects.typing.keys import Typing
from lastput.facts.base import FunctionFact
from lastput.facts.bodies import Bodies


class Lost(NamedTuple):
    """What becomes of one acquired reference: the ways on which it is lost, and the places where it is put or
    kept. ``settled``: it is put before a success too, so that nobody else is meant to put it later. ``anew``
    is a way on which the variable is set again, while it has the only way to the object."""

    graph: Graph
    node: Node
    call: Call
    ways: tuple[Way, ...]
    puts: tuple[Node, ...]
    kept: tuple[Node, ...]
    settled: bool
    anew: Way | None = None


def losses(
    bodies: Bodies, consumers: Consumers, function: FunctionFact, producer: Producer, name: str, line: int
) -> Lost | None:
    """The fate of the value of the call of ``producer`` in ``line`` that is assigned to ``name``.

    None if the variable is not local, the body was not understood, or it has too many paths.
    """
    text = bodies.text(function.id)
    if not is_local(name, text) or not _worthwhile(text, producer, name):
        return None
    graph = bodies.graph(function.id)
    if graph is None or not graph.clean:
        return None
    found = next(
        (
            (node, call)
            for node, call in graph.calling(producer.name)
            if call.result == name and call.line == line and not call.receiver
        ),
        None,
    )
    if found is None:
        return None
    node, call = found
    if node.text.lstrip().startswith("*"):
        return None  # it is stored where the variable points to
    star = function.returns.rstrip().endswith("*")
    holding = Holding(
        graph,
        name,
        producer.puts,
        consumers,
        function.file,
        locals_of(graph, text) | {name},
        star,
        function.id,
        text,
        call.arguments[0] if producer.same and call.arguments else "",
    )
    acts = {one.index: holding.act(one) for one in graph.nodes}
    ways = _ways(graph, node, name, acts, returns_pointer(function, graph), _given(bodies, function, call))
    if ways is None:
        return None
    after = reached(graph, (node.index,))
    puts = tuple(one for one in graph.nodes if acts[one.index] is Act.PUT and one.index in after)
    return Lost(
        graph,
        node,
        call,
        tuple(sorted(ways, key=lambda way: (way.last.line, len(way.nodes)))),
        puts,
        tuple(one for one in graph.nodes if acts[one.index] is Act.KEPT and one.index in after),
        bool(ways) and succeeds_after(graph, puts, returns_pointer(function, graph)),
        _set_anew(graph, node, name, acts) if holding.names == {name} and not producer.retained else None,
    )


def _set_anew(graph: Graph, node: Node, name: str, acts: dict[int, Act]) -> Way | None:
    """The shortest way to where a variable that still has its reference gets what another call gives; not
    around a loop to the same call."""
    if node.kind is Kind.CONDITION or node.kind is Kind.LOOP:
        return None

    def stop(one: Node) -> bool:
        return acts[one.index] not in (Act.NOTHING, Act.LOST) or one.index == node.index

    def goal(one: Node) -> bool:
        return acts[one.index] is Act.LOST and any(
            write.target == name and call.result == name for write in one.writes for call in one.calls
        )

    known = {name: True, f"IS_ERR({name})": False, f"IS_ERR_OR_NULL({name})": False}
    before = {
        key: truth
        for key, truth in always_before(graph).get(node.index, {}).items()
        if not has_word(key, name)
    }
    ways = ways_out(graph, Start(node.index, {**before, **known}), stop, False, goal)
    return ways[0] if ways and ways[0].known.get(name) is not False else None


def succeeds_after(graph: Graph, nodes: Iterable[Node], pointer: bool) -> bool:
    """Whether the function can go on from one of ``nodes`` to an end that reports no error."""
    before = always_before(graph)
    for node in nodes:
        ways = ways_out(graph, Start(node.index, before.get(node.index, {})), lambda _: False, pointer)
        if ways is not None and any(
            way.failed is False or not way.last.value for way in ways if not way.failed
        ):
            return True
    return False


def put_aside(graph: Graph, way: Way, puts: Sequence[Node]) -> str:
    """A condition of the way that jumps over a put, and comes to the same statement; or ""."""
    lowering = {one.index: reached(graph, (one.index,)) for one in puts}
    for node, following in itertools.pairwise(way.nodes):
        if node.kind not in (Kind.CONDITION, Kind.LOOP) or following.index in lowering:
            continue
        for put in _after_conditions(graph, node.index) & lowering.keys():
            if following.index in lowering[put] and following.index != graph.exit:
                return node.text
    return ""


def _after_conditions(graph: Graph, index: int) -> frozenset[int]:
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


def locals_of(graph: Graph, text: str) -> set[str]:
    """The variables that a body declares and its graph writes."""
    written = {write.target for node in graph.nodes for write in node.writes}
    return {name for name in written if is_local(name, text)}


def returns_pointer(function: FunctionFact, graph: Graph) -> bool:
    """Whether a value of zero tells of failure: the function returns a pointer or a truth value."""
    if function.returns.rstrip().endswith("*") or function.returns.split()[-1:] == ["bool"]:
        return True
    return any(node.kind is Kind.RETURN and node.value in ("true", "false") for node in graph.nodes)


def _worthwhile(text: str, producer: Producer, name: str) -> bool:
    """Whether it is worth to look at the paths: the scope does not put the variable, nothing keeps it if
    nothing puts it, and the function can be left between the call and its last put."""
    if "__free" in text and pattern(
        rf"\b{name}\s*__free\s*\(|\b__free\s*\(\w+\)\s*=\s*{producer.name}"
    ).search(text):
        return False
    start = pattern(rf"\b{name}\s*=\s*[^;]*?\b{producer.name}\s*\(").search(text)
    if start is None:
        return True
    rest = text[start.end() :]
    puts = [
        match.end()
        for put in producer.puts
        if put in rest
        for match in pattern(rf"\b{put}\s*\([^;]*\b{name}\b").finditer(rest)
    ]
    if not puts:
        return (
            pattern(rf"(?<![=!<>])=\s*{name}\s*[;,}}]|\breturn\s+{name}\s*;|&\s*{name}\s*[,)]").search(rest)
            is None
        )
    if pattern(rf"(?<![\w.>]){name}\s*=(?!=)\s*[^;]*\(").search(rest[: min(puts)]) is not None:
        return True  # it is set anew before it is put
    between = rest[: max(puts)]
    checked = pattern(
        rf"[^;]*;\s*if\s*\([^;{{}}]*\b{name}\b[^;{{}}]*\)\s*(?:\{{[^{{}}]*\}}|(?:return|goto|continue|break)[^;]*;)"
    ).match(between)
    if checked is not None:
        between = between[checked.end() :]
    return can_leave(between)


def can_leave(between: str) -> bool:
    """Whether control can leave a piece of source before its end: by ``return``, or to a label outside."""
    if re.search(r"\b(?:return|break|continue)\b", between):
        return True
    labels = re.findall(r"\bgoto\s+(\w+)", between)
    return any(not pattern(rf"\b{label}\s*:").search(between) for label in labels)


def _given(bodies: Bodies, function: FunctionFact, call: Call) -> str:
    """The pointer that the call was given first: without it, it would not have found anything."""
    first = call.arguments[0].strip() if call.arguments else ""
    variable = bodies.facts.once(Typing).scope(function.id).variables.get(first)
    return first if variable is not None and variable.pointers and first != call.result else ""


def _ways(
    graph: Graph, node: Node, name: str, acts: dict[int, Act], pointer: bool, given: str
) -> list[Way] | None:
    known = dict(always_before(graph).get(node.index, {}))
    known = {key: truth for key, truth in known.items() if not has_word(key, name)}
    known |= {name: True, f"IS_ERR({name})": False, f"IS_ERR_OR_NULL({name})": False}
    if given:
        known.setdefault(given, True)
    edge = ""
    if node.kind is Kind.CONDITION:
        edge = _taken(node, name)
    return ways_out(
        graph, Start(node.index, known, edge), lambda one: acts[one.index] is not Act.NOTHING, pointer
    )


def _taken(node: Node, name: str) -> str:
    """The branch of ``if (!(p = get()))`` on which there is a reference."""
    text = node.text.replace(" ", "")
    if "IS_ERR" in text or "PTR_ERR" in text:
        return "false"
    failed = text.startswith("!") or text.endswith(("==NULL", "==0"))
    return "false" if failed else "true"
