"""A table of a type that others give an owner has none, so what uses it does not pin its module.

What it finds
    A struct with a ``struct module *owner`` (or ``module``), of which nearly all instances in modules set it,
    and one that does not, in a module that can be unloaded.

Why it breaks
    The core takes a reference to that owner for as long as it may call the table's functions, and puts it
    after the last call. try_module_get(NULL) succeeds and takes nothing: the module can be removed while the
    table is in use.

Example
    static const struct watchdog_ops foo_ops = {
            .start = foo_start,
    };

Instead
    .owner = THIS_MODULE

How lastput knows
    At least seven in eight, and twenty, instances of the type in modules set the field. Nothing in the file
    stores an owner at run time, and no function that is handed such a struct stores one into it. Somewhere
    the owner of such a table is given to try_module_get(), or to a function that takes a ``struct module *``;
    without such a place the confidence is low: then the field may be there for the record only.

Known limits
    Files have a rule of their own, FIL001. An instance that is never registered is reported too. Types whose
    owner is taken through a copy are of low confidence. Tables of the module that takes the owners by itself,
    and filesystems that only their own module mounts, need none and are left out.

History
    Section by section, who takes which owner in 6.12: watchdog_open() (drivers/watchdog/watchdog_dev.c),
    phy_get() (drivers/phy/phy-core.c), uart_register_driver() (drivers/tty/serial/serial_core.c).
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import json
import re
from collections.abc import Iterator

import msgspec

from lastput.audit.claims import site
from lastput.audit.pointees import pointee
from lastput.c.raw.heads import split_arguments
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.modules import entries_of, modules_of
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "FIL002"
NAME = "ops-without-owner"

_SHARE = 7 / 8  # of the instances of a type set the owner
_LEAST = 20  # instances that do
_FIELDS = ("owner", "module")
#: Files have a rule of their own; drivers and their buses do not count references to the owner.
_OTHERS = re.compile(r"^file_operations$|_driver$|^proc_ops$")

_MOUNTS = {"kern_mount", "kern_unmount", "vfs_kern_mount"}

_TYPES = (
    "SELECT DISTINCT record, field FROM records WHERE field IN (?, ?) AND type = 'module' AND pointers = 1"
)
_INSTANCES = """
    SELECT v.id, v.name, v.file, p.path, v.line,
           count(CASE WHEN r.path IN ('owner', 'module') OR r.path GLOB '[[]*].owner'
                        OR r.path GLOB '[[]*].module' THEN 1 END)
    FROM variables v JOIN files p ON p.id = v.file JOIN field_row r ON r.variable = v.id
    WHERE v.type = ? GROUP BY v.id HAVING count(CASE WHEN r.field = '' THEN 1 END) = 0 ORDER BY p.path, v.line
"""
_HANDED = """
    SELECT DISTINCT name FROM functions WHERE instr(parameters, '"struct module *"')
    AND NOT instr(name, 'module_put') ORDER BY name
"""
_STORES = """
    SELECT s.target, f.parameters FROM stores s JOIN functions f ON f.id = s.function
    WHERE s.field IN ('owner', 'module') AND s.target LIKE '%->%'
"""
_OWNER = re.compile(r"^&?\s*(\w+)((?:\s*(?:->|\.)\s*\w+)*)\s*(?:->|\.)\s*(?:owner|module)$")


class _Table(msgspec.Struct, frozen=True):
    """A variable of a type whose instances have an owner. ``owned``: this one has."""

    variable: int
    type: str
    name: str
    file: int
    where: Where
    owned: bool


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each table without."""
    fields = {record: field for record, field in facts.sql(_TYPES, *_FIELDS) if not _OTHERS.search(record)}
    modular = {
        row[0]
        for row in facts.sql(
            "SELECT DISTINCT m.path FROM module_files m JOIN modules k ON k.id = m.module WHERE k.modular"
        )
    }
    set_later = _set_at_registration(facts)
    takers: dict[str, Where] | None = None
    for kind in sorted(fields.keys() - set_later):
        tables = [
            _Table(variable, kind, name, file, Where(path, line), bool(owned))
            for variable, name, file, path, line, owned in facts.sql(_INSTANCES, kind)
            if path in modular
        ]
        have = sum(one.owned for one in tables)
        if have < _LEAST or have < _SHARE * len(tables):
            continue
        for table in tables:
            if table.owned or _stored(facts, table.file) or not _unloadable(facts, table.where.path):
                continue
            takers = _takers(facts) if takers is None else takers
            taker = takers.get(kind)
            if not _internal(facts, table) and not (taker and _together(facts, taker.path, table.where.path)):
                yield _finding(facts, table, fields[kind], (have, len(tables)), taker)


