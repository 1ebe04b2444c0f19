"""One function of a file as a syntax tree with true offsets: which statement stands where, and around it."""

from __future__ import annotations

__all__ = ["STATEMENTS", "Code"]

import re
from collections.abc import Iterator
from functools import cached_property

from tree_sitter import Node as Tree

from lastput.c.flow.build import build_graph
from lastput.c.flow.graph import Graph, Kind, Node
from lastput.c.raw.body import Body, parse_body
from lastput.c.raw.source import Function, Source
from lastput.facts.api import API

#: What may stand alone, or in a list of statements.
STATEMENTS = frozenset(
    {
        *("expression_statement", "return_statement", "goto_statement", "break_statement"),
        *("continue_statement", "if_statement", "while_statement", "for_statement", "do_statement"),
        *("switch_statement", "declaration", "compound_statement", "labeled_statement"),
    }
)
_JUMPS = frozenset({"return_statement", "goto_statement", "break_statement", "continue_statement"})
_NORETURN = frozenset(API.noreturn.names)


class Code:
    """A function. Offsets count bytes of the file; ``graph`` has lines of the file, too."""

    def __init__(self, source: Source, function: Function) -> None:
        self.source = source
        self.function = function
        self.body: Body = parse_body(source, function)

    @property
    def path(self) -> str:
        return self.source.path

    @cached_property
    def graph(self) -> Graph:
        return build_graph(self.source, self.function, _NORETURN)

    @cached_property
    def statements(self) -> tuple[Tree, ...]:
        """All statements, outer ones before those inside."""
        return tuple(one for one in self._walk(self.body.root) if one.type in STATEMENTS)

    def _walk(self, tree: Tree) -> Iterator[Tree]:
        yield tree
        for child in tree.named_children:
            yield from self._walk(child)

    def start(self, tree: Tree) -> int:
        """The offset of the first byte."""
        return tree.start_byte + self.body.shift

    def end(self, tree: Tree) -> int:
        """The offset past the last byte."""
        return tree.end_byte + self.body.shift

    def text(self, tree: Tree) -> str:
        """The source on one line, comments out."""
        return self.body.text(tree)

    def raw(self, start: int, end: int) -> str:
        """The source as it stands."""
        return self.source.content[start:end].decode("latin-1")

    def line(self, tree: Tree) -> int:
        return self.body.line(tree)

    def indent(self, tree: Tree) -> str:
        """The blanks before the line in which a statement begins."""
        first = self.source.lines[self.line(tree) - 1]
        found = re.match(r"[ \t]*", self.raw(first, self.start(tree)))
        return found[0] if found is not None else ""

    def begins_line(self, tree: Tree) -> bool:
        """Whether nothing but blanks stands before it in its line."""
        first = self.source.lines[self.line(tree) - 1]
        return not self.raw(first, self.start(tree)).strip()

    # -- from the graph to the tree

    def statement(self, node: Node) -> Tree | None:
        """The statement that a node of the graph is, or whose condition it is a part of."""
        here = [one for one in self.statements if self.line(one) <= node.line <= self._last_line(one)]
        if node.kind in (Kind.STATEMENT, Kind.RETURN, Kind.STOP):
            wanted = " ".join(node.text.split())
            if wanted.endswith(":") and node.kind is Kind.STATEMENT:
                return next((one for one in here if self._is_label(one, wanted[:-1])), None)
            same = [one for one in here if self.line(one) == node.line and self.text(one) == wanted]
            return same[-1] if same else None
        heads = [
            one
            for one in here
            if one.type in ("if_statement", "while_statement", "for_statement", "do_statement")
            and self._in_head(one, node)
        ]
        return heads[-1] if heads else None

    def _is_label(self, tree: Tree, name: str) -> bool:
        label = tree.child_by_field_name("label") if tree.type == "labeled_statement" else None
        return label is not None and self.text(label) == name

    def _in_head(self, tree: Tree, node: Node) -> bool:
        head = tree.child_by_field_name("condition")
        if head is None:
            return False
        if self.start(tree) in self.body.loops:
            return self.line(tree) == node.line
        lines = range(self.line(head), self._last_line(head) + 1)
        return node.line in lines and " ".join(node.text.split()) in self.text(head)

    def _last_line(self, tree: Tree) -> int:
        return self.source.line(max(self.start(tree), self.end(tree) - 1))

    def labels(self) -> dict[str, Tree]:
        """The labelled statements by name."""
        found = {}
        for one in self.statements:
            label = one.child_by_field_name("label") if one.type == "labeled_statement" else None
            if label is not None:
                found[self.text(label)] = one
        return found

    # -- around a statement

    def following(self, tree: Tree) -> Tree | None:
        """The statement after this one in its list."""
        one = tree.next_named_sibling
        while one is not None and one.type == "comment":
            one = one.next_named_sibling
        return one

    def jump_after(self, tree: Tree) -> Tree | None:
        """The ``return``, ``goto``, ``break`` or ``continue`` right after a statement."""
        one = self.following(tree)
        return one if one is not None and one.type in _JUMPS else None

    def branch(self, tree: Tree, label: str) -> Tree | None:
        """What an ``if`` does where its condition has the truth ``label``: the statement, or the first of a
        block."""
        if tree.type != "if_statement":
            return None
        one = tree.child_by_field_name("consequence" if label == "true" else "alternative")
        if one is not None and one.type == "else_clause":
            one = next((child for child in one.named_children if child.type != "comment"), None)
        while one is not None and one.type == "compound_statement":
            one = next((child for child in one.named_children if child.type != "comment"), None)
        return one

    def block(self, tree: Tree) -> Tree | None:
        """The list that a statement stands in; None if it stands alone under an ``if`` or a loop."""
        parent = tree.parent
        while parent is not None and parent.type in ("labeled_statement", "case_statement"):
            tree, parent = parent, parent.parent
        return parent if parent is not None and parent.type == "compound_statement" else None

    def alone(self, tree: Tree) -> bool:
        """Whether a statement is the whole body of an ``if``, ``else`` or loop, without braces."""
        parent = tree.parent
        return parent is not None and parent.type in (
            *("if_statement", "else_clause", "while_statement", "for_statement", "do_statement"),
        )

    def within(self, tree: Tree, outer: Tree) -> bool:
        """Whether a statement stands in another one, or is it."""
        return outer.start_byte <= tree.start_byte and tree.end_byte <= outer.end_byte

    def loop(self, tree: Tree) -> Tree | None:
        """The innermost loop around a statement."""
        one = tree.parent
        while one is not None:
            if one.type in ("while_statement", "for_statement", "do_statement"):
                return one
            if one.type == "if_statement" and self.start(one) in self.body.loops:
                return one
            one = one.parent
        return None
