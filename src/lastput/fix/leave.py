"""Where on a way out something that is held is given back: the last place at which it surely is."""

from __future__ import annotations

__all__ = ["Spot", "mend", "spot"]

import re
from collections.abc import Sequence

import msgspec
from tree_sitter import Node as Tree

from lastput.audit.feasible import Way
from lastput.c.flow.graph import Kind, Node
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


def spot(one: Taken, way: Way) -> Spot:
    """Where on ``way`` the call goes. Raises Unable."""
    nodes = [node for node in way.nodes if node.kind not in (Kind.EXIT, Kind.CLEANUP)]
    sure = max((place for place in range(1, len(nodes)) if one.held.surely(nodes[place].index)), default=0)
    last = nodes[sure]
    if sure == len(nodes) - 1 and sure:
        tree = _found(one.code, last)
        if last.kind is Kind.RETURN:
            return Spot(tree, True, True)
        if last.kind is Kind.STATEMENT:
            return Spot(tree, False)
    following = nodes[sure + 1] if sure + 1 < len(nodes) else None
    used = [
        node for node in nodes[sure + 1 :] if has_word(node.text, one.name) and not node.text.endswith(":")
    ]
    if one.local and used:
        raise Unable(f"line {used[0].line} uses {one.name} on a way that others share")
    return _on_edge(one, last, following)


def _on_edge(one: Taken, node: Node, following: Node | None) -> Spot:
    """Between a node and the one after it, to which others lead, too."""
    tree = _found(one.code, node)
    target = following.index if following is not None else 1
    if node.kind is Kind.STATEMENT:
        if not one.held.surely_after(node.index, "", target):
            raise Unable(f"{one.name} is had on some ways to line {node.line} only")
        if node.text.endswith(":"):
            raise Unable("nothing stands between two labels")
        return Spot(tree, False)
    if node.kind is not Kind.CONDITION:
        raise Unable(f"the way out goes by line {node.line}, which is shared")
    for label in ("true", "false"):
        sure = one.held.surely_after(node.index, label, target)
        branch = one.code.branch(tree, label)
        if sure and branch is not None and _leads(one.code, branch, following):
            return Spot(branch, True)
    raise Unable(f"line {node.line} leaves with what other ways do not have")


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


def mend(draft: Draft, place: Spot, call: str, name: str) -> None:
    """Put ``call`` there. What a ``return`` computes from ``name`` is computed before it. Raises Unable."""
    code = draft.code
    if not place.leaves:
        (draft.before if place.before else draft.after)(place.tree, call)
        return
    value = code.text(place.tree.named_children[0]) if place.tree.named_child_count else ""
    if not value or not (
        has_word(value, name) or "(" in value.replace("PTR_ERR(", "").replace("ERR_PTR(", "")
    ):
        draft.before(place.tree, call)
        return
    result = _result(code, place.tree)
    if not result:
        result = _declared(draft, place.tree)
    draft.replace(place.tree, f"{result} = {value};", call, f"return {result};")


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
