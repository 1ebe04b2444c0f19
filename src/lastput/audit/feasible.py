"""Paths of a function whose conditions do not contradict each other."""

from __future__ import annotations

__all__ = ["Start", "Way", "always_before", "error_value", "ways_out"]

import re
from collections import deque
from collections.abc import Callable, Mapping
from functools import lru_cache

import msgspec

from lastput.audit.truths import known_by, learn, read_condition, teaches
from lastput.c.flow.graph import Edge, Graph, Kind, Node
from lastput.c.flow.paths import forward

_STATES = 3000
_PENDING = ("-EINPROGRESS", "-EIOCBQUEUED")
_CODE_OF = re.compile(r"^PTR_ERR\(\s*(.+?)\s*\) (==|!=) -E[A-Z0-9_]+$")

_CODE = re.compile(r"^([A-Za-z_][\w.>-]*) (==|!=) -E[A-Z0-9_]+$")
_SYMBOL = re.compile(
    r"^#?\s*(ifdef|ifndef|if)\s+(?:defined\s*\(?\s*|IS_(?:ENABLED|REACHABLE)\s*\(\s*)?(\w+)\s*\)?\s*$"
)

#: What is known at a place, in a form that can be compared.
_Known = frozenset[tuple[str, bool]]
#: A node and what is known before it.
_State = tuple[int, _Known]


class Start(msgspec.Struct, frozen=True):
    """Where a search begins: at ``node``, with what is known there; ``edge``: the label it leaves by."""

    node: int
    known: Mapping[str, bool]
    edge: str = ""


class Way(msgspec.Struct, frozen=True):
    """A path. ``failed`` says whether what it returns reports an error; None if that is not to be seen."""

    nodes: tuple[Node, ...]
    known: Mapping[str, bool]
    failed: bool | None

    @property
    def last(self) -> Node:
        """The last node that is a statement of the source: the ``return``, or what comes before the end."""
        ends = (Kind.EXIT, Kind.CLEANUP)
        return next((one for one in reversed(self.nodes) if one.kind not in ends), self.nodes[-1])


@lru_cache(maxsize=500)
def always_before(graph: Graph) -> dict[int, dict[str, bool]]:
    """Truths that hold before each node on every way to it."""

    def after(node: Node, state: _Known, edge: Edge) -> _Known:
        left = _leave(node, _after(node, state), edge)
        return left if left is not None else state

    nothing: _Known = frozenset()
    found = forward(graph, nothing, after, lambda one, two: one & two)
    return {index: dict(state) for index, state in found.items()}


def _after(node: Node, known: _Known) -> _Known:
    """What is known after a node, whichever way it is left."""
    return frozenset(learn(node, dict(known)).items()) if teaches(node) else known


def _leave(node: Node, after: _Known, edge: Edge) -> _Known | None:
    """What is known once ``node`` was left by ``edge``; None if that contradicts what was known."""
    if edge.label not in ("true", "false") or node.kind not in (Kind.CONDITION, Kind.PREPROCESSOR):
        return after
    if node.kind is Kind.PREPROCESSOR:
        expression, truth = _configured(node.text)
    else:
        expression, truth = read_condition(node.text)
    wanted = truth == (edge.label == "true")
    if (expression, not wanted) in after or _is_no_error(expression, wanted, after):
        return None
    if expression.startswith("IS_ERR_OR_NULL(") and not wanted:
        inner = expression[15:-1].strip()
        more = {expression: wanted, inner: True, f"IS_ERR({inner})": False}
        return frozenset({**dict(after), **more}.items())
    return after if (expression, wanted) in after else after | {(expression, wanted)}


def _configured(directive: str) -> tuple[str, bool]:
    """What an ``#if`` asks for, and its answer where the first arm is compiled; the sign in front keeps it
    apart from expressions of C. It has the same answer wherever it is asked."""
    found = _SYMBOL.match(directive)
    return (f"#{found[2]}", found[1] != "ifndef") if found is not None else (f"#{directive}", True)


def _is_no_error(expression: str, wanted: bool, known: _Known) -> bool:
    """Whether the error code of what is known to be none is said to be a certain one."""
    asked = _CODE_OF.match(expression)
    if asked is not None:
        return wanted == (asked[2] == "==") and (f"IS_ERR({asked[1]})", False) in known
    number = _CODE.match(expression)
    return number is not None and wanted == (number[2] == "==") and (number[1], False) in known


def ways_out(
    graph: Graph,
    start: Start,
    stop: Callable[[Node], bool],
    pointer: bool,
    goal: Callable[[Node], bool] | None = None,
) -> list[Way] | None:
    """A shortest way for each place at which the function is left, and each kind of result, on which ``stop``
    holds of no node; with ``goal`` the one shortest way to such a node. None if there are too many ways.

    ``pointer``: the function returns a pointer or a truth value, so zero reports the error.
    """
    first = (start.node, frozenset(start.known.items()))
    came: dict[_State, _State | None] = {first: None}
    queue = deque([first])
    found: dict[tuple[int, bool | None], Way] = {}
    while queue:
        state = queue.popleft()
        index, known = state
        node = graph.nodes[index]
        # What the first node does is part of what the caller knows.
        begin = state == first
        after = known if begin else _after(node, known)
        for edge in graph.successors[index]:
            if begin and start.edge and edge.label != start.edge:
                continue
            left = after if begin else _leave(node, after, edge)
            if left is None:
                continue
            following = graph.nodes[edge.target]
            if stop(following):
                continue
            new = (edge.target, left)
            if new in came:
                continue
            came[new] = state
            if len(came) > _STATES:
                return None
            if goal is not None and goal(following):
                return [Way(_trace(graph, came, new), dict(left), None)]
            if edge.target == graph.exit and goal is None:
                way = Way(_trace(graph, came, new), dict(left), None)
                failed = error_value(way.last, way.known, pointer)
                found.setdefault((way.last.index, failed), Way(way.nodes, way.known, failed))
            else:
                queue.append(new)
    return list(found.values())


def _trace(graph: Graph, came: Mapping[_State, _State | None], end: _State) -> tuple[Node, ...]:
    path = []
    state: _State | None = end
    while state is not None:
        path.append(graph.nodes[state[0]])
        state = came[state]
    return tuple(reversed(path))


def error_value(node: Node, known: Mapping[str, bool], pointer: bool) -> bool | None:
    """Whether a RETURN reports an error, given what is known before it; None if that is not to be seen.

    An operation that goes on in the background has not failed, nor has an int function that returns a
    number above zero.
    """
    if node.kind is not Kind.RETURN or not node.value:
        return None
    value = node.value.strip("() ")
    if _goes_on(value, known):
        return None
    if node.value.lstrip("( ").startswith(("ERR_PTR", "ERR_CAST", "PTR_ERR(", "-E", "dev_err_probe")):
        return True
    truth = known_by(node.value)
    if truth is None:
        truth = known.get(value)
    if truth is None or (not pointer and value.isdigit() and truth):
        return None
    return truth != pointer


def _goes_on(value: str, known: Mapping[str, bool]) -> bool:
    """Whether the value is the code of what has begun and not ended."""
    if value.startswith(_PENDING):
        return True
    name = value.removeprefix("ERR_PTR(").rstrip(")")
    return any(known.get(f"{name} == {code}") for code in _PENDING)
