"""One consumer of an object waits for its work item before it frees it, another one does not.

What it finds
    Two functions of a file that take objects of one struct off the same list and free them. One waits for a
    work item, timer or tasklet in the object first; the other does not name it.

Why it breaks
    The item may be armed, or run, when the second function frees the object. Whoever wrote the wait in the
    first one knew that.

Example
    static void foo_flush_all(struct foo *foo)
    {
            cancel_delayed_work_sync(&foo->work);
            list_del(&foo->node);
            kfree(foo);
    }

    static void foo_remove_one(struct foo *foo)
    {
            list_del(&foo->node);
            kfree(foo);                     /* the work may run */
    }

Instead
    Wait for the item wherever the object is freed; best in one function that all consumers call.

How lastput knows
    Both functions call a list_del() of the same field and a function that frees, with a variable of the same
    struct; the wait stands before the free. The second one is not the item's own function, does not make
    the object, and neither it nor a function that it hands the object to names the item.

Known limits
    The item may never be armed for objects that come to the second function: confidence is low.

History
    Commit 3d75b8aa5c29 ("KVM: Always flush async #PF workqueue when vCPU is being destroyed") flushes the
    item in both functions that consume it. Linux 6.12.117: two findings, both of which never arm the item.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections import defaultdict
from collections.abc import Iterator

import msgspec

from lastput.audit.claims import claim, site
from lastput.audit.pointees import pointee
from lastput.facts.api import API
from lastput.facts.base import Facts, argument
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "WRK006"
NAME = "freed-without-wait"

_ITEMS = ("work_struct", "delayed_work", "timer_list", "hrtimer", "tasklet_struct")
_ROLES = ("work", "delayed_work", "timer", "hrtimer", "tasklet")
_WAITS = frozenset(name for one in API.wait if one.sync and one.role in _ROLES for name in one.names)
_FREES = {name: int(one.object.strip("{}")) for one in API.free for name in one.names}
_DELETES = frozenset(
    ("list_del", "list_del_init", "list_del_rcu", "hlist_del", "hlist_del_init", "hlist_del_rcu", "hash_del")
)
_MEMBER = re.compile(r"^&\s*(\w+)\s*->\s*(\w+)(?:\.\w+)*$")
_MAKES = re.compile(
    r"\b\w*(?:alloc|INIT_(?:DELAYED_)?WORK|_setup|container_of|from_timer|to_delayed_work)\w*\s*\("
)


class _Consumer(msgspec.Struct, frozen=True):
    """``function`` frees ``variable`` in ``line`` after it took it off its list by ``field``; ``waits``:
    field of the item, call and line of each wait before that."""

    function: int
    variable: str
    field: str
    line: int
    waits: tuple[tuple[str, str, int], ...]


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each consumer that does not wait."""
    bodies = facts.once(Bodies)
    embedded = f"SELECT DISTINCT record, field FROM records WHERE pointers = 0 AND type IN ({_marks(_ITEMS)})"
    items = {tuple(row) for row in facts.sql(embedded, *_ITEMS)}
    groups: defaultdict[tuple[int, str], list[_Consumer]] = defaultdict(list)
    for file, consumers in _consumers(facts).items():
        if len(consumers) > 1 and any(one.waits for one in consumers):
            for one in consumers:
                struct = pointee(bodies, one.function, one.variable)
                if struct:
                    groups[file, f"{struct}.{one.field}"].append(one)
    for (_, name), consumers in sorted(groups.items()):
        struct = name.partition(".")[0]
        known = [(one, wait) for one in consumers for wait in one.waits if (struct, wait[0]) in items]
        for other in consumers:
            if known and not other.waits and not _excused(bodies, other, known[0][1][0]):
                yield _finding(facts, other, *known[0], struct)


def _marks(names: tuple[str, ...]) -> str:
    return ", ".join("?" * len(names))


def _consumers(facts: Facts) -> dict[int, list[_Consumer]]:
    """Functions that take an object off a list and free it, by file."""
    every = (*_FREES, *_DELETES, *_WAITS)
    deletes = tuple(_DELETES)
    rows = facts.sql(
        "SELECT f.file, c.function, n.name, c.arguments, c.line FROM names n JOIN call_row c ON c.name = n.id"
        f" JOIN functions f ON f.id = c.function WHERE n.name IN ({_marks(every)})"
        " AND c.function IN (SELECT d.function FROM names m JOIN call_row d ON d.name = m.id"
        f" WHERE m.name IN ({_marks(deletes)})) ORDER BY c.function, c.seq",
        *every, *deletes,
    )  # fmt: skip
    found: defaultdict[int, list[_Consumer]] = defaultdict(list)
    deleted: dict[tuple[int, str], str] = {}
    waited: defaultdict[tuple[int, str], list[tuple[str, str, int]]] = defaultdict(list)
    for file, function, name, arguments, line in rows:
        if name in _FREES:
            variable = argument(arguments, _FREES[name])
            field = deleted.pop((function, variable), "")
            if field:
                waits = tuple(waited[function, variable])
                found[file].append(_Consumer(function, variable, field, line, waits))
            continue
        member = _MEMBER.match(argument(arguments, 0))
        if member is not None and name in _DELETES:
            deleted[function, member[1]] = member[2]
        elif member is not None:
            waited[function, member[1]].append((member[2], name, line))
    return found


def _excused(bodies: Bodies, consumer: _Consumer, item: str) -> bool:
    """Whether a consumer names the item, makes the object, or hands it to a function that names the item."""
    facts = bodies.facts
    text = bodies.text(consumer.function)
    fact = facts.function(consumer.function)
    if re.search(rf"\b{item}\b", text) or _MAKES.search(text):
        return True
    if any("work_struct" in one.type or "timer_list" in one.type for one in fact.parameters):
        return True
    for call in facts.calls_in(consumer.function):
        given = re.search(rf"\b{consumer.variable}\b", call.arguments)
        for function in resolve(facts, call.name, fact.file)[:2] if given and not call.receiver else ():
            if re.search(rf"\b{item}\b", bodies.text(function)):
                return True
    return False


def _finding(
    facts: Facts, consumer: _Consumer, other: _Consumer, wait: tuple[str, str, int], struct: str
) -> Finding:
    function = facts.function(consumer.function)
    careful = facts.function(other.function)
    item, call, line = wait
    here = Where(function.path, consumer.line, 0, function.name)
    there = Where(careful.path, line, 0, careful.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low",
        message=f"{function.name}() frees {consumer.variable} without the wait for its {item} that"
        f" {careful.name}() has",
        where=here,
        kind="consumer",
        site=call,
        object=f"{consumer.variable}->{item}",
        statement=f"free {consumer.variable}",
        causes=(
            Cause(there, f"{careful.name}() waits for {item} by {call}(), before it frees a struct {struct}"),
            Cause(here, f"{function.name}() takes one off the same list and frees it: {item} may run"),
        ),
        evidence=(
            Evidence("handshake", f"{function.name}() does not name {item}", searched=(here,)),
            Evidence("handshake", f"{careful.name}() does", where=there),
        ),
        chain=(Link(function.name, here),),
        depends_on=(f"{item} can be armed when {function.name}() runs",),
        remedy=f"call {call}() before the object is freed",
        claim=claim(
            facts,
            "use-after-free",
            (here, f"{consumer.variable}->{item}"),
            (site("free", here, text=consumer.variable), site("wait", there, call)),
            f"{call}(&{consumer.variable}->{item})",
        ),
    )
