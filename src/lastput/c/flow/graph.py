"""A function as a graph of statements and conditions."""

from __future__ import annotations

__all__ = ["Call", "Edge", "Graph", "Kind", "Node", "Write"]

from enum import Enum
from functools import cached_property

import msgspec


class Kind(Enum):
    """What a node is."""

    ENTRY = "entry"
    EXIT = "exit"
    STATEMENT = "statement"
    CONDITION = "condition"  # edges "true" and "false"; && and || are taken apart
    LOOP = "loop"  # a loop macro: edges "next" and "done"
    SWITCH = "switch"  # edges "case X", "default", and "none" if there is no default
    PREPROCESSOR = "preprocessor"  # an #if: edges "true" and "false"
    RETURN = "return"
    CLEANUP = "cleanup"  # what __free() or guard() does when a scope is left
    STOP = "stop"  # a call that never returns


class Call(msgspec.Struct, frozen=True):
    """One call. ``receiver`` is ``p->ops->`` of ``p->ops->f(x)``, else ""; ``result`` is what the value is
    assigned to, else ""."""

    name: str
    receiver: str
    arguments: tuple[str, ...]
    result: str
    line: int
    offset: int


class Write(msgspec.Struct, frozen=True):
    """``target = value``, a declaration with a value included."""

    target: str
    value: str


class Node(msgspec.Struct, frozen=True):
    """A statement or condition. ``text`` is its source on one line; ``value`` the expression of a RETURN;
    ``calls`` stand in the order in which they are made (inner ones first)."""

    index: int
    kind: Kind
    text: str
    line: int
    calls: tuple[Call, ...] = ()
    writes: tuple[Write, ...] = ()
    value: str = ""
    scope: int = 0  # how many blocks are open around it


class Edge(msgspec.Struct, frozen=True):
    """Where control goes next; ``label`` is "" for a plain step."""

    target: int
    label: str = ""


class Graph:
    """Nodes and edges of one function; node 0 is the entry, node 1 the exit.

    ``clean`` is False when the parser met something that it did not understand: paths may be missing.
    """

    def __init__(
        self, name: str, file: str, nodes: list[Node], successors: list[list[Edge]], clean: bool
    ) -> None:
        self.name = name
        self.file = file
        self.nodes = tuple(nodes)
        self.successors = tuple(tuple(edges) for edges in successors)
        self.clean = clean

    entry = 0
    exit = 1

    @cached_property
    def predecessors(self) -> tuple[tuple[Edge, ...], ...]:
        """For each node the edges into it; ``target`` is the node that the edge comes from."""
        found: list[list[Edge]] = [[] for _ in self.nodes]
        for index, edges in enumerate(self.successors):
            for edge in edges:
                found[edge.target].append(Edge(index, edge.label))
        return tuple(tuple(edges) for edges in found)

    @cached_property
    def reachable(self) -> frozenset[int]:
        """Nodes that some path from the entry comes by."""
        seen = {0}
        pending = [0]
        while pending:
            for edge in self.successors[pending.pop()]:
                if edge.target not in seen:
                    seen.add(edge.target)
                    pending.append(edge.target)
        return frozenset(seen)

    def calling(self, *names: str) -> list[tuple[Node, Call]]:
        """Every call of one of ``names`` that is reached, with its node."""
        wanted = frozenset(names)
        return [
            (node, call)
            for node in self.nodes
            if node.index in self.reachable
            for call in node.calls
            if call.name in wanted
        ]
