"""From the syntax tree of a body to its flow graph."""

from __future__ import annotations

__all__ = ["build_graph"]

from bisect import bisect_left
from collections.abc import Collection

import msgspec
from tree_sitter import Node as Tree

from lastput.c.flow.graph import Call, Edge, Graph, Kind, Node, Write
from lastput.c.raw.body import Body, parse_body
from lastput.c.raw.calls import CallRow, find_calls
from lastput.c.raw.heads import split_arguments
from lastput.c.raw.source import Function, Source

#: Open ends of a part that is built: node and label of the edge that leaves it.
_Ends = list[tuple[int, str]]

#: A loop macro whose body runs once, and releases at its end (include/linux/cleanup.h).
_ONCE = ("scoped_guard", "scoped_cond_guard")
_TRUE = ("1", "true", ";;")
_FALSE = ("0", "false")
#: Macros that give the truth of their argument (include/linux/compiler.h).
_SAME_TRUTH = ("likely", "unlikely")


def build_graph(source: Source, function: Function, noreturn: Collection[str] = ()) -> Graph:
    """The flow graph of ``function``. A statement that calls one of ``noreturn`` has no successor."""
    body = parse_body(source, function)
    builder = _Builder(source, function, body, frozenset(noreturn))
    return builder.build()


class _Builder:
    def __init__(self, source: Source, function: Function, body: Body, noreturn: frozenset[str]) -> None:
        self.source = source
        self.function = function
        self.body = body
        self.noreturn = noreturn
        self.nodes: list[Node] = []
        self.edges: list[list[Edge]] = []
        self.labels: dict[str, int] = {}
        self.label_scopes: dict[str, tuple[int, ...]] = {}
        self.breaks: list[tuple[int, _Ends]] = []  # scope depth, ends
        self.continues: list[tuple[int, _Ends]] = []
        self.switches: list[tuple[int, list[bool]]] = []  # node, whether a default was seen
        self.scopes: list[tuple[int, list[Node]]] = []  # block, what to do when it is left
        rows, _ = find_calls(source.content, source.scan.code, function.body, function.end)
        self.rows = rows
        self.starts = [row.name for row in rows]

    def build(self) -> Graph:
        root = self.body.root
        self._node(Kind.ENTRY, self.function.head.name, self.source.line(self.function.start))
        self._node(Kind.EXIT, "", self.source.line(self.function.end - 1))
        self._find_labels(root, ())
        ends = self._statement(root, [(0, "")])
        self._join(ends, Graph.exit)
        return Graph(self.function.head.name, self.source.path, self.nodes, self.edges, self.body.clean)

    # -- nodes and edges

    def _node(
        self,
        kind: Kind,
        text: str,
        line: int,
        calls: tuple[Call, ...] = (),
        writes: tuple[Write, ...] = (),
        value: str = "",
    ) -> int:
        index = len(self.nodes)
        self.nodes.append(Node(index, kind, text, line, calls, writes, value, len(self.scopes)))
        self.edges.append([])
        return index

    def _of(self, kind: Kind, tree: Tree, ends: _Ends, value: str = "") -> int:
        """A node for a piece of source, after ``ends``."""
        text = self.body.text(tree)
        writes = self._writes(tree) if "=" in text else ()
        index = self._node(kind, text, self.body.line(tree), self._calls(tree), writes, value)
        self._join(ends, index)
        return index

    def _join(self, ends: _Ends, target: int) -> None:
        for index, label in ends:
            edge = Edge(target, label)
            if edge not in self.edges[index]:
                self.edges[index].append(edge)

    def _calls(self, tree: Tree) -> tuple[Call, ...]:
        return self._calls_between(tree.start_byte + self.body.shift, tree.end_byte + self.body.shift)

    def _calls_between(self, start: int, end: int) -> tuple[Call, ...]:
        """Calls whose name stands between two offsets of the file, those in arguments first."""
        rows = self.rows[bisect_left(self.starts, start) : bisect_left(self.starts, end)]
        if not rows:
            return ()
        return tuple(self._call(row) for row in sorted(rows, key=lambda row: row.close))

    def _call(self, row: CallRow) -> Call:
        name = self.source.content[row.name : row.word_end].decode("latin-1")
        arguments = split_arguments(self._plain(row.open + 1, row.close))
        result = self._plain(row.target, row.callee).rpartition("=")[0].strip() if row.target >= 0 else ""
        line = self.source.line(row.name)
        return Call(name, self._plain(row.callee, row.name), arguments, result, line, row.name)

    def _plain(self, start: int, end: int) -> str:
        return " ".join(self.body.plain(start, end).split())

    def _writes(self, tree: Tree) -> tuple[Write, ...]:
        found: list[Write] = []
        pending = [tree]
        while pending:
            one = pending.pop()
            if one.type in ("assignment_expression", "init_declarator"):
                left = one.child_by_field_name("left") or one.child_by_field_name("declarator")
                right = one.child_by_field_name("right") or one.child_by_field_name("value")
                if left is not None and right is not None:
                    found.append(Write(self.body.text(left).lstrip("* "), self.body.text(right)))
            pending += reversed(one.named_children)
        return tuple(found)

    # -- scopes

    def _find_labels(self, tree: Tree, scopes: tuple[int, ...]) -> None:
        """Which blocks are open around each label."""
        for child in tree.named_children:
            if child.type == "compound_statement":
                self._find_labels(child, (*scopes, child.start_byte))
            elif child.type == "labeled_statement":
                label = child.child_by_field_name("label")
                if label is not None:
                    self.label_scopes[self.body.text(label)] = scopes
                self._find_labels(child, scopes)
            elif child.named_child_count and child.type.endswith(("statement", "clause")):
                self._find_labels(child, scopes)

    def _leave(self, ends: _Ends, keep: int) -> _Ends:
        """What is cleaned up when all but the outermost ``keep`` blocks are left."""
        for _, cleanups in reversed(self.scopes[keep:]):
            for one in reversed(cleanups):
                index = self._node(one.kind, one.text, one.line, one.calls)
                self._join(ends, index)
                ends = [(index, "")]
        return ends

    def _block(self, tree: Tree, ends: _Ends) -> _Ends:
        self.scopes.append((tree.start_byte, []))
        for child in tree.named_children:
            ends = self._statement(child, ends)
        ends = self._leave(ends, len(self.scopes) - 1) if ends else ends
        self.scopes.pop()
        return ends

    def _guards(self, index: int) -> None:
        """Remember what the node ``index`` sets up for the end of its block."""
        node = self.nodes[index]
        if not self.scopes:
            return
        for name, function in self.body.cleanups.items():
            if any(write.target == name for write in node.writes):
                call = Call(function, "", (name,), "", node.line, -1)
                self._later(f"{function}({name})", node.line, call)
        for call in node.calls:
            if call.name.startswith("guard(") and call.name.endswith(")"):
                kind = call.name[6:-1]
                released = Call(f"guard_end({kind})", "", call.arguments, "", call.line, -1)
                self._later(f"leave guard({kind})({', '.join(call.arguments)})", call.line, released)

    def _later(self, text: str, line: int, call: Call) -> None:
        self.scopes[-1][1].append(Node(-1, Kind.CLEANUP, text, line, (call,)))

    # -- statements

    def _statement(self, tree: Tree, ends: _Ends) -> _Ends:
        kind = tree.type
        method = _METHODS.get(kind)
        if method is not None:
            return method(self, tree, ends)
        if kind in ("comment", "else_clause") or kind.startswith("preproc"):
            return ends
        return self._plain_statement(tree, ends)

    def _plain_statement(self, tree: Tree, ends: _Ends) -> _Ends:
        if not tree.named_child_count and self.body.text(tree) in (";", ""):
            return ends
        index = self._of(Kind.STATEMENT, tree, ends)
        node = self.nodes[index]
        if any(call.name in self.noreturn and not call.receiver for call in node.calls):
            self.nodes[index] = msgspec.structs.replace(node, kind=Kind.STOP)
            return []
        self._guards(index)
        return [(index, "")]

    def _if(self, tree: Tree, ends: _Ends) -> _Ends:
        condition = tree.child_by_field_name("condition")
        then = tree.child_by_field_name("consequence")
        other = tree.child_by_field_name("alternative")
        offset = tree.start_byte + self.body.shift
        if offset in self.body.arms:
            index = self._node(Kind.PREPROCESSOR, self.body.arms[offset], self.body.line(tree))
            self._join(ends, index)
            yes: _Ends = [(index, "true")]
            no: _Ends = [(index, "false")]
        elif condition is None:
            yes, no = ends, []
        elif offset in self.body.loops:
            # A loop macro with a name too short for "while".
            return self._macro_loop(tree, condition, then, self.body.loops[offset], ends)
        else:
            yes, no = self._condition(condition, ends)
        after = self._statement(then, yes) if then is not None else yes
        if other is not None:
            for child in other.named_children if other.type == "else_clause" else [other]:
                no = self._statement(child, no)
        return after + no

    def _condition(self, tree: Tree, ends: _Ends) -> tuple[_Ends, _Ends]:
        """Ends where the condition holds, and where it does not."""
        if tree.type == "parenthesized_expression" and tree.named_child_count == 1:
            return self._condition(tree.named_children[0], ends)
        if tree.type == "unary_expression" and tree.children[0].type == "!":
            argument = tree.child_by_field_name("argument")
            if argument is not None and argument.type in ("parenthesized_expression", "binary_expression"):
                yes, no = self._condition(argument, ends)
                return no, yes
        if tree.type == "binary_expression":
            operator = tree.child_by_field_name("operator")
            left, right = tree.child_by_field_name("left"), tree.child_by_field_name("right")
            if operator is not None and left is not None and right is not None:
                if operator.type == "&&":
                    yes, no = self._condition(left, ends)
                    yes, other = self._condition(right, yes)
                    return yes, no + other
                if operator.type == "||":
                    yes, no = self._condition(left, ends)
                    other, no = self._condition(right, no)
                    return yes + other, no
        if tree.type == "call_expression":
            callee, given = tree.child_by_field_name("function"), tree.child_by_field_name("arguments")
            one = callee is not None and given is not None and given.named_child_count == 1
            if one and callee is not None and given is not None and self.body.text(callee) in _SAME_TRUTH:
                return self._condition(given.named_children[0], ends)
        text = self.body.text(tree)
        if text in _TRUE:
            return ends, []
        if text in _FALSE:
            return [], ends
        index = self._of(Kind.CONDITION, tree, ends)
        return [(index, "true")], [(index, "false")]

    def _while(self, tree: Tree, ends: _Ends) -> _Ends:
        condition, body = tree.child_by_field_name("condition"), tree.child_by_field_name("body")
        offset = tree.start_byte + self.body.shift
        if condition is not None and offset in self.body.loops:
            return self._macro_loop(tree, condition, body, self.body.loops[offset], ends)
        return self._loop(tree, condition, None, body, ends)

    def _macro_loop(self, tree: Tree, head: Tree, body: Tree | None, name: str, ends: _Ends) -> _Ends:
        index = self._node(
            Kind.LOOP,
            f"{name} {self.body.text(head)}",
            self.body.line(tree),
            self._calls_between(tree.start_byte + self.body.shift, head.end_byte + self.body.shift),
        )
        self._join(ends, index)
        depth = len(self.scopes)
        if name in _ONCE:
            call = self.nodes[index].calls[-1] if self.nodes[index].calls else None
            arguments = call.arguments if call is not None else ()
            kind = arguments[0] if arguments else ""
            self.scopes.append((tree.start_byte, []))
            released = Call(f"guard_end({kind})", "", arguments[1:], "", self.nodes[index].line, -1)
            self._later(f"leave {name}({', '.join(arguments)})", self.nodes[index].line, released)
            out: _Ends = [(index, "")]
            out = self._statement(body, out) if body is not None else out
            out = self._leave(out, depth) if out else out
            self.scopes.pop()
            return out
        self.breaks.append((depth, []))
        self.continues.append((depth, []))
        out = self._statement(body, [(index, "next")]) if body is not None else [(index, "next")]
        self._join(out + self.continues.pop()[1], index)
        return [(index, "done"), *self.breaks.pop()[1]]

    def _loop(
        self, tree: Tree, condition: Tree | None, update: Tree | None, body: Tree | None, ends: _Ends
    ) -> _Ends:
        depth = len(self.scopes)
        top = self._node(Kind.STATEMENT, "", self.body.line(tree))  # where the loop comes back to
        self._join(ends, top)
        again: _Ends = [(top, "")]
        yes, no = self._condition(condition, again) if condition is not None else (again, [])
        self.breaks.append((depth, []))
        self.continues.append((depth, []))
        out = self._statement(body, yes) if body is not None else yes
        out = out + self.continues.pop()[1]
        if update is not None and out:
            out = [(self._of(Kind.STATEMENT, update, out), "")]
        self._join(out, top)
        return no + self.breaks.pop()[1]

    def _for(self, tree: Tree, ends: _Ends) -> _Ends:
        first = tree.child_by_field_name("initializer")
        if first is not None:
            ends = [(self._of(Kind.STATEMENT, first, ends), "")]
        return self._loop(
            tree,
            tree.child_by_field_name("condition"),
            tree.child_by_field_name("update"),
            tree.child_by_field_name("body"),
            ends,
        )

    def _do(self, tree: Tree, ends: _Ends) -> _Ends:
        depth = len(self.scopes)
        top = self._node(Kind.STATEMENT, "", self.body.line(tree))
        self._join(ends, top)
        self.breaks.append((depth, []))
        self.continues.append((depth, []))
        body, condition = tree.child_by_field_name("body"), tree.child_by_field_name("condition")
        out = self._statement(body, [(top, "")]) if body is not None else [(top, "")]
        out = out + self.continues.pop()[1]
        yes, no = self._condition(condition, out) if condition is not None else ([], out)
        self._join(yes, top)
        return no + self.breaks.pop()[1]

    def _switch(self, tree: Tree, ends: _Ends) -> _Ends:
        condition, body = tree.child_by_field_name("condition"), tree.child_by_field_name("body")
        index = self._of(Kind.SWITCH, condition if condition is not None else tree, ends)
        default = [False]
        self.switches.append((index, default))
        self.breaks.append((len(self.scopes), []))
        out = self._statement(body, []) if body is not None else []
        self.switches.pop()
        if not default[0]:
            out = [*out, (index, "none")]
        return out + self.breaks.pop()[1]

    def _case(self, tree: Tree, ends: _Ends) -> _Ends:
        value = tree.child_by_field_name("value")
        if self.switches:
            index, default = self.switches[-1]
            if value is None:
                default[0] = True
            label = f"case {self.body.text(value)}" if value is not None else "default"
            ends = [*ends, (index, label)]
        for child in tree.named_children:
            if child != value:
                ends = self._statement(child, ends)
        return ends

    def _label(self, tree: Tree, ends: _Ends) -> _Ends:
        label = tree.child_by_field_name("label")
        name = self.body.text(label) if label is not None else ""
        index = self._label_node(name, self.body.line(tree))
        self._join(ends, index)
        ends = [(index, "")]
        for child in tree.named_children:
            if child != label:
                ends = self._statement(child, ends)
        return ends

    def _label_node(self, name: str, line: int) -> int:
        if name not in self.labels:
            self.labels[name] = self._node(Kind.STATEMENT, f"{name}:", line)
        return self.labels[name]

    def _goto(self, tree: Tree, ends: _Ends) -> _Ends:
        label = tree.child_by_field_name("label")
        name = self.body.text(label) if label is not None else ""
        if name not in self.label_scopes:
            return [] if label is not None else ends  # computed goto, or one into a macro
        around = self.label_scopes[name]
        keep = 0
        # The outermost block is the body itself, which no label is outside of.
        ours = [block for block, _ in self.scopes[1:]]
        while keep < min(len(ours), len(around)) and ours[keep] == around[keep]:
            keep += 1
        self._join(self._leave(ends, keep + 1), self._label_node(name, self.body.line(tree)))
        return []

    def _return(self, tree: Tree, ends: _Ends) -> _Ends:
        value = self.body.text(tree.named_children[0]) if tree.named_child_count else ""
        index = self._of(Kind.RETURN, tree, ends, value)
        if any(call.name in self.noreturn for call in self.nodes[index].calls):
            return []
        self._join(self._leave([(index, "")], 0), Graph.exit)
        return []

    def _break(self, tree: Tree, ends: _Ends) -> _Ends:
        if self.breaks:
            depth, out = self.breaks[-1]
            out += self._leave(ends, depth) if ends else []
        return []

    def _continue(self, tree: Tree, ends: _Ends) -> _Ends:
        if self.continues:
            depth, out = self.continues[-1]
            out += self._leave(ends, depth) if ends else []
        return []


_METHODS = {
    "compound_statement": _Builder._block,
    "if_statement": _Builder._if,
    "while_statement": _Builder._while,
    "for_statement": _Builder._for,
    "do_statement": _Builder._do,
    "switch_statement": _Builder._switch,
    "case_statement": _Builder._case,
    "labeled_statement": _Builder._label,
    "goto_statement": _Builder._goto,
    "return_statement": _Builder._return,
    "break_statement": _Builder._break,
    "continue_statement": _Builder._continue,
}
