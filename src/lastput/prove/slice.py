"""Which functions of the tree a test takes: those of the claim, the way between them, and who else touches
the object. Everything else that they call is left to any value."""

from __future__ import annotations

__all__ = ["Slice", "cut", "entry_among", "entry_of", "users", "way"]

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence

import msgspec

from lastput.facts.base import Facts, FunctionFact
from lastput.facts.resolve import resolve
from lastput.prove.harness import Taken
from lastput.schema.claim import Claim

_DEEP = 6  # calls between two functions of a claim
_LENGTH = 400  # lines of a function that is taken only because the object goes to it


class Slice(msgspec.Struct, frozen=True):
    """``functions`` are taken, each with its reason; ``lost`` are functions of the claim that the tree does
    not have any more."""

    functions: tuple[tuple[FunctionFact, str], ...]
    lost: tuple[str, ...] = ()

    @property
    def taken(self) -> tuple[Taken, ...]:
        """By file, in the order in which they were taken."""
        files: dict[str, dict[str, str]] = {}
        for one, why in self.functions:
            files.setdefault(one.path, {}).setdefault(one.name, why)
        return tuple(Taken(path, tuple(names.items())) for path, names in files.items())

    def has(self, name: str) -> bool:
        return any(one.name == name for one, _ in self.functions)


def cut(facts: Facts, claim: Claim, ends: Collection[str] = (), more: Collection[str] = ()) -> Slice:
    """The slice of a claim. ``ends`` are names that a model stands for (putters, for instance): they are not
    taken. ``more`` are functions that a refinement wants, by name."""
    found: dict[int, tuple[FunctionFact, str]] = {}
    lost: list[str] = []
    roots: list[FunctionFact] = []
    for site in claim.sites:
        if not site.function:
            continue
        one = _definition(facts, site.function, site.path)
        if one is None:
            lost.append(site.function)
        elif one.id not in found:
            found[one.id] = (one, f"{site.role} in line {site.line}")
            roots.append(one)
    for root in tuple(roots):
        for other in roots:
            for step in way(facts, root, other) if root.id != other.id else ():
                found.setdefault(step.id, (step, f"{root.name}() reaches {other.name}() through it"))
    for site in claim.sites:
        for one, why in _receivers(facts, found.values(), _root(site.text)):
            if one.name not in ends:
                found.setdefault(one.id, (one, why))
    for name in more:
        for root in roots:
            for identifier in resolve(facts, name, root.file):
                one = facts.function(identifier)
                found.setdefault(one.id, (one, "a refinement asked for it"))
    kept = tuple(pair for pair in found.values() if pair[0].name not in ends or pair[0] in roots)
    return Slice(kept, tuple(dict.fromkeys(lost)))


def entry_of(facts: Facts, claim: Claim) -> FunctionFact | None:
    """The function of the claim from which all others are reached; None if there is none."""
    return _entry(facts, [(site.function, site.path) for site in claim.sites if site.function])


def entry_among(facts: Facts, claim: Claim, roles: Collection[str], without: str = "") -> FunctionFact | None:
    """The function from which those of the sites with these roles are reached; ``without`` is not one."""
    return _entry(
        facts,
        [
            (site.function, site.path)
            for site in claim.sites
            if site.role in roles and site.function not in ("", without)
        ],
    )


def _entry(facts: Facts, pairs: Sequence[tuple[str, str]]) -> FunctionFact | None:
    named = dict.fromkeys(pairs)
    known = [one for one in (_definition(facts, *pair) for pair in named) if one is not None]
    for one in known:
        if all(one.id == other.id or way(facts, one, other) for other in known):
            return one
    return None


def way(facts: Facts, start: FunctionFact, end: FunctionFact) -> tuple[FunctionFact, ...]:
    """The functions on the shortest way of direct calls, both ends included; () if there is none."""
    pending: deque[tuple[int, ...]] = deque([(start.id,)])
    seen = {start.id}
    while pending:
        so_far = pending.popleft()
        if so_far[-1] == end.id:
            return tuple(facts.function(one) for one in so_far)
        if len(so_far) > _DEEP:
            continue
        home = facts.function(so_far[-1])
        for call in facts.calls_in(home.id):
            if call.receiver or not call.name.isidentifier():
                continue
            for identifier in resolve(facts, call.name, home.file)[:2]:
                if identifier not in seen and (identifier == end.id or _near(facts, identifier, home)):
                    seen.add(identifier)
                    pending.append((*so_far, identifier))
    return ()


def users(facts: Facts, start: FunctionFact, name: str) -> tuple[str, ...]:
    """The functions of the directory that call ``name`` and are reached from ``start``, and those between."""
    found: dict[str, None] = {}
    for call in facts.calls_of([name]):
        if _near(facts, call.function, start):
            found.update((one.name, None) for one in way(facts, start, facts.function(call.function)))
    found.pop(start.name, None)
    return tuple(found)


def _near(facts: Facts, identifier: int, home: FunctionFact) -> bool:
    """Whether a function is of the same directory: the core is not searched for a way."""
    one = facts.function(identifier)
    return one.path.rpartition("/")[0] == home.path.rpartition("/")[0]


def _definition(facts: Facts, name: str, path: str) -> FunctionFact | None:
    here = facts.functions(name, path)
    if here:
        return here[0]
    anywhere = facts.functions(name)
    return anywhere[0] if len(anywhere) == 1 else None


def _root(text: str) -> str:
    found = re.match(r"[&*(\s]*(\w+)", text)
    return found[1] if found is not None else ""


def _receivers(
    facts: Facts, functions: Iterable[tuple[FunctionFact, str]], variable: str
) -> list[tuple[FunctionFact, str]]:
    """Functions of the same directory that are given a variable of the claim as it is: what they do with the
    object decides."""
    if not variable:
        return []
    word = re.compile(rf"(?:^|,)\s*&?{re.escape(variable)}\s*(?:,|$)")
    found = []
    for home, _ in tuple(functions):
        for call in facts.calls_in(home.id):
            if call.receiver or not word.search(call.arguments):
                continue
            for identifier in resolve(facts, call.name, home.file)[:1]:
                one = facts.function(identifier)
                if _near(facts, identifier, home) and one.end_line - one.line <= _LENGTH:
                    found.append((one, f"{home.name}() gives it {variable}"))
    return found
