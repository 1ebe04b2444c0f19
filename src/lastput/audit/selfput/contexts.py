"""As what a function is entered: its roles, and those of its callers up to the border of the module."""

from __future__ import annotations

__all__ = ["Context", "contexts"]

import re
from collections import deque
from functools import lru_cache

import msgspec

from lastput.audit.selfput.unit import Unit
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.resolve import callers, resolve
from lastput.facts.roles import Role, roles
from lastput.schema.finding import Link, Where

_DEEP = 9
_MANY = 250
_ATTRIBUTE = re.compile(
    r"(?:kobj|device|driver|class|bus|bin|module|configfs|slave|md_sysfs)\w*_attribute|attribute"
)


class Context(msgspec.Struct, frozen=True):
    """One way in. ``role`` as in ``facts.roles``, or ``init``, ``exit``, ``unknown``; ``chain`` leads from
    the function entered down to the one asked about."""

    role: Role
    function: int
    chain: tuple[Link, ...]


def contexts(facts: Facts, unit: Unit, function: int, line: int) -> list[Context]:
    """Every way to ``line`` of ``function`` through the module, nearest first."""
    fact = facts.function(function)
    start = (Link(fact.name, Where(fact.path, line, 0, fact.name)),)
    queue: deque[tuple[int, tuple[Link, ...]]] = deque([(function, start)])
    seen = {function}
    found: list[Context] = []
    while queue and len(seen) < _MANY:
        current, chain = queue.popleft()
        fact = facts.function(current)
        if fact.section in ("init", "exit") or current in unit.exits:
            role = "exit" if fact.section != "init" else "init"
            found.append(Context(Role(role, "", "", fact.path, fact.line), current, chain))
            continue
        ways = _ways(facts, fact)
        found += [Context(one, current, chain) for one in ways]
        before = [
            (call.function, call.line, "direct")
            for call in callers(facts, current)
            if call.function and _near(facts, unit, call.function, fact)
        ]
        if not before and not ways:
            before = _mentions(facts, fact)
        if not before and not ways:
            role = _by_shape(fact)
            found.append(Context(Role(role, "", "", fact.path, fact.line), current, chain))
        for caller, where, how in before:
            if caller in seen or len(chain) > _DEEP:
                continue
            seen.add(caller)
            above = facts.function(caller)
            lower = msgspec.structs.replace(chain[0], how=how)
            link = Link(above.name, Where(above.path, where, 0, above.name))
            queue.append((caller, (link, lower, *chain[1:])))
    return found


def _near(facts: Facts, unit: Unit, caller: int, callee: FunctionFact) -> bool:
    """Whether a caller is in the same module (or both are in one file, or it is in a header)."""
    fact = facts.function(caller)
    return fact.file in unit.files or fact.file == callee.file


def _ways(facts: Facts, fact: FunctionFact) -> list[Role]:
    """The roles of a function, callbacks handed through a function of another file resolved."""
    found: dict[Role, None] = {}
    for one in roles(facts, fact.id):
        if one.role == "argument":
            for role in _handed_on(facts, one):
                found[role] = None
        elif one.role in ("module_init", "module_exit"):
            found[msgspec.structs.replace(one, role=one.role.removeprefix("module_"))] = None
        else:
            found[one] = None
    return list(found)


def _handed_on(facts: Facts, one: Role) -> list[Role]:
    """What the callee makes of a function that it is given: INIT_RCU_WORK(), say."""
    files = facts.sql("SELECT id FROM files WHERE path = ?", one.path)
    found: list[Role] = []
    for callee in resolve(facts, one.via, files[0][0]) if files else ():
        fact = facts.function(callee)
        position = int(one.object) if one.object.isdigit() else -1
        if not 0 <= position < len(fact.parameters):
            continue
        rows = facts.sql(
            "SELECT role, object, via FROM callbacks"
            " WHERE function = ? AND target = ? AND role != 'argument'",
            callee, fact.parameters[position].name,
        )  # fmt: skip
        found += [Role(role, thing, f"{one.via}: {via}", one.path, one.line) for role, thing, via in rows]
    return found


def _mentions(facts: Facts, fact: FunctionFact) -> list[tuple[int, int, str]]:
    """Functions of the file that name this one, or name a table at file scope that does."""
    if fact.path.endswith(".h"):
        return []
    found: list[tuple[int, int, str]] = []
    for line in _lines_naming(facts, fact.path, fact.name):
        rows = facts.sql(
            "SELECT id FROM functions WHERE file = ? AND line < ? AND end_line >= ? AND id != ? LIMIT 1",
            fact.file, line, line, fact.id,
        )  # fmt: skip
        found += [(row[0], line, "named in it") for row in rows]
    return found


@lru_cache(maxsize=512)
def _lines_naming(facts: Facts, path: str, name: str) -> tuple[int, ...]:
    try:
        source = facts.source(path)
    except OSError:
        return ()
    return tuple(source.line(match.start()) for match in re.finditer(rf"\b{re.escape(name)}\b", source.code))


def _by_shape(fact: FunctionFact) -> str:
    """The role that only the parameters tell, where a macro of the file takes the address."""
    types = [one.type for one in fact.parameters]
    if any(_ATTRIBUTE.search(one) for one in types) and "ssize_t" in fact.returns:
        return "sysfs"
    if len(types) == 1 and "struct kobject" in types[0] and fact.returns.split()[-1:] == ["void"]:
        return "object_release"
    if len(types) == 1 and "struct work_struct" in types[0]:
        return "work"
    return "unknown"
