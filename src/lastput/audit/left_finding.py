"""The finding about something that an error path leaves live, as FIL006, WRK007 and KTH003 tell it."""

from __future__ import annotations

__all__ = ["told"]

import itertools
from collections.abc import Collection, Iterator
from functools import partial

from lastput.audit.inside import Inside
from lastput.audit.left import Left, Lefts
from lastput.audit.memo import Memo
from lastput.audit.units import Unit
from lastput.c.flow.graph import Kind
from lastput.effects.life.begun import PLACES, Begun, Life
from lastput.effects.life.pairs import ends
from lastput.facts.base import Facts
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link

#: What is left, and what it is then.
_STATE = {
    "irq": "requested",
    "irq_thread": "requested",
    "kthread": "running",
}


def told(facts: Facts, code: str, file: str, roles: Collection[str] | None) -> Iterator[Finding]:
    """The findings of the rule ``code`` in ``file``: about what has one of ``roles``; None for all that have
    none of a thread or an interrupt."""
    lefts = facts.once(Lefts)
    seen: set[tuple[str, str, str]] = set()
    with Memo(facts, code, file) as memo:
        for begun, unit in lefts.candidates:
            if (begun.role in roles) if roles is not None else begun.role not in _STATE:
                place = (begun, unit.token, facts.declared)
                for one in memo.ask(place, partial(_findings, facts, begun, unit, code)):
                    key = (
                        one.where.path,
                        one.where.function,
                        one.claim.missing.partition("(")[0] if one.claim else "",
                    )
                    if key not in seen and not _taken_back(lefts, one):
                        seen.add(key)
                        yield one


def _taken_back(lefts: Lefts, one: Finding) -> bool:
    """Whether the core calls the function that ends it after the one that failed."""
    for site in one.claim.sites if one.claim is not None else ():
        if site.role == "ops":
            kind, _, field = site.object.partition(".")
            return lefts.taken_back(kind, field, tuple(site.detail.split()))
    return False


def _findings(facts: Facts, begun: Begun, unit: Unit, code: str) -> Iterator[Finding]:
    for one in facts.once(Lefts).of(begun, unit):
        yield _finding(facts, one, code)


def _finding(facts: Facts, one: Left, code: str) -> Finding:
    begun, function = one.begun, one.function
    module = one.unit.modules[0] if one.unit.modules else ""
    state = _STATE.get(begun.role, "registered")
    thing = _thing(begun, facts.once(Life).handle(begun))
    home = facts.function(begun.function)
    ender = facts.function(one.undo.function)
    begin = Inside.where(home, begun.line)
    end = Inside.where(function, one.way.last.line)
    undo = Inside.where(ender, one.undo.line)
    init = one.entry.how == "module init"
    gone = f"the text of {module}" if init else "what it uses"
    causes = [Cause(begin, f"{begun.call}() has {thing} {state}")]
    branches = [
        (node, edge.label)
        for node, following in itertools.pairwise(one.way.nodes)
        if node.kind is Kind.CONDITION
        for edge in one.edges(node, following)
    ]
    if branches:
        node, label = branches[-1]
        holds = "holds" if label == "true" else "does not hold"
        causes.append(
            Cause(Inside.where(function, node.line), f"this branch is taken: ({node.text}) {holds}")
        )
    fails = "reports failure" if one.way.failed else "reports failure if its last step fails"
    causes.append(Cause(end, f"{function.name}() {fails}, and leaves {thing} {state}"))
    then = (
        f"the load of {module} fails, and {gone} goes"
        if init
        else f"the core takes it for never begun, and {gone} goes"
    )
    causes.append(Cause(undo, f"{one.undo.call}() ends it elsewhere only: {then}"))
    missing = f"{one.undo.call}({', '.join(one.undo.arguments)})"
    sites = (
        Site("publish", begin.path, begin.line, home.name, thing, thing, begun.call),
        *(
            Site("branch", function.path, node.line, function.name, text=node.text, detail=label)
            for node, label in branches
        ),
        Site("exit", end.path, end.line, function.name, thing),
        Site("unpublish", undo.path, undo.line, ender.name, thing, call=one.undo.call),
        *(
            (Site("ops", function.path, function.line, object=f"{one.entry.kind}.{one.entry.field}",
                  text=one.entry.how, detail=" ".join(one.entry.taking)),)
            if one.entry.kind
            else ()
        ),
    )  # fmt: skip
    doubts = [f"({one.guard}) has the other answer where it is {state}"] if one.guard else []
    around = _ended_with(facts, one)
    doubts += [f"{around}() does not end it with what it was added to"] if around else []
    chain = [
        Link(fact.name, Inside.where(fact, call.line), one.entry.how if at == 0 else "direct")
        for at, call in enumerate(one.callers)
        for fact in (facts.function(call.function),)
    ]
    chain.append(Link(function.name, end, "direct" if chain else one.entry.how))
    return Finding(
        code=code,
        verdict="bug",
        confidence="low" if doubts else "medium",
        message=f"an error path of {function.name}() leaves {thing} {state}",
        where=end,
        kind=one.entry.how if init else "",
        site=begun.call,
        object=thing,
        statement=one.node.text,
        causes=tuple(causes),
        evidence=(
            Evidence("role", f"{function.name}() is entered as {one.entry.how}"),
            Evidence("pairing", f"{one.undo.call}() undoes {begun.call}()", where=undo),
            Evidence(
                "path",
                f"no {one.undo.call}() on it, nor a function that comes to one",
                searched=(begin, end),
            ),
        ),
        chain=tuple(chain),
        remedy=f"call {missing} before it returns",
        depends_on=tuple(doubts),
        text=(module,) if init and module else (),
        claim=Claim("unmapped-text" if init else "use-after-free", thing, sites, missing, 1 + len(branches)),
    )


def _ended_with(facts: Facts, one: Left) -> str:
    """A call of the module that ends what the registration was added to, such as the card of a control, and
    may end the registration with it. A device of the core goes on: "" for that, and for none."""
    pairs = facts.once(Life).pairs
    begin = pairs.signature(one.begun.call)
    if begin is None or len(begin.takes) < 2 or begin.takes[0] in PLACES or begin.takes[0] == begin.takes[1]:
        return ""
    if "->" not in one.begun.arguments[0] and one.begun.arguments[0].startswith("&"):
        return ""  # of the module as a whole, such as a class
    files = ", ".join(map(str, sorted(one.unit.files)))
    rows = facts.sql(
        "SELECT DISTINCT n.name FROM functions f JOIN call_row c ON c.function = f.id"
        f" JOIN names n ON n.id = c.name WHERE f.file IN ({files}) ORDER BY n.name"
    )
    for (name,) in rows:
        end = pairs.signature(name) if ends(name) and name not in one.begun.ends else None
        if end is not None and end.takes == begin.takes[:1]:
            return str(name)
    return ""


def _thing(begun: Begun, handle: str) -> str:
    """What is begun, as the source names it."""
    if begun.role in ("irq", "irq_thread"):
        return f"the interrupt {begun.arguments[0 if not begun.call.startswith('devm_') else 1]}"
    if handle:
        return handle
    given = [one for one in begun.arguments if one not in ("NULL", "THIS_MODULE")]
    tables = [one for one in given if one.startswith("&") and "->dev" not in one and ".dev" not in one]
    if tables or given:
        return (tables or given)[-1 if "file" in begun.call or "group" in begun.call else 0]
    return begun.arguments[0] if begun.arguments else f"what {begun.call}() makes"
