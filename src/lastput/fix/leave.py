"""Where on a way out something that is held is given back: the last place at which it surely is."""

from __future__ import annotations

__all__ = ["Spot", "mend", "spots"]

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec
from tree_sitter import Node as Tree

from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.truths import learn, read_condition
from lastput.c.flow.graph import Edge, Kind, Node
from lastput.c.flow.paths import reached
from lastput.c.patterns import has_word
from lastput.fix.case import Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.taken import Taken


class Spot(msgspec.Struct, frozen=True):
    """A statement, and whether the call goes ``before`` or after it. ``leaves``: it is a ``return``."""

    tree: Tree
    before: bool
    leaves: bool = False


def spots(one: Taken) -> list[Spot]:
    """Where the call goes, on all ways that leave it behind. Raises Unable."""
    found: dict[tuple[int, bool], Spot] = {}
    for way in one.ways:
        last = way.last
        sure = one.held.surely(last.index)
        for place in [_at(one, way)] if sure else _before_shared(one, way):
            found.setdefault((place.tree.start_byte, place.before), place)
    # What follows a whole statement is done for what stands in it, too.
    around = [place.tree for place in found.values() if not place.before]

    def inner(tree: Tree) -> bool:
        return any(one.code.within(tree, each) and tree.start_byte != each.start_byte for each in around)

    return [place for place in found.values() if not inner(place.tree)]


def _at(one: Taken, way: Way) -> Spot:
    """At the end of a way; if others that do not fail end there, too, after the last statement that only
    those come by that do."""
    last = way.last
    if not one.failing or _all_fail(one, last):
        return Spot(_found(one.code, last), last.kind is Kind.RETURN, last.kind is Kind.RETURN)
    for node in reversed(way.nodes[1:]):
        sure = node.kind is Kind.STATEMENT and one.held.surely(node.index) and not node.text.endswith(":")
        if sure and _all_fail(one, node):
            return Spot(_found(one.code, node), False)
    raise Unable(f"line {last.line} returns what tells of success, too")


def _all_fail(one: Taken, node: Node) -> bool:
    """Whether every way out from before ``node`` on reports failure."""
    ways = []
    for edge in one.graph.predecessors[node.index]:
        before = one.graph.nodes[edge.target]
        if one.held.surely(before.index) or before.index == one.node.index:
            ways += _ways_from(one, before, Edge(node.index, edge.label))
    through = [way for way in ways if any(each.index == node.index for each in way.nodes)]
    return bool(through) and all(way.failed for way in through)


def _before_shared(one: Taken, way: Way) -> Iterator[Spot]:
    """On each edge from where it surely is had to what others reach without it, and that leads to the end of
    ``way``."""
    graph = one.graph
    last = way.last
    shared = _leading_to(one, last)
    before = [node for node in graph.nodes if one.held.surely(node.index) or node.index == one.node.index]
    some = False
    for node in before:
        for edge in graph.successors[node.index]:
            inside = edge.target in shared and not one.held.surely(edge.target)
            if not inside or not one.held.surely_after(node.index, edge.label, edge.target):
                continue
            ways = _ways_from(one, node, edge)
            if not ways:
                continue
            if one.failing and not all(each.failed for each in ways):
                if any(each.failed for each in ways):
                    raise Unable(f"after line {node.line} it is not seen yet whether the function fails")
                continue
            some = True
            after = reached(graph, (edge.target,)) | {edge.target}
            used = [
                each
                for each in shared.values()
                if one.local and each.index in after and _uses(each, one.names)
            ]
            if used:
                raise Unable(f"line {used[0].line} uses {one.name} on a way that others share")
            yield _on_edge(one, node, edge)
    if not some:
        raise Unable(f"line {last.line} is left with it on some ways only")


def _leading_to(one: Taken, last: Node) -> dict[int, Node]:
    """The nodes from which ``last`` is reached without giving it up, by their index, itself included; only
    those before which it is not surely had."""
    graph = one.graph
    found = {last.index: last}
    pending = [last.index]
    while pending:
        for edge in graph.predecessors[pending.pop()]:
            node = graph.nodes[edge.target]
            known = node.index in found or node.index == one.node.index
            if known or one.given_up(node) or one.held.surely(node.index):
                continue
            found[node.index] = node
            pending.append(node.index)
    return found


