"""A table's owner pins one module, and its callbacks run the text of another.

What it finds
    File operations with ``.owner = THIS_MODULE`` in a base module, a callback of which comes to a static call
    whose function lies in a module that plugs into the base.

Why it breaks
    An open file pins its owner, the base module. The module that plugs in depends on the base, not the other
    way round: it can be removed while the file is open. The next callback, at the latest ``->release()``,
    then calls into text that is gone.

Example
    static const struct file_operations foo_vm_fops = {
            .owner = THIS_MODULE,           /* foo.ko */
            .release = foo_vm_release,      /* comes to static_call(foo_destroy): foo_intel.ko */
    };

Instead
    Let the module that plugs in hand its own THIS_MODULE to the base, and store that as the owner before the
    first file is made. It covers both, since it holds a reference to the base.

How lastput knows
    Kbuild says which module a file links into, and exports which module depends on which. Static calls are
    resolved by DEFINE_STATIC_CALL, static_call_update() and the table that they mirror; from each callback of
    the table, calls by name inside of the base are followed. Nothing stores another owner into the table, and
    nowhere in the base is a reference to another module taken.

Known limits
    Calls through a pointer in the object are not followed: who sets it may well have taken a reference.

History
    kvm_vm_stats_fops and kvm_vcpu_stats_fops of Linux 6.12.117. Commit 087e15206d6a ("KVM: Set
    file_operations.owner appropriately for all such structures") gave the files of VMs and vCPUs the module
    that called kvm_init() as their owner.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

from collections import deque
from collections.abc import Iterator

import msgspec

from lastput.audit.claims import site
from lastput.audit.static_calls import Away, calls_away
from lastput.facts.base import CallFact, Facts
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "FIL004"
NAME = "owner-short-of-callbacks"

_TABLES = """
    SELECT v.id, v.name, p.path, v.line, o.line FROM variables v
    JOIN files p ON p.id = v.file JOIN module_files m ON m.path = p.path
    JOIN field_row o ON o.variable = v.id
    WHERE +v.type = 'file_operations' AND m.module = ? AND +o.path = 'owner' AND +o.value = 'THIS_MODULE'
    AND NOT EXISTS (SELECT 1 FROM stores s WHERE s.field = 'owner' AND s.target = v.name || '.owner')
    ORDER BY p.path, v.line
"""
_PINS = """
    SELECT c.arguments FROM names n JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function
    JOIN files p ON p.id = f.file JOIN module_files m ON m.path = p.path
    WHERE n.name IN ('try_module_get', '__module_get') AND m.module = ?
"""
_FUNCTIONS = """
    SELECT f.name, f.id, f.file FROM functions f JOIN files p ON p.id = f.file
    JOIN module_files m ON m.path = p.path WHERE m.module = ? ORDER BY f.id
"""


class _Base:
    """The functions of one module, and who of them calls another module."""

    def __init__(self, facts: Facts, module: int, away: list[Away]) -> None:
        self._facts = facts
        self._named: dict[str, list[tuple[int, int]]] = {}
        for name, function, file in facts.sql(_FUNCTIONS, module):
            self._named.setdefault(name, []).append((function, file))
        self._away: dict[int, Away] = {}
        for one in away:
            self._away.setdefault(one.call.function, one)

    def resolve(self, name: str, file: int) -> int:
        """The function that a name means in a file of the module; 0 if there is none."""
        known = self._named.get(name, ())
        return next((one for one, home in known if home == file), known[0][0] if known else 0)

    def way(self, start: int) -> tuple[list[tuple[int, CallFact]], Away] | None:
        """A shortest chain of calls from a function to one that calls another module, and that call."""
        came: dict[int, tuple[int, CallFact] | None] = {start: None}
        queue = deque([start])
        while queue:
            function = queue.popleft()
            if function in self._away:
                chain: list[tuple[int, CallFact]] = []
                step = came[function]
                while step is not None:
                    chain.append(step)
                    step = came[step[0]]
                return chain[::-1], self._away[function]
            file = self._facts.function(function).file
            for call in self._facts.calls_in(function):
                callee = 0 if call.receiver else self.resolve(call.name, file)
                if callee and callee not in came:
                    came[callee] = (function, call)
                    queue.append(callee)
        return None


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each table, with the callback that is called last."""
    told: set[int] = set()
    for module, away in sorted(calls_away(facts).items()):
        if any(arguments not in ("THIS_MODULE", "NULL") for (arguments,) in facts.sql(_PINS, module)):
            continue
        base = _Base(facts, module, away)
        for variable, name, path, line, owner in facts.sql(_TABLES, module):
            found = _judge(facts, base, variable, Where(path, line), name, owner)
            if found is not None and variable not in told:
                told.add(variable)
                yield found


def _judge(facts: Facts, base: _Base, variable: int, where: Where, name: str, owner: int) -> Finding | None:
    rows = facts.sql(
        "SELECT r.field, r.value, r.line, v.file FROM field_row r JOIN variables v ON v.id = r.variable"
        " WHERE v.id = ? AND r.field != 'owner' ORDER BY r.field != 'release', r.id",
        variable,
    )
    for field, value, line, file in rows:
        start = base.resolve(value.lstrip("& "), file)
        found = base.way(start) if start else None
        if found is not None:
            return _finding(facts, where, name, owner, (field, value, line), *found)
    return None


def _finding(
    facts: Facts,
    where: Where,
    name: str,
    owner: int,
    callback: tuple[str, str, int],
    steps: list[tuple[int, CallFact]],
    away: Away,
) -> Finding:
    def at(function: int, line: int) -> Where:
        fact = facts.function(function)
        return Where(fact.path, line, 0, fact.name)

    field, value, line = callback
    caller = facts.function(away.call.function)
    here = at(away.call.function, away.call.line)
    there = Where(away.target.path, away.target.line, 0, away.target.name)
    other = " or ".join(away.others)
    links = [Link(facts.function(one).name, at(one, call.line), "direct") for one, call in steps]
    links.append(Link(caller.name, here, "direct"))
    links[0] = msgspec.structs.replace(links[0], how=f"ops table {name}.{field}")
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{name} pins {away.base.name}, but .{field} runs text of {other} as well",
        where=where,
        kind="static call",
        object=name,
        statement=f"struct file_operations {name}",
        causes=(
            Cause(Where(where.path, owner), f"an open file pins {away.base.name}, the owner of {name}"),
            Cause(there, f"nothing pins {other}: it is removed, and with it {away.target.name}()"),
            Cause(Where(where.path, line), f".{field} = {value} is called"),
            Cause(here, f"{caller.name}() calls {away.call.name}, whose text is gone"),
        ),
        evidence=(
            Evidence("module", f"{away.others[0]}, with {away.target.name}(), depends on {away.base.name}",
                     where=there),
            Evidence("pin", f"{away.base.name} takes no other reference to a module", searched=(where,)),
        ),
        chain=(*links, Link(away.target.name, there, "static call")),
        remedy=f"set {name}.owner to the module that registered with {away.base.name}, before the first file",
        text=(away.base.name, *away.others),
        claim=Claim(
            "unmapped-text",
            name,
            (
                site("ops", Where(where.path, owner), thing="struct file_operations", text=name),
                site("callback", Where(where.path, line), text=value, detail=field),
                site("use", here, away.call.name, text=away.target.name),
            ),
        ),
    )  # fmt: skip
