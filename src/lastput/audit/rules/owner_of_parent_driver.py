"""The module of the driver that happens to be bound to a parent device is pinned, instead of an owner.

What it finds
    try_module_get() of ``dev->parent->driver->owner``, without a look whether a driver is bound.

Why it breaks
    The device that was registered does not say which module its operations are in; its parent's driver is a
    guess. A parent without a driver, or one that is being unbound, makes it a NULL pointer. If another module
    registered the device, the wrong module is pinned, and the one whose functions are called may go.

Example
    if (!try_module_get(bridge->dev.parent->driver->owner))
            return ERR_PTR(-ENODEV);

Instead
    Store the owner when the device is registered (a macro that passes THIS_MODULE), and take that one.

How lastput knows
    By the argument: the owner of a driver of a parent. Where the function asks first whether that pointer is
    set, or takes the lock of the parent, it is not reported.

Known limits
    A caller may know that the parent is bound, and by whom.

History
    FPGA bridges, managers and regions stored no owner before Linux 6.9. rproc_get_by_phandle() of 6.1.192
    takes the parent's; 6.12.117 asks first.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "FIL005"
NAME = "owner-of-parent-driver"

_PARENT = re.compile(r"^(.*\bparent\s*->\s*driver)\s*->\s*owner$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each such get."""
    bodies = facts.once(Bodies)
    for call in facts.calls_of(("try_module_get", "__module_get")):
        driver = _PARENT.match(call.argument(0))
        function = facts.function(call.function)
        if driver is None or function.path.startswith(("tools/", "samples/")):
            continue
        text = bodies.text(call.function)
        if re.search(r"\bif\s*\([^;{]*\bdriver\b(?!\s*->)", text) or "device_lock(" in text:
            continue
        where = Where(function.path, call.line, 0, function.name)
        yield Finding(
            code=CODE,
            verdict="bug",
            confidence="medium",
            message=f"{function.name}() pins the module of whatever driver the parent is bound to:"
            " there may be none, or it may be another module",
            where=where,
            site=call.name,
            object=driver[1],
            statement=f"{call.name}({call.argument(0)})",
            causes=(
                Cause(where, f"{driver[1]} is read: the driver that is bound to the parent just now"),
                Cause(
                    where, "without one this is a NULL pointer; with another one, the wrong module is pinned"
                ),
            ),
            evidence=(
                Evidence("pin", f"the owner is that of {driver[1]}, not of what was registered", where=where),
                Evidence("lock", "no condition and no device_lock() in the function", searched=(where,)),
            ),
            depends_on=("the device can be looked up while its parent has no driver, or another module's",),
            remedy="store the owner when the device is registered, and take that",
            claim=claim(
                facts,
                "null-deref",
                (where, driver[1]),
                (site("use", where, call.name), site("get", where, call.name, text=call.argument(0))),
            ),
        )
