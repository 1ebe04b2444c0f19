"""Every put of a module by its own text, judged: the decision order of the page of MOD001."""

from __future__ import annotations

__all__ = ["Site", "Verdict", "in_own_thread", "judged_sites", "sites"]

import re
from collections.abc import Callable, Iterator

import msgspec

from lastput.audit.selfput.conditions import mismatch
from lastput.audit.selfput.contexts import contexts
from lastput.audit.selfput.drain import Ending
from lastput.audit.selfput.judge import BUGS, Judged, judge, worst
from lastput.audit.selfput.pairing import GETS, PUTS, Pairing, pairing
from lastput.audit.selfput.unit import Unit, unit_of
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.roles import roles
from lastput.schema.finding import Where

_ALIAS = re.compile(r"^\w+\.(?:\w+\.)*(?:owner|module)$")


class Site(msgspec.Struct, frozen=True):
    """A put. ``thing`` is the argument; ``alias`` where it gets its module, if that is not THIS_MODULE."""

    function: FunctionFact
    line: int
    name: str
    thing: str
    alias: Where | None = None


class Verdict(msgspec.Struct, frozen=True):
    """``kind`` is the class. ``nearest`` decided it, unless ``pair`` did. ``all`` are the contexts read."""

    site: Site
    unit: Unit
    kind: str
    why: str
    pair: Pairing | None = None
    nearest: Judged | None = None
    all: tuple[Judged, ...] = ()

    @property
    def bug(self) -> bool:
        """Whether it may be the last put while the module's text still runs."""
        return self.kind in BUGS


def sites(facts: Facts) -> list[Site]:
    """Puts of THIS_MODULE, and of the owner of a table of the same file."""
    found = []
    for call in facts.calls_of(sorted(PUTS)):
        thing = call.argument(0)
        if not call.function:
            continue
        fact = facts.function(call.function)
        if thing == "THIS_MODULE":
            found.append(Site(fact, call.line, call.name, thing))
        elif _ALIAS.match(thing):
            alias = _owner_of(facts, thing, fact)
            if alias is not None:
                found.append(Site(fact, call.line, call.name, thing, alias))
    return sorted(found, key=lambda one: (one.function.path, one.line))


def _owner_of(facts: Facts, thing: str, fact: FunctionFact) -> Where | None:
    """Where a table of this file gets its owner: THIS_MODULE, or what its user gives."""
    table, _, path = thing.partition(".")
    rows = facts.sql(
        "SELECT r.line FROM field_row r JOIN variables v ON v.id = r.variable"
        " WHERE v.file = ? AND v.name = ? AND r.path = ? AND r.value = 'THIS_MODULE'",
        fact.file, table, path,
    )  # fmt: skip
    rows += facts.sql(
        "SELECT s.line FROM stores s JOIN functions f ON f.id = s.function WHERE f.file = ? AND s.target = ?",
        fact.file, thing,
    )  # fmt: skip
    return Where(fact.path, rows[0][0]) if rows else None


def in_own_thread(facts: Facts, site: Site) -> bool:
    """Whether the function around a put is itself started as a kernel thread."""
    return any(one.role == "kthread" for one in roles(facts, site.function.id))


def judged_sites(facts: Facts, wanted: Callable[[Site], bool]) -> Iterator[Verdict]:
    """The sites for which ``wanted`` holds, with their class."""
    units: dict[str, Unit] = {}
    drains: dict[frozenset[int], Ending] = {}
    for site in filter(wanted, sites(facts)):
        path = site.function.path
        unit = units.get(path) or units.setdefault(path, unit_of(facts, path, site.function.file))
        if not unit.unloadable:
            yield Verdict(site, unit, "N", unit.why)
            continue
        ends = drains.setdefault(unit.files, Ending(facts, unit))
        yield _judged(facts, site, unit, ends)


def _judged(facts: Facts, site: Site, unit: Unit, ending: Ending) -> Verdict:
    function = site.function
    names = [one.name for one in facts.calls_in(function.id)]
    if "module_refcount" in names:
        return Verdict(site, unit, "OTHER", "puts as many references as it believes are left")
    other = mismatch(facts, function) if site.thing == "THIS_MODULE" else None
    if other is not None:
        return Verdict(
            site, unit, "OTHER", f"without asking {other.parameter}, which decides on the get (see MOD004)"
        )
    graph = facts.once(Bodies).graph(function.id) if any(one in GETS for one in names) else None
    pair = pairing(graph, site.line, site.thing) if graph is not None else None
    if pair is not None and not in_own_thread(facts, site):
        return _paired(facts, site, unit, pair)
    found = [
        Judged(one, judge(facts, unit, one, ending)) for one in contexts(facts, unit, function.id, site.line)
    ]
    found = [one for one in found if one.answer.kind]
    nearest = worst([one for one in found if one.answer.kind != "?"] or found)
    if nearest is None:
        return Verdict(site, unit, "LK", "only the module's init and exit functions come here")
    kind = "OTHER" if nearest.answer.kind == "?" else nearest.answer.kind
    return Verdict(site, unit, kind, nearest.answer.why, None, nearest, tuple(found))


def _paired(facts: Facts, site: Site, unit: Unit, pair: Pairing) -> Verdict:
    if pair.rcu and not pair.undo:
        return Verdict(site, unit, "R", "stands in an RCU reader, which unloading waits for", pair)
    if not pair.undo:
        return Verdict(
            site, unit, "P", "gives back what the same call took; the caller's own pin outlives it", pair
        )
    if _spawns(facts, site.function):
        why = "undoes the reference for a thread that could not be started; the caller is pinned"
        return Verdict(site, unit, "KU", why, pair)
    return Verdict(
        site, unit, "U", "undoes a reference just taken; the caller is pinned as it was before", pair
    )


def _spawns(facts: Facts, function: FunctionFact) -> bool:
    """Whether it starts a thread that puts the module itself."""
    for target, file in facts.sql(
        "SELECT target, file FROM callbacks WHERE function = ? AND role = 'kthread'", function.id
    ):
        for thread in facts.functions(target, facts.path(file)):
            for call in facts.calls_in(thread.id):
                if "module_put" in call.name:
                    return True
    return False
