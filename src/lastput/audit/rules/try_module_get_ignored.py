"""The result of try_module_get() is thrown away, though the reference is put later.

What it finds
    A call of try_module_get() whose value nobody looks at.

Why it breaks
    It fails once the module is going away. Then no reference was taken: what was to be pinned is not, and
    the module_put() that belongs to it takes away a reference of somebody else, or underflows.

Example
    try_module_get(THIS_MODULE);
    foo->config = foo_alloc_config();

Instead
    Return an error if it fails, or use __module_get() where a reference is known to be held.

How lastput knows
    The call is a statement of its own, and its module can be unloaded.

Known limits
    A module that pins itself and never puts is of low confidence. A caller that holds a reference
    anyway makes the failure impossible; then __module_get() says so.

History
    try_module_get() is in kernel/module/main.c:865 (6.12). CVE-2022-49300 (nbd) was one.
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.audit.selfput.pairing import PUTS, TRIES
from lastput.audit.selfput.unit import Unit, unit_of
from lastput.facts.base import Facts
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "MOD002"
NAME = "try-module-get-ignored"


def run(facts: Facts) -> Iterator[Finding]:
    for call in facts.calls_of(sorted(TRIES)):
        if call.use != "ignored" or not call.function:
            continue
        function = facts.function(call.function)
        unit = unit_of(facts, function.path, function.file)
        if not unit.unloadable:
            continue
        where = Where(function.path, call.line, 0, function.name)
        thing = call.argument(0)
        yield Finding(
            code=CODE,
            verdict="bug",
            confidence="low"
            if not _put(facts, unit, thing)
            else "high"
            if thing == "THIS_MODULE"
            else "medium",
            message=f"{function.name}() ignores whether {call.name}({thing}) took a reference",
            where=where,
            object=thing,
            statement=f"{call.name}({thing})",
            causes=(
                Cause(
                    where, f"{call.name}({thing}) fails while the module is being unloaded: nothing is taken"
                ),
                Cause(
                    where,
                    f"{function.name}() goes on as if it were, and the put for it takes another's reference",
                ),
            ),
            evidence=(
                Evidence("module", unit.why),
                Evidence("path", "the value of the call is not used", where=where),
            ),
            remedy="return an error if it fails, or call __module_get() where a reference is held already",
            text=(unit.name,),
            claim=claim(
                facts,
                "refcount-underflow",
                (where, thing),
                (site("get", where, call.name, detail="it fails"), site("use", where)),
            ),
        )


def _put(facts: Facts, unit: Unit, thing: str) -> bool:
    """Whether the module puts it anywhere; one that is pinned for good need not know that it was."""
    return any(
        call.function and facts.function(call.function).file in unit.files and call.argument(0) == thing
        for call in facts.calls_of(sorted(PUTS))
    )
