"""A file holds its module already, and its open takes another reference.

What it finds
    An open callback of a table with an owner that takes a reference to THIS_MODULE on every way on which it
    succeeds, and a release callback of the same table that puts it on every way.

Why it breaks
    Nothing does: core code holds the owner from before open until after release. The pair is noise that
    makes readers look for a reason, and hides the day on which the owner is lost.

Example
    static int foo_open(struct inode *inode, struct file *file)
    {
            return try_module_get(THIS_MODULE) ? 0 : -ENODEV;
    }
    static const struct file_operations foo_fops = { .owner = THIS_MODULE, .open = foo_open, ... };

Instead
    Drop both.

How lastput knows
    The table has an owner that core code takes (audit/selfput/pins.toml names those that do not count), and
    both functions are in it. A put under a condition, as watchdogs have it, means that the reference is to
    outlive the file: it is left alone.

Known limits
    Only pairs in one table are seen.

History
    f_op->owner is taken in do_dentry_open() (fs/open.c:933) and put in __fput() (fs/file_table.c:473), 6.12.
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.selfput.pairing import GETS, PUTS, is_self
from lastput.audit.selfput.pins import PINS
from lastput.audit.selfput.unit import unit_of
from lastput.c.flow.paths import find_path
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "MOD005"
NAME = "superfluous-self-reference"

_PAIRS = {"release": "open", "close": "open", "postclose": "open", "stop": "start"}
_TABLES = """
    SELECT v.name, v.type, r.field, r.value, o.value, o.line
    FROM field_row r JOIN variables v ON v.id = r.variable
    JOIN field_row o ON o.variable = v.id AND o.field IN ('owner', 'module') WHERE v.file = ?
"""


def run(facts: Facts) -> Iterator[Finding]:
    calls = facts.calls_of(sorted(PUTS))
    for put in sorted({one.function for one in calls if one.argument(0) == "THIS_MODULE" and one.function}):
        function = facts.function(put)
        for table, struct, field, value, owner, line in facts.sql(_TABLES, function.file):
            if value != function.name or field not in _PAIRS or not PINS.covers(struct):
                continue
            taker = _in_field(facts, function, table, _PAIRS[field])
            if taker is not None and _always(facts, function.id, PUTS) and _always(facts, taker.id, GETS):
                pin = Evidence(
                    "pin", f"core code holds {table}.owner = {owner}", True, Where(function.path, line)
                )
                yield _finding(facts, function, taker, table, pin)


def _in_field(facts: Facts, beside: FunctionFact, table: str, field: str) -> FunctionFact | None:
    rows = facts.sql(
        "SELECT r.value FROM field_row r JOIN variables v ON v.id = r.variable"
        " WHERE v.file = ? AND v.name = ? AND r.field = ?",
        beside.file, table, field,
    )  # fmt: skip
    found = facts.functions(rows[0][0], beside.path) if rows else []
    return found[0] if found else None


def _always(facts: Facts, function: int, names: frozenset[str]) -> bool:
    """Whether every way through the function to its end comes by one of the calls on THIS_MODULE."""
    graph = facts.once(Bodies).graph(function)
    if graph is None or not graph.clean:
        return False
    end = graph.exit
    past = find_path(
        graph, graph.entry, lambda node: node.index == end, lambda node: is_self(node, names, "THIS_MODULE")
    )
    return past is None


def _line(facts: Facts, function: int, names: frozenset[str]) -> int:
    return next(one.line for one in facts.calls_in(function) if one.name in names)


def _finding(facts: Facts, put: FunctionFact, get: FunctionFact, table: str, pin: Evidence) -> Finding:
    module = unit_of(facts, put.path, put.file).name
    taken = Where(get.path, _line(facts, get.id, GETS), 0, get.name)
    given = Where(put.path, _line(facts, put.id, PUTS), 0, put.name)
    return Finding(
        code=CODE,
        verdict="superfluous",
        confidence="medium",
        message=f"{get.name}() takes a reference to {module} that {table}.owner holds already",
        where=taken,
        object=table,
        statement="try_module_get(THIS_MODULE)",
        causes=(
            Cause(taken, f"{get.name}() takes a reference to {module}"),
            Cause(given, f"{put.name}() puts it, and core code puts the owner of {table} after that"),
        ),
        evidence=(pin,),
        remedy="drop the get and the put",
        text=(module,),
    )
