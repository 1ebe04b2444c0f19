"""What a flow graph tells of something that was begun: when it is live, what ends it, what leaves it."""

from __future__ import annotations

__all__ = [
    "Ending",
    "calls_one",
    "guard_of",
    "node_of",
    "rounds",
    "same",
    "start_after",
    "undoes",
    "worthwhile",
]

import itertools
import re

import msgspec

from lastput.audit.feasible import Start, Way, always_before
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.flow.paths import reached
from lastput.effects.life.begun import Begun, Life, Undo, plain
from lastput.effects.life.pairs import all_of

_LEAVES = re.compile(r"\b(?:goto\s+(\w+)|return\b(?!\s*(?:0|NULL)\s*;)[^;]+);")
_WORD = re.compile(r"[A-Za-z_]\w*")
_LETS_GO = re.compile(
    r"(?:^|_)(?:put|free|release|unref|destroy|dispose|kfree|drop|abort|cancel|cleanup)(?:_|$)"
)
_CHECK = re.compile(r"[^;]*;\s*if\s*\([^;{}]*\)\s*(?:\{[^{}]*\}|(?:return|goto|continue|break)[^;]*;)")
_GLOBAL = re.compile(r"^&\s*[A-Za-z_]\w*$")
_CODE = re.compile(r"^(?:r|rc|rv|ret\w*|err\w*|res|result|status|i)$")
_LOCAL = re.compile(r"^[A-Za-z_]\w*$")


class Ending(msgspec.Struct, frozen=True):
    """The calls of a unit that may end something, the names of the functions that come to one, and which of
    these other files can call."""

    undos: tuple[Undo, ...]
    names: frozenset[str]
    exported: frozenset[str]


def worthwhile(text: str, name: str, begun: Begun, ending: Ending) -> bool:
    """Whether the function can be left after the call, other than because it failed, by an exit behind which
    nothing ends it as far as the eye sees."""
    start = text.find(f"{name}(")
    if start < 0:
        start = max(text.find(name), 0)
    checked = _CHECK.match(text, start) if begun.use != "ignored" or name != begun.call else None
    start = checked.end() if checked is not None else text.find(";", start) + 1
    wanted = ending.names.union(begun.ends)
    ends = [one.start() for one in _WORD.finditer(text, start) if one[0] in wanted]
    last = ends[-1] if ends else -1
    for exit_ in _LEAVES.finditer(text, start):
        if exit_[1]:
            label = re.search(rf"\b{exit_[1]}\s*:(?!:)", text)
            if label is None or label.start() > last:
                return True
            continue
        block = max(text.rfind("{", start, exit_.start()), text.rfind(":", start, exit_.start()), start)
        if not any(block <= one < exit_.start() for one in ends):
            return True
    return False


def rounds(graph: Graph, begin: Node, ends: set[int]) -> set[int]:
    """The nodes that end it, and those that begin a loop in which one of them is."""
    found = set(ends)
    for end in ends:
        after = reached(graph, (end,))
        if begin.index in after:
            continue
        found |= {
            one.index
            for one in graph.nodes
            if one.index in after
            and one.kind in (Kind.CONDITION, Kind.LOOP)
            and end in reached(graph, (one.index,))
        }
    return found


def guard_of(graph: Graph, way: Way, ends: set[int]) -> str:
    """A condition of the way that jumps over what ends it; or ""."""
    for node, following in itertools.pairwise(way.nodes):
        if node.kind is not Kind.CONDITION:
            continue
        for edge in graph.successors[node.index]:
            if edge.target != following.index and _soon(graph, edge.target, ends):
                return node.text
    return ""


def _soon(graph: Graph, index: int, ends: set[int]) -> bool:
    """Whether the statements from a node on come to an end of it before they branch."""
    for _ in range(6):
        if index in ends:
            return True
        if len(graph.successors[index]) != 1:
            return False
        index = graph.successors[index][0].target
    return False


def node_of(graph: Graph, name: str, line: int) -> tuple[Node, Call] | None:
    return next(((node, call) for node, call in graph.calling(name) if call.line == line), None)


def start_after(life: Life, graph: Graph, node: Node, call: Call) -> Start | None:
    """The call with what is known when it has succeeded."""
    signature = life.pairs.signature(call.name)
    known = dict(always_before(graph).get(node.index, {}))
    pointer = signature is not None and (
        signature.pointer or (signature.macro and not _CODE.match(call.result))
    )
    if "IS_ERR" in node.text and not pointer:
        pointer = True
    if node.kind is Kind.RETURN:
        return None
    edge = ""
    if node.kind is Kind.CONDITION:
        expression, truth = read_condition(node.text)
        if expression.startswith("IS_ERR"):
            edge = "false" if truth else "true"
        elif call.result or call.name in expression:
            edge = "true" if truth == pointer else "false"
        else:
            return None
    if call.result:
        thing = call.result
        if pointer:
            known |= {thing: True, f"IS_ERR({thing})": False, f"IS_ERR_OR_NULL({thing})": False}
        else:
            known |= {thing: False, f"{thing} > 0": False}
    return Start(node.index, known, edge)


def calls_one(names: frozenset[str], node: Node) -> bool:
    return any(call.name in names or names & set(map(plain, call.arguments)) for call in node.calls)


def undoes(begun: Begun, ending: Ending, node: Node) -> bool:
    """Whether a node ends it, itself or by a function of the module, now or when the device goes."""
    for call in node.calls:
        if all_of(begun.call, call.name):
            return True
        if call.name in begun.ends:
            undo = Undo(begun.function, begun.file, 0, call.line, call.name, call.arguments)
            if same(begun, undo) is not False:
                return True
        if _LETS_GO.search(call.name) and _object(begun) & set(map(plain, call.arguments)):
            return True
    return calls_one(ending.names, node)


def _object(begun: Begun) -> frozenset[str]:
    """What is begun, by the expressions that name nothing else."""
    found = {plain(one) for one in begun.arguments[:1] if _LOCAL.match(one) is None}
    if begun.result and not _CODE.match(begun.result):
        found.add(plain(begun.result))
    return frozenset(found)


def same(begun: Begun, undo: Undo) -> bool | None:
    """Whether a call ends what another one began, as far as their arguments tell; None if they do not."""
    given = {plain(one) for one in (*begun.arguments, begun.result) if one}
    last = {_last(one) for one in given}
    ours = {one for one in begun.arguments if _GLOBAL.match(one)}
    for one in undo.arguments:
        if (_GLOBAL.match(one) and ours and one not in ours and begun.function != 0) or (
            one.startswith('"')
            and one not in begun.arguments
            and any(g.startswith('"') for g in begun.arguments)
        ):
            return False
    if any(plain(one) in given for one in undo.arguments if plain(one)):
        return True
    if any(_last(plain(one)) in last for one in undo.arguments if plain(one)):
        return True
    return None


def _last(text: str) -> str:
    return re.split(r"->|\.", text)[-1]
