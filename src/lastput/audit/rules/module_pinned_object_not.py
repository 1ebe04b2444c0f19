"""A module is pinned on behalf of an object, but not the object.

What it finds
    A function that is given a provider (a struct with an owner and a device), takes a reference to its
    module, and stores the pointer for later, without a reference to the provider or its device.

Why it breaks
    The reference keeps the module's text. The provider itself is freed when its driver is unbound, which
    needs no rmmod: a write to ``unbind`` in sysfs will do. What was stored then points to freed memory, at
    the latest when module_put() reads the owner from it.

Example
    if (!try_module_get(foo->owner))
            return ERR_PTR(-ENODEV);
    user->foo = foo;                /* and at the end: module_put(user->foo->owner) */

Instead
    get_device(foo->dev) with it, and put_device() when the user is gone; or have the provider, as it goes,
    tell its users.

How lastput knows
    The struct has an owner and a pointer to a device. The function stores the pointer that it pinned, and no
    call that counts is given it. Another function of the file puts the module through the pointer stored. A
    function of the same directory takes objects of that struct off a list: they can go.

Known limits
    A provider that outlives its users by other means, a device link say, is reported.

History
    Reset controls of Linux 6.1.192 do so; in 6.12.117 they take the device as well.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator

from lastput.audit.claims import claim, site
from lastput.audit.pointees import pointee
from lastput.audit.removals import Removal, Removals
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF011"
NAME = "module-pinned-object-not"

_OWNED = (
    "SELECT DISTINCT o.record FROM records o JOIN records d ON d.record = o.record"
    " WHERE o.field = 'owner' AND o.type = 'module' AND o.pointers = 1"
    " AND d.type = 'device' AND d.pointers = 1"
)
_OWNER = re.compile(r"^(\w+)->owner$")
_COUNTS = re.compile(
    r"\b(?!devm_|try_module_get|__module_get)(\w*(?:_get|get_device|hold|link_add|kref\w*))\s*\(([^;]*)"
)


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each place that stores such a pointer."""
    bodies = facts.once(Bodies)
    removals = facts.once(Removals)
    owned = {record for (record,) in facts.sql(_OWNED)}
    for call in facts.calls_of(("try_module_get", "__module_get")):
        thing = _OWNER.match(call.argument(0).replace(" ", ""))
        if thing is None or pointee(bodies, call.function, thing[1]) not in owned:
            continue
        text = bodies.text(call.function)
        stored = re.search(rf"(\w+)\s*->\s*(\w+)\s*=\s*{thing[1]}\s*;", text)
        if stored is None or _counted(text, thing[1]):
            continue
        put = _put(facts, call, stored[2])
        removed = _removed(facts, removals, call, pointee(bodies, call.function, thing[1]))
        if put is not None and removed is not None:
            yield _finding(facts, call, thing[1], f"{stored[1]}->{stored[2]}", put, removed)


def _counted(text: str, name: str) -> bool:
    return any(re.search(rf"\b{name}\b", given) for _, given in _COUNTS.findall(text))


def _put(facts: Facts, get: CallFact, field: str) -> CallFact | None:
    """A call of the file that puts the module through the stored pointer."""
    file = facts.function(get.function).file
    rows = facts.sql(
        "SELECT c.* FROM functions f JOIN calls c ON c.function = f.id WHERE f.file = ?"
        " AND c.name = 'module_put' AND c.function != ? ORDER BY c.function, c.seq",
        file,
        get.function,
    )
    wanted = f"->{field}->owner"
    return next((one for one in (CallFact(*row) for row in rows) if one.arguments.endswith(wanted)), None)


def _removed(facts: Facts, removals: Removals, get: CallFact, struct: str) -> Removal | None:
    directory = facts.function(get.function).path.rpartition("/")[0]
    for where, field in removals.calls:
        if where == directory and field:
            found = removals.of(directory, struct, field)
            if found:
                return found[0]
    return None


def _finding(facts: Facts, get: CallFact, name: str, stored: str, put: CallFact, removed: Removal) -> Finding:
    def at(call: CallFact) -> Where:
        fact = facts.function(call.function)
        return Where(fact.path, call.line, 0, fact.name)

    gone = Where(removed.function.path, removed.line, 0, removed.function.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{stored} keeps {name}, of which only the module is pinned",
        where=at(get),
        kind="provider",
        site=get.name,
        object=name,
        statement=f"{get.name}({get.argument(0)})",
        causes=(
            Cause(at(get), f"{get.name}() pins the module of {name}, which is stored as {stored}"),
            Cause(gone, f"{removed.function.name}() takes it off its list when its driver is unbound"),
            Cause(at(put), f"{facts.function(put.function).name}() reads {put.arguments}: it may be freed"),
        ),
        evidence=(
            Evidence(
                "pin", f"no call in {facts.function(get.function).name}() counts {name}", searched=(at(get),)
            ),
            Evidence("pairing", f"module_put({put.arguments}) gives back the module only", where=at(put)),
        ),
        chain=(Link(facts.function(get.function).name, at(get)),),
        depends_on=(f"the driver of {name} can be unbound while it has users",),
        remedy=f"take a reference to {name} or its device too, and put it after module_put()",
        claim=claim(
            facts,
            "use-after-free",
            (at(get), name),
            (
                site("get", at(get), get.name, text=get.argument(0)),
                site("publish", at(get), text=stored),
                site("unpublish", gone, text=removed.variable),
                site("use", at(put), put.name, text=put.arguments),
            ),
        ),
    )