def _together(facts: Facts, one: str, two: str) -> bool:
    """Whether two files link into the same module: what takes the owner goes only together with the table."""
    modules = {module.id for module in modules_of(facts, one)}
    return any(module.id in modules for module in modules_of(facts, two))


def _internal(facts: Facts, table: _Table) -> bool:
    """Whether the table is a filesystem's that nobody but its module mounts."""
    calls = facts.sql(
        "SELECT DISTINCT n.name FROM functions f JOIN call_row c ON c.function = f.id"
        " JOIN names n ON n.id = c.name WHERE f.file = ? AND instr(c.arguments, ?)",
        table.file,
        f"&{table.name}",
    )
    return bool(calls) and {name for (name,) in calls} <= _MOUNTS


def _unloadable(facts: Facts, path: str) -> bool:
    modular = [one for one in modules_of(facts, path) if one.modular]
    roles = [{entry.role for entry in entries_of(facts, one.id)} for one in modular]
    return any("exit" in one or "init" not in one for one in roles)


def _stored(facts: Facts, file: int) -> bool:
    """Whether the file sets any owner at run time."""
    query = (
        "SELECT 1 FROM stores s JOIN functions f ON f.id = s.function"
        " WHERE f.file = ? AND s.field IN (?, ?) LIMIT 1"
    )
    return bool(facts.sql(query, file, *_FIELDS))


def _set_at_registration(facts: Facts) -> set[str]:
    """Types of which some function stores the owner into the struct that it is given."""
    found: set[str] = set()
    for target, parameters in facts.sql(_STORES):
        holder, _, rest = target.partition("->")
        for kind, name in json.loads(parameters):
            if name == holder and rest in _FIELDS and "struct " in kind:
                found.add(kind.partition("struct ")[2].split()[0].rstrip("*"))
    return found


def _takers(facts: Facts) -> dict[str, Where]:
    """Of each type a place that takes the owner of such a table, or hands it to what keeps a module."""
    bodies = facts.once(Bodies)
    steps: dict[tuple[str, str], str] = {}
    found: dict[str, Where] = {}
    handed = [name for (name,) in facts.sql(_HANDED)]
    for call in facts.calls_of(("try_module_get", "__module_get", *handed)):
        given = (_OWNER.match(one) for one in split_arguments(call.arguments))
        expression = next((one for one in given if one is not None), None)
        if expression is None:
            continue
        function = facts.function(call.function)
        kind = pointee(bodies, call.function, expression[1])
        for step in re.findall(r"\w+", expression[2]):
            if (kind, step) not in steps:
                rows = facts.sql(
                    "SELECT type FROM records WHERE record = ? AND field = ? LIMIT 1", kind, step
                )
                steps[kind, step] = rows[0][0] if rows else ""
            kind = steps[kind, step]
        if kind:
            found.setdefault(kind, Where(function.path, call.line, 0, function.name))
    return found


def _finding(
    facts: Facts, table: _Table, field: str, counts: tuple[int, int], taker: Where | None
) -> Finding:
    name, kind, where = table.name, table.type, table.where
    first = facts.sql("SELECT line FROM field_row WHERE variable = ? ORDER BY id", table.variable)[0]
    module = next(one.name for one in modules_of(facts, where.path) if one.modular)
    told = (
        [Cause(taker, f"the core takes the {field} of a struct {kind}, for as long as it uses it")]
        if taker
        else []
    )
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium" if taker else "low",
        message=f"{name} (struct {kind}) has no {field}: using it does not keep {module} loaded",
        where=where,
        object=name,
        statement=f"struct {kind} {name}",
        causes=(
            Cause(where, f"{name} has no {field}; {counts[0]} of {counts[1]} in modules have one"),
            *told,
            Cause(
                Where(where.path, first[0]),
                f"what {name} names is used after rmmod {module}, which nothing refuses",
            ),
        ),
        evidence=(
            Evidence("module", f"{module} can be a module, and can be unloaded"),
            Evidence("pin", f"no function of the file stores an {field}", searched=(where,)),
        ),
        remedy=f"{name}.{field} = THIS_MODULE",
        depends_on=() if taker else (f"somebody takes a reference to the {field} of a struct {kind}",),
        text=(module,),
        claim=Claim(
            "unmapped-text",
            name,
            (
                site("ops", where, thing=f"struct {kind}", text=name, detail=f"no {field}"),
                *((site("get", taker, "try_module_get", thing=f"struct {kind}.{field}"),) if taker else ()),
            ),
            f"{name}.{field} = THIS_MODULE",
        ),
    )
