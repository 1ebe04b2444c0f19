"""Claims that several rules make: a reference that is lost, a wait that cannot end."""

from __future__ import annotations

__all__ = ["lost_reference", "object_of", "put_of"]

import re
from collections.abc import Sequence

from lastput.effects.typing.keys import key_of
from lastput.facts.base import Facts, FunctionFact
from lastput.schema.claim import Claim, Site

_TAG = re.compile(r"\bstruct\s+(\w+)\s*\*")


def lost_reference(
    facts: Facts,
    function: FunctionFact,
    name: str,
    getter: str,
    lines: tuple[int, int],
    puts: Sequence[str],
    text: str = "",
) -> Claim:
    """The claim that ``function`` takes a reference for ``name`` in the first of ``lines``, by ``getter``,
    and is left in the second without one of ``puts``. ``text`` is the branch that leads there, if it says
    more."""
    thing = object_of(facts, function, name)
    taken, left = lines
    sites = (
        Site("get", function.path, taken, function.name, thing, name, getter),
        Site("exit", function.path, left, function.name, thing, name, detail=text),
    )
    return Claim("leak", thing, sites, put_of(facts, thing, name, puts), 1)


def object_of(facts: Facts, function: FunctionFact, name: str) -> str:
    """What an expression of a function names, as a key prints it; "" if that is not known."""
    key = key_of(facts, function.id, name)
    return str(key) if key.known else ""


def put_of(facts: Facts, thing: str, name: str, puts: Sequence[str]) -> str:
    """The call of one of ``puts`` that gives back the reference on ``name``: one that takes its type, or
    a part of it (``put_device(&pdev->dev)``)."""
    tag = thing.removeprefix("struct ").partition(".")[0]
    for put in puts:
        for one in facts.functions(put)[:2]:
            kind = _TAG.search(one.parameters[0].type) if one.parameters else None
            if kind is None:
                continue
            if kind[1] == tag or not tag:
                return f"{put}({name})"
            part = _part(facts, tag, kind[1])
            if part:
                return f"{put}(&{name}->{part})"
    return f"{puts[0]}({name})" if puts else ""


def _part(facts: Facts, tag: str, inner: str) -> str:
    """The one member of ``struct tag`` that is a ``struct inner``; "" for none, or several."""
    query = "SELECT DISTINCT field FROM records WHERE record = ? AND pointers = 0 AND type IN (?, ?)"
    rows = facts.sql(query, tag, inner, f"struct {inner}")
    return str(rows[0][0]) if len(rows) == 1 else ""
