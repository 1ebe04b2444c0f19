"""Who can get a function to run: from it upwards to where a user, a device or the core calls in."""

from __future__ import annotations

__all__ = ["GRADES", "Grades", "Reach", "Way"]

from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from lastput.facts.base import Facts
from lastput.facts.resolve import callers
from lastput.facts.roles import Role, roles

_DEPTH = 6  # calls upwards
_MOST = 60  # functions on the way


class _Who(msgspec.Struct, frozen=True):
    points: int
    says: str


class _Later(msgspec.Struct, frozen=True):
    atomic: frozenset[str]
    process: frozenset[str]


class _Bus(msgspec.Struct, frozen=True):
    hotplug: frozenset[str]
    begins: frozenset[str]
    ends: frozenset[str]


class Grades(msgspec.Struct, frozen=True):
    """severity.toml."""

    error: dict[str, int]
    who: dict[str, _Who]
    window: dict[str, int]
    window_says: dict[str, str]
    rules: dict[str, str]
    role: dict[str, str]
    later: _Later
    tables: dict[str, frozenset[str]]
    fields: dict[str, str]
    root_files: dict[str, int]
    bus: _Bus


@cache
def _grades() -> Grades:
    text = files("lastput.audit").joinpath("severity.toml").read_bytes()
    return msgspec.toml.decode(text, type=Grades)


GRADES = _grades()


class Way(NamedTuple):
    """One way in: ``who`` is a name of severity.toml, ``how`` is where they come in. ``atomic``: what runs
    there may not sleep."""

    who: str
    how: str
    atomic: bool = False


class Reach:
    """Remembers what it found. Take it as ``facts.once(Reach)``."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._known: dict[int, tuple[Way, ...]] = {}
        self._own: dict[int, tuple[Way, ...]] = {}
        self._callers: dict[int, tuple[int, ...]] = {}
        self._rooted = _root_files(facts)

    def ways(self, function: int) -> tuple[Way, ...]:
        """The ways to a function, the shortest first; those of ``later`` have "" for ``who``."""
        found = self._known.get(function)
        if found is None:
            found = self._known[function] = tuple(dict.fromkeys(self._up(function)))
        return found

    def easiest(self, function: int) -> Way | None:
        """The way that most can go; None if none is known."""
        return max(self.ways(function), key=lambda one: _points(one.who), default=None)

    def _up(self, function: int) -> list[Way]:
        found: list[Way] = []
        seen, level = {function}, [function]
        for _ in range(_DEPTH):
            above: list[int] = []
            for one in level:
                ways = self._ways_in(one)
                found += ways
                if ways and any(way.who for way in ways):
                    continue
                for caller in self._called_by(one):
                    if caller not in seen and len(seen) < _MOST:
                        seen.add(caller)
                        above.append(caller)
            level = above
        return found

    def _called_by(self, function: int) -> tuple[int, ...]:
        found = self._callers.get(function)
        if found is None:
            calls = callers(self._facts, function)
            found = self._callers[function] = tuple(dict.fromkeys(one.function for one in calls))
        return found

    def _ways_in(self, function: int) -> tuple[Way, ...]:
        found = self._own.get(function)
        if found is None:
            fact = self._facts.function(function)
            ways = [] if "SYSCALL_DEFINE" not in fact.macro else [Way("user", f"the system call {fact.name}")]
            ways += [way for one in roles(self._facts, function) for way in _way(one, self._rooted)]
            if not ways and fact.section == "init":
                ways.append(Way("boot", f"{fact.name}() at boot"))
            found = self._own[function] = tuple(ways)
        return found


def _root_files(facts: Facts) -> frozenset[str]:
    """The names of the tables of files that only root can open."""
    calls = facts.calls_of(GRADES.root_files)
    return frozenset(one.argument(GRADES.root_files[one.name]).lstrip("& ") for one in calls)


def _points(who: str) -> int:
    return GRADES.who[who].points if who else -1


def _way(role: Role, rooted: frozenset[str]) -> list[Way]:
    """The way that a role is, if it says who comes."""
    if role.role == "ops":
        table, _, field = role.via.partition(".")
        if table in rooted:
            return [Way("root", f"{field} of {table}")]
        return _of_table(role.object, table, field.rpartition(".")[2])
    who = GRADES.role.get(role.role, "")
    atomic = role.role in GRADES.later.atomic
    if who or atomic or role.role in GRADES.later.process:
        return [Way(who, role.role.replace("_", " "), atomic)]
    return []


def _of_table(kind: str, table: str, field: str) -> list[Way]:
    how = f"{field} of {table}"
    field = field.removesuffix("_new")
    if f"{kind}.{field}" in GRADES.fields:
        return [Way(GRADES.fields[f"{kind}.{field}"], how)]
    for who, kinds in GRADES.tables.items():
        if kind in kinds:
            return [Way(who, how)]
    if kind in GRADES.bus.hotplug:
        return [Way("plug", how)]
    if kind.endswith("_driver"):
        if field in GRADES.bus.begins:
            return [Way("boot", how)]
        return [Way("root", how)] if field in GRADES.bus.ends else []
    return []
