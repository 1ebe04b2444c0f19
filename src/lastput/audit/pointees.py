"""To which struct a variable of a function points, by its declaration."""

from __future__ import annotations

__all__ = ["holder", "pointee", "root", "tag"]

import re

from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies

_ROOT = re.compile(r"^[&*(\s]*(?:\([^()]*\)\s*)?(\w+)")
_TAG = re.compile(r"struct\s+(\w+)")


def root(text: str) -> str:
    """The variable that an expression starts from: ``priv`` of ``&priv->reset.work``."""
    found = _ROOT.match(text)
    return found[1] if found is not None else ""


def pointee(bodies: Bodies, function: int, name: str) -> str:
    """The tag of the struct that variable ``name`` of a function points to or is; "" if none is declared."""
    for one in bodies.facts.function(function).parameters:
        if one.name == name:
            tag = _TAG.search(one.type)
            return tag[1] if tag is not None else ""
    declared = re.search(
        rf"\bstruct\s+(\w+)\s*(?:\*+\s*)?(?:[^;(){{}}]*?,\s*\**\s*)?{re.escape(name)}\s*(?:__free\(\w+\)\s*)?[;,=)]",
        bodies.text(function),
    )
    return declared[1] if declared is not None else ""


def tag(bodies: Bodies, function: int, text: str) -> str:
    """The struct that an expression starts from; its variable if it has none."""
    first = root(text)
    return (pointee(bodies, function, first) if function else "") or first


def holder(bodies: Bodies, function: int, text: str) -> str:
    """The struct whose member ends an expression: that of ``mvdev`` for ``&ndev->mvdev.wq``. Where a step is
    not known, what it starts from, as ``tag`` says it.
    """
    first = root(text)
    plain = re.sub(r"\s+|\[[^\]]*\]|[&*()]", "", text)
    steps = re.split(r"->|\.", plain[plain.find(first) + len(first) :].lstrip("->."))
    found = pointee(bodies, function, first) if function else ""
    for step in steps[:-1] if found else ():
        types = _types(bodies.facts, found, step, bodies.facts.function(function).file)
        if len(types) != 1:
            return tag(bodies, function, text)
        (found,) = types
    return found or first


def _types(facts: Facts, record: str, field: str, file: int) -> set[str]:
    """The types that the headers, and the file itself, give a field of a struct."""
    rows = facts.sql(
        "SELECT type, file FROM records WHERE record = ? AND field = ? AND type NOT LIKE '% %'", record, field
    )
    return {kind for kind, home in rows if home == file or not facts.path(home).endswith(".c")}
