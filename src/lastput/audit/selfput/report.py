"""A judged put as a finding: its causes, chain and evidence."""

from __future__ import annotations

__all__ = ["as_finding"]

from lastput.audit.claims import claim, site
from lastput.audit.selfput.judge import BUGS
from lastput.audit.selfput.sites import Verdict
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Confidence, Evidence, EvidenceKind, Finding, Where
from lastput.schema.finding import Verdict as Said

_REMEDY = {
    "O": "set the owner of the table, so that core code holds the module until the callback has returned",
    "D": "let core code hold the module over the put, or wait for the last release in the module's exit",
    "W": "flush the work in the module's exit, after nothing can queue it any more",
    "K": "end the thread by module_put_and_kthread_exit(), which is core text",
}
_HOLDS: dict[str, EvidenceKind] = {
    "L": "pin",
    "X": "pin",
    "LK": "handshake",
    "H": "handshake",
    "WF": "handshake",
    "R": "tail",
}


def as_finding(facts: Facts, one: Verdict, code: str) -> Finding:
    """The finding of rule ``code`` for a site; a safe one answers ``--why``."""
    site, function = one.site, one.site.function
    where = Where(function.path, site.line, 0, function.name)
    said: Said = "bug" if one.bug else "unjudged" if one.kind == "OTHER" else "safe"
    return Finding(
        code=code,
        verdict=said,
        confidence=_confidence(one),
        message=_message(one),
        where=where,
        kind=one.kind,
        site=site.name,
        object=site.thing,
        statement=f"{site.name}({site.thing})",
        causes=_causes(one, where) if one.bug else (),
        evidence=tuple(_evidence(facts, one, where)),
        chain=one.nearest.context.chain if one.nearest is not None else (),
        remedy=_REMEDY.get(one.kind, "") if one.bug else "",
        depends_on=(one.why,) if one.kind == "OTHER" else (),
        text=(one.unit.name,),
        claim=_claim(facts, one, where) if one.bug else None,
    )


def _claim(facts: Facts, one: Verdict, where: Where) -> Claim:
    """Who calls the function, the put, and the return after it."""
    chain = one.nearest.context.chain if one.nearest is not None else ()
    top = (
        (site("callback", chain[0].where, text=chain[0].function, detail=chain[0].how or one.kind),)
        if chain
        else ()
    )
    put = site("put", where, one.site.name, text=one.site.thing)
    end = Where(where.path, one.site.function.end_line, 0, where.function)
    return claim(facts, "unmapped-text", (where, one.site.thing), (*top, put, site("exit", end)))


def _confidence(one: Verdict) -> Confidence:
    if one.nearest is None:
        return "high"
    if not one.nearest.answer.sure:
        return "medium"
    return "high" if len(one.nearest.context.chain) <= 3 else "medium"


def _message(one: Verdict) -> str:
    name, module = f"{one.site.function.name}()", one.unit.name
    if one.kind in BUGS:
        return f"{name} may put the last reference to {module}, and then returns into it"
    if one.kind == "OTHER":
        return f"{name} puts {module}: {one.why}"
    return f"{name} puts {module} ({one.kind}): {one.why}"


def _causes(one: Verdict, where: Where) -> tuple[Cause, ...]:
    assert one.nearest is not None
    answer, module = one.nearest.answer, one.unit.name
    top = one.nearest.context.chain[0]
    entry = answer.where or top.where
    return (
        Cause(entry, _sentence(top.function, answer.why)),
        Cause(
            where, f"puts a reference to {module}, which can be the last: delete_module() may go on from here"
        ),
        Cause(
            Where(top.where.path, top.where.line, 0, top.function),
            f"the return is to text of {module}, which rmmod may have unmapped by then",
        ),
    )


def _sentence(function: str, why: str) -> str:
    return f"{function}() {why}" if why.startswith(("runs ", "is ")) else f"{function}(): {why}"


def _evidence(facts: Facts, one: Verdict, where: Where) -> list[Evidence]:
    site = one.site
    alias = f", which is {site.thing} of line {site.alias.line}" if site.alias is not None else ""
    found = [Evidence("site", f"{site.name}({site.thing}) puts the module it stands in{alias}", where=where)]
    found.append(Evidence("module", one.unit.why, holds=one.kind == "N"))
    if one.kind == "N":
        return found
    if one.pair is not None:
        taken = Where(where.path, one.pair.line, 0, where.function)
        found.append(
            Evidence("pairing", f"pairs with the get of line {one.pair.line}: {one.why}", True, taken)
        )
        return found
    found.append(Evidence("pairing", f"{site.function.name}() takes no reference on every way to it"))
    for judged in one.all[:12]:
        top, answer = judged.context.chain[0], judged.answer
        kind: EvidenceKind = _HOLDS.get(answer.kind, "pin")
        what = f"{_sentence(top.function, answer.why)} ({answer.kind})"
        found.append(Evidence(kind, what, answer.kind in _HOLDS, answer.where, answer.searched))
    found.append(Evidence("tail", _tail(facts, one), where=where))
    return found


def _tail(facts: Facts, one: Verdict) -> str:
    """What runs after the put."""
    function = one.site.function
    graph = facts.once(Bodies).graph(function.id)
    if graph is not None and function.returns.split()[-1:] == ["void"]:
        for node, call in graph.calling(one.site.name):
            if call.line == one.site.line:
                follows = {edge.target for edge in graph.successors[node.index]}
                if follows == {graph.exit}:
                    return "the put is the last statement: compiled to a jump, only the callers return here"
    return f"{function.name}() goes on after the put"