def _ways_from(one: Taken, node: Node, edge: Edge) -> list[Way]:
    """The ways out from an edge on which it is not given up."""
    known = learn(node, dict(always_before(one.graph).get(node.index, {})))
    if one.local:
        known |= {one.name: True, f"IS_ERR({one.name})": False}
    if node.kind is Kind.CONDITION:
        expression, truth = read_condition(node.text)
        known[expression] = truth == (edge.label == "true")
    return ways_out(one.graph, Start(node.index, known, edge.label), one.given_up, one.pointer) or []


def _uses(node: Node, names: Collection[str]) -> bool:
    return any(has_word(node.text, name) for name in names) and not node.text.endswith(":")


def _on_edge(one: Taken, node: Node, edge: Edge) -> Spot:
    """Between a node and the one after it, to which others lead, too."""
    tree = _found(one.code, node)
    if node.kind is Kind.STATEMENT:
        if node.text.endswith(":"):
            raise Unable("nothing stands between two labels")
        return Spot(tree, False)
    if node.kind is Kind.CONDITION and edge.label:
        following = one.graph.nodes[edge.target]
        for label in ("true", "false"):
            branch = one.code.branch(tree, label)
            if branch is not None and _leads(one.code, branch, following):
                return Spot(branch, True)
    raise Unable(f"line {node.line} leads to what others share")


def _leads(code: Code, branch: Tree, following: Node | None) -> bool:
    """Whether a branch is the jump to the node that comes next."""
    if branch.type == "goto_statement":
        label = branch.child_by_field_name("label")
        return label is not None and following is not None and following.text == f"{code.text(label)}:"
    return branch.type in ("break_statement", "continue_statement")


def _found(code: Code, node: Node) -> Tree:
    tree = code.statement(node)
    if tree is None:
        raise Unable(f"line {node.line} is written in a way that is not understood")
    return tree


def mend(draft: Draft, place: Spot, calls: Sequence[str], name: str) -> None:
    """Put ``calls`` there. What a ``return`` computes from ``name`` is computed before it. Raises Unable."""
    code = draft.code
    if not place.leaves:
        (draft.before if place.before else draft.after)(place.tree, *calls)
        return
    value = code.text(place.tree.named_children[0]) if place.tree.named_child_count else ""
    if not value or not (
        has_word(value, name) or "(" in value.replace("PTR_ERR(", "").replace("ERR_PTR(", "")
    ):
        draft.before(place.tree, *calls)
        return
    result = _result(code, place.tree)
    if not result:
        result = _declared(draft, place.tree)
    draft.replace(place.tree, f"{result} = {value};", *calls, f"return {result};")


def _declared(draft: Draft, tree: Tree) -> str:
    """A new variable of the type that the function returns. Raises Unable."""
    code = draft.code
    head = code.function.head
    words = [
        word for word in head.returns.split() if not re.fullmatch(r"static|inline|extern|__\w+|notrace", word)
    ]
    kind = " ".join(words)
    if not kind or kind == "void" or re.search(r"\bret\b", code.raw(code.function.start, code.function.end)):
        raise Unable(f"what line {code.line(tree)} returns needs a variable")
    row = f"{kind}ret;" if kind.endswith("*") else f"{kind} ret;"
    first = code.body.root.named_children[0]
    declared = [one for one in code.body.root.named_children if one.type == "declaration"]
    if declared:
        draft.after(declared[-1], row)
    else:
        draft.before(first, row, "")
    return "ret"


def _result(code: Code, tree: Tree) -> str:
    """A variable of the function that it returns elsewhere, declared before; "" if there is none."""
    names = [
        code.text(one.named_children[0])
        for one in code.statements
        if one.type == "return_statement" and one.named_child_count
    ]
    returned = sorted({name for name in names if re.fullmatch(r"[a-z_]\w*", name)}, key=names.index)
    own = _own_variables(code)
    usual = [name for name in ("ret", "err", "rc", "error", "retval", "res", "status") if name in own]
    return next((name for name in (*returned, *usual) if name in own), "")


def _own_variables(code: Code) -> Sequence[str]:
    """The variables that the outermost block declares as int."""
    found = []
    for one in code.body.root.named_children:
        if one.type == "declaration" and re.match(r"(?:signed )?(?:int|ssize_t|long)\b", code.text(one)):
            found += re.findall(r"[\s,*](\w+)\s*(?:=[^,;]*)?(?=[,;])", code.text(one))
    return found
