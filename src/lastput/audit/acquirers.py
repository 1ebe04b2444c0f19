"""Functions of the tree whose value is a reference, because they return what a core call gave them."""

from __future__ import annotations

__all__ = ["Acquirer", "acquirers"]

import re

import msgspec

from lastput.audit.references import REFERENCES
from lastput.c.patterns import pattern
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies

_ROUNDS = 3
_WORD = re.compile(r"^\w+$")


class Acquirer(msgspec.Struct, frozen=True):
    """A call by ``name`` gives a reference of ``kind``. ``function`` is its definition, 0 for a core call;
    one with ``file`` other than 0 counts there only. ``through`` is the call whose value it returns."""

    name: str
    kind: str
    put: tuple[str, ...]
    retained: bool
    function: int = 0
    file: int = 0
    through: str = ""


def acquirers(facts: Facts) -> list[Acquirer]:
    """The core calls of the table, and the functions that return their value, nearest first."""
    bodies = facts.once(Bodies)
    level = [Acquirer(name, one.kind, one.put, one.retained) for one in REFERENCES.result for name in one.get]
    known = {(one.name, one.file) for one in level}
    core = {one.name for one in level}
    found = list(level)
    for _ in range(_ROUNDS):
        following: list[Acquirer] = []
        for one in level:
            for wrapper in _wrappers(facts, bodies, one):
                if wrapper.name not in core and (wrapper.name, wrapper.file) not in known:
                    known.add((wrapper.name, wrapper.file))
                    following.append(wrapper)
        found += following
        level = following
    return found


def _wrappers(facts: Facts, bodies: Bodies, one: Acquirer) -> list[Acquirer]:
    where = " AND f.file = ?" if one.file else " AND ? = 0"
    rows = facts.sql(
        "SELECT f.id, f.file, f.name, f.static, c.use, c.result, p.path FROM calls c"
        " JOIN functions f ON f.id = c.function JOIN files p ON p.id = f.file"
        " WHERE c.name = ? AND c.receiver = '' AND c.use IN ('assigned', 'returned')"
        f" AND f.returns LIKE '%*' AND f.end_line - f.line < 80{where} ORDER BY f.id", one.name, one.file,
    )  # fmt: skip
    found: dict[int, Acquirer] = {}
    for function, file, name, static, use, result, path in rows:
        if function in found or name.startswith("devm_") or path.startswith(("tools/", "scripts/")):
            continue
        if use == "returned" or (_WORD.match(result) and _hands_out(bodies.text(function), result, one.put)):
            only = file if static and path.endswith(".c") else 0
            found[function] = Acquirer(name, one.kind, one.put, one.retained, function, only, one.name)
    return list(found.values())


def _hands_out(text: str, name: str, put: tuple[str, ...]) -> bool:
    """Whether a body returns the variable, or the object around it, and never puts it."""
    if "devm_add_action" in text:
        return False
    if any(one in text and pattern(rf"\b{one}\s*\([^;]*\b{name}\b").search(text) for one in put):
        return False
    view = r"(?:\([^()]*\)\s*)?(?:\b(?:to_\w+|\w*verify\w*|container_of)\s*\(\s*)?"
    value = rf"{view}\b{name}\b(?!\s*(?:->|\?|\[|\(|==|!=))"
    return (
        pattern(rf"\breturn\s*(?:{value}|\(?!?{name}\s*\?[^;:]*{value}|[^;]*[?:]\s*{value})").search(text)
        is not None
    )
