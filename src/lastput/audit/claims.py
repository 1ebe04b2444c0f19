"""Findings as data: claims that rules make, and how what a function names becomes the object of one."""

from __future__ import annotations

__all__ = ["claim", "item_key", "lost_reference", "object_of", "put_of", "site"]

import re
from collections.abc import Sequence

import msgspec

from lastput.audit.deferred import Item
from lastput.effects.typing.keys import key_of
from lastput.facts.base import Facts, FunctionFact
from lastput.schema.claim import Claim, Role, Site
from lastput.schema.finding import Where

_TAG = re.compile(r"\bstruct\s+(\w+)\s*\*")


def site(
    role: Role, where: Where, call: str = "", *, thing: str = "", text: str = "", detail: str = ""
) -> Site:
    """One place of a claim; ``thing`` is the object as a key prints it."""
    return Site(role, where.path, where.line, where.function, thing, text, call, detail)


def claim(
    facts: Facts,
    error: str,
    about: tuple[Where, str],
    sites: Sequence[Site],
    missing: str = "",
    before: int = 0,
) -> Claim:
    """A claim on what an expression names in the function around a place: ``about`` are both. Sites in that
    function that name nothing else are of it."""
    where, name = about
    function = next(iter(facts.functions(where.function, where.path)), None) if where.function else None
    thing = object_of(facts, function, name) if function is not None else ""
    told = (
        msgspec.structs.replace(one, object=one.object or thing, text=one.text or name)
        if one.function == where.function and not one.object and not one.text and one.role != "callback"
        else one
        for one in sites
    )
    return Claim(error, thing or name, tuple(told), missing, before)


def item_key(facts: Facts, item: Item) -> str:
    """What runs later, as a key prints it: of the function that sets it up, or the variable at file scope."""
    plain = item.object.replace(" ", "").lstrip("&")
    return object_of(facts, facts.function(item.function), item.object) if item.function else plain


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
