"""A module reference is taken under a condition that its put does not ask.

What it finds
    In one file: each __module_get() or try_module_get() of THIS_MODULE is taken only if a parameter of the
    module is set, and a module_put() of it does not look at this parameter.

Why it breaks
    With the parameter the other way the put takes away a reference that nobody took. The count is then too
    small by one: the module can be unloaded under an open file, or module_put() warns.

Example
    if (nowayout)
            __module_get(THIS_MODULE);
    ...
    if (expect_close == 42)
            module_put(THIS_MODULE);

Instead
    Ask the same question at both places, or keep in the object whether a reference was taken.

How lastput knows
    All gets of the file are guarded by a module_param(), and no condition of the function that puts
    names it.

Known limits
    Only conditions on module parameters are compared.

History
    The put and its underflow check: module_put(), kernel/module/main.c:881 (6.12).
"""

from __future__ import annotations

from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.audit.selfput.conditions import mismatch
from lastput.audit.selfput.sites import sites
from lastput.audit.selfput.unit import unit_of
from lastput.facts.base import Facts
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "MOD004"
NAME = "module-put-other-condition"


def run(facts: Facts) -> Iterator[Finding]:
    for put in sites(facts):
        function = put.function
        found = mismatch(facts, function) if put.thing == "THIS_MODULE" else None
        unit = unit_of(facts, function.path, function.file) if found is not None else None
        if found is None or unit is None or not unit.unloadable:
            continue
        where = Where(function.path, put.line, 0, function.name)
        yield Finding(
            code=CODE,
            verdict="bug",
            confidence="high",
            message=f"{function.name}() puts {unit.name} whether or not {found.parameter} had it taken",
            where=where,
            object="THIS_MODULE",
            statement=f"{put.name}(THIS_MODULE)",
            causes=(
                Cause(
                    found.get,
                    f"{found.get.function}() takes a reference only under a condition on {found.parameter}",
                ),
                Cause(where, f"{function.name}() puts one without asking {found.parameter}"),
            ),
            evidence=(
                Evidence("module", unit.why),
                Evidence(
                    "path", f"no condition in {function.name}() names {found.parameter}", searched=(where,)
                ),
            ),
            remedy=f"ask {found.parameter} here too, or remember whether a reference was taken",
            text=(unit.name,),
            claim=claim(
                facts,
                "refcount-underflow",
                (where, "THIS_MODULE"),
                (
                    site("branch", found.get, text=found.parameter, detail="false"),
                    site("put", where, put.name),
                ),
            ),
        )
