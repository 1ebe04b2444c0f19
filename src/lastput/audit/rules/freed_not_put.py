"""An object is freed, though its device or kobject has been set up and must be put.

What it finds
    A function gives ``device_register()``, ``device_initialize()``, ``kobject_init_and_add()`` or the like a
    member of an object, and on a way after that it frees the object itself, without a put of the member.

Why it breaks
    From that call on the member is counted, also where the call failed: it has a name that only the last put
    frees, and sysfs, a parent or a child may hold it. Whoever else has a reference then uses freed memory;
    if nobody has, the name and what hangs on it are lost.

Example
    ret = device_register(&foo->dev);
    if (ret) {
            kfree(foo);
            return ret;
    }

Instead
    Call put_device() or kobject_put(), and let the release function free the object.

How lastput knows
    The paths of the function are followed from the call that sets the member up to a free of the object.
    A call that is given the object or the member and may come to a put ends the search.

Known limits
    Members that are set up by one function and freed by another one are not seen.

History
    The kernel-doc of device_register() and of kobject_init_and_add() asks for it (drivers/base/core.c,
    lib/kobject.c; 6.12).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.memo import Memo
from lastput.c.flow.graph import Call, Graph, Node
from lastput.effects.own.fates import Consumers
from lastput.facts.api import API, fill
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF021"
NAME = "freed-not-put"

#: Calls that set a member up so that it must be put (drivers/base/core.c, lib/kobject.c; 6.12), and the put.
_SETS_UP = {
    "device_initialize": "put_device",
    "device_register": "put_device",
    "kobject_init": "kobject_put",
    "kobject_init_and_add": "kobject_put",
}
_PUTS = ("put_device", "kobject_put", "device_unregister", "kobject_unregister")
_FREES = {name: one.object for one in API.free if not one.deferred for name in one.names}
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT c.function, c.line, c.arguments FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " WHERE n.name = ? AND c.receiver = '' ORDER BY c.function, c.seq"
)
_MEMBER = re.compile(r"^&\s*\(?(\w+)\)?\s*->\s*[\w.]+$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each object, at the first place where it is freed."""
    with Memo(facts, CODE, __file__) as memo:
        for name in _SETS_UP:
            for identifier, line, arguments in facts.sql(_CALLS, name):
                member = _MEMBER.match(arguments.partition(",")[0].strip())
                if member is not None:
                    place = (name, identifier, line, member[1])
                    yield from memo.ask(place, partial(_of_call, facts, *place))


def _of_call(facts: Facts, name: str, identifier: int, line: int, holder: str) -> Iterator[Finding]:
    function, bodies = facts.function(identifier), facts.once(Bodies)
    text = bodies.text(identifier)
    if function.path.startswith(_PROGRAMS) or not re.search(rf"free\w*\s*\([^;]*\b{holder}\s*[,)]", text):
        return
    graph = bodies.graph(identifier)
    if graph is None or not graph.clean:
        return
    for node, call in graph.calling(name):
        if call.line == line:
            way = _freed(facts, function, graph, node, holder)
            if way is not None:
                yield _finding(facts, function, call, holder, way)
            return


def _freed(facts: Facts, function: FunctionFact, graph: Graph, node: Node, holder: str) -> Way | None:
    """The shortest way on which the object is freed and its member was not put."""
    consumers = facts.once(Consumers)

    def frees(one: Node) -> bool:
        return any(_free_of(call) == holder for call in one.calls)

    def ends(one: Node) -> bool:
        if frees(one) or one.index == node.index:
            return False
        if any(write.target == holder for write in one.writes):
            return True
        return any(_may_put(consumers, function, call, holder) for call in one.calls)

    known = dict(always_before(graph).get(node.index, {}))
    ways = ways_out(graph, Start(node.index, known), ends, False, frees)
    return ways[0] if ways else None


def _free_of(call: Call) -> str:
    """What a call frees."""
    template = _FREES.get(call.name, "")
    return fill(template, ", ".join(call.arguments)).strip("() ") if template else ""


def _may_put(consumers: Consumers, function: FunctionFact, call: Call, holder: str) -> bool:
    """Whether a call that is given the object, or a part of it, may come to a put."""
    given = re.compile(rf"^&?\s*\(?{holder}\)?(?:\s*->\s*[\w.]+)?$")
    if not any(given.match(one) for one in call.arguments):
        return False
    if call.name in _PUTS or call.receiver or "add_action" in call.name:
        return True
    known = resolve(consumers.bodies.facts, call.name, function.file)
    if call.name in ("device_add", "kobject_add", "dev_set_name", "kobject_set_name", *_SETS_UP):
        return False
    return bool(known) and consumers.may_put(call.name, function.file, _PUTS)


def _finding(facts: Facts, function: FunctionFact, call: Call, holder: str, way: Way) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, 0, function.name)

    end = way.nodes[-1]
    free = next(one for one in end.calls if _free_of(one) == holder)
    member, put = call.arguments[0], _SETS_UP[call.name]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{free.name}({holder}) frees what {call.name}() has set up: only {put}() may end it",
        where=at(end.line),
        site=call.name,
        object=holder,
        statement=end.text,
        causes=(
            Cause(at(call.line), f"{call.name}({member}) begins to count {holder}, even where it fails"),
            Cause(at(end.line), f"{free.name}({holder}) frees it with its references"),
        ),
        evidence=(
            Evidence("pairing", f"{put}() ends what {call.name}() begins"),
            Evidence("path", f"no {put}({member}) in between", searched=(at(call.line), at(end.line))),
        ),
        chain=(Link(function.name, at(end.line)),),
        remedy=f"call {put}({member}) instead, and let its release function free {holder}",
        claim=claim(
            facts,
            "use-after-free",
            (at(call.line), holder),
            (site("get", at(call.line), call.name, text=member), site("free", at(end.line), free.name)),
            f"{put}({member})",
            1,
        ),
    )
