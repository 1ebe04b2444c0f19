"""Statements found by what they call, and names that a function has for an object."""

from __future__ import annotations

__all__ = ["calling", "names_for", "top_level"]

import re

from tree_sitter import Node as Tree

from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts, FunctionFact
from lastput.fix.case import Unable
from lastput.fix.code import Code

_MEMBERS = (
    "SELECT DISTINCT r.field, r.pointers, f.path, r.line FROM records r JOIN files f ON f.id = r.file"
    " WHERE r.record = ? AND r.type IN (?, ?) ORDER BY r.field"
)


def calling(code: Code, call: str, line: int) -> Tree:
    """The expression statement in ``line`` that calls ``call``. Raises Unable."""
    name = call.removesuffix("()")
    here = [
        one
        for one in code.statements
        if one.type == "expression_statement"
        and code.line(one) <= line <= code.source.line(code.end(one) - 1)
        and f"{name}(" in code.text(one).replace(" (", "(")
    ]
    if not here:
        raise Unable(f"{name}() in line {line} is no statement of its own")
    return here[-1]


def top_level(code: Code) -> list[Tree]:
    """The statements of the function's own block, declarations left out."""
    return [one for one in code.body.root.named_children if one.type not in ("declaration", "comment")]


def names_for(facts: Facts, function: FunctionFact, thing: str) -> list[str]:
    """Expressions of a function for the object that a key prints as ``thing`` (``struct foo.work``): by a
    variable of that type, or by a member of one; the ones that are shortest first. A variable at file scope
    is named by itself."""
    if not thing.startswith("struct "):
        return [thing] if thing.isidentifier() else []
    record, _, path = thing.removeprefix("struct ").partition(".")
    typing = facts.once(Typing)
    found = []
    for name, variable in typing.scope(function.id).variables.items():
        if variable.pointers > 1:
            continue
        sign = "->" if variable.pointers else "."
        if variable.record == record:
            found.append(f"{name}{sign}{path}" if path else name)
            continue
        for member, pointers, path_, line in facts.sql(_MEMBERS, variable.record, record, f"struct {record}"):
            inner = "->" if pointers else "."
            if pointers < 2 and not _several(facts, function, member, (path_, line)):
                found.append(f"{name}{sign}{member}{inner}{path}" if path else f"{name}{sign}{member}")
    sure = [one for one in found if _same(typing, function, one, thing)]
    return sorted(sure, key=lambda one: (one.count("->") + one.count("."), len(one)))


def _several(facts: Facts, function: FunctionFact, member: str, declared: tuple[str, int]) -> bool:
    """Whether a member is an array, or a file of the same directory takes it for the first of several."""
    path, line = declared
    rows = facts.content(path).split(b"\n")[line - 1 : line]
    if any(re.search(rb"\b" + member.encode() + rb"\s*\[", row) for row in rows):
        return True
    used = re.compile(rb"(?:->|\.)" + member.encode() + rb"\s*(?:\[|\+|;\s*\w+\s*<)")
    home = function.path.rpartition("/")[0]
    near = facts.sql("SELECT path FROM files WHERE path GLOB ? AND id > 0", f"{home}/*.c")
    return any(used.search(facts.content(one)) for (one,) in near if "/" not in one[len(home) + 1 :])


def _same(typing: Typing, function: FunctionFact, name: str, thing: str) -> bool:
    key = typing.key(function.id, name)
    return key.known and (
        str(key) == thing or any(str(one) == thing for one in typing.views(key, function.file))
    )
