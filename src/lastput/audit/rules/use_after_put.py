"""An object is used after the reference that kept it was put.

What it finds
    A function puts a reference, and goes on to look into the object through the same variable or field.

Why it breaks
    If the put was the last one, the object is gone, and with it what is read next. Where another
    reference happens to exist today, the order works by luck.

Example
    put_disk(dev->gd);
    ida_free(&foo_ida, dev->gd->first_minor);   /* gd may be gone */

Instead
    Read what is needed before the put, or put last.

How lastput knows
    A put of the table is followed by a place that reads
    through the same expression; no path between them writes to it. It counts where the function got the
    reference by itself (so that this put gives up its only right to look), or where the put is known to
    end the object.

Known limits
    A put of something that a caller pinned as well is reported with low confidence; so is that of a
    device, a task's memory, a terminal or a neighbour, which a table or a driver core mostly pins as
    well.

History
    ubiblock_cleanup() of Linux 6.1.192 reads the first minor of a disk after its put; 6.12.117 does not.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, always_before, ways_out
from lastput.audit.memo import Memo
from lastput.c.flow.graph import Call, Kind, Node
from lastput.effects.own.producers import Producers
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "REF005"
NAME = "use-after-put"

#: Puts that usually are the last, by the argument that names the object.
_ENDS = (
    "put_disk",
    "free_netdev",
    "iio_device_free",
    "rc_free_device",
    "input_free_device",
    "spi_controller_put",
)
_STAYS = ("device", "pci_dev", "acpi_device", "fwnode", "usb", "mm", "neighbour", "tty", "gem_object", "task")
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT function, argument(arguments, 0), line FROM calls"
    " WHERE name = ? AND receiver = '' AND use = 'ignored' ORDER BY function, seq"
)
_EXPRESSION = re.compile(r"^[A-Za-z_]\w*(?:(?:->|\.)\w+)*$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each put that is followed by a use."""
    gets: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for one in facts.once(Producers).all():
        for put in (name for name in one.puts if "put" in name):
            gets.setdefault(put, set()).add(one.name)
        kinds.setdefault(one.puts[0], one.kind)
    with Memo(facts, CODE, __file__) as memo:
        for put in sorted({*gets, *_ENDS}):
            getters, kind = gets.get(put, set()), kinds.get(put, "")
            known = " ".join(sorted(getters))
            for place in facts.sql(_CALLS, put):
                yield from memo.ask(
                    (put, known, kind, place), partial(_of_call, facts, put, getters, kind, *place)
                )


def _of_call(
    facts: Facts, put: str, gets: set[str], kind: str, identifier: int, argument: str, line: int
) -> Iterator[Finding]:
    function = facts.function(identifier)
    thing = _object(argument)
    if thing and not function.path.startswith(_PROGRAMS):
        yield from _judge(facts.once(Bodies), function, put, thing, line, gets, kind)


def _object(argument: str) -> str:
    """What a put is about: ``pdev`` of ``&pdev->dev``, ``dev->gd`` of itself; "" if no plain expression."""
    text = argument.replace(" ", "")
    if text.startswith("&"):
        text = text[1:].rpartition("->")[0]
    return text if _EXPRESSION.match(text) else ""


def _judge(
    bodies: Bodies, function: FunctionFact, put: str, thing: str, line: int, gets: set[str], kind: str
) -> Iterator[Finding]:
    text = bodies.text(function.id)
    word = rf"(?<![\w.>]){re.escape(thing)}"
    offset = text.find(f"{put}(")
    if offset < 0 or not re.search(rf"{word}\s*(?:->|[,)])", text[offset + len(put) :].partition(";")[2]):
        return
    graph = bodies.graph(function.id)
    if graph is None or not graph.clean:
        return
    found = next(
        (
            (node, call)
            for node, call in graph.calling(put)
            if call.line == line and _object(call.arguments[0]) == thing
        ),
        None,
    )
    if found is None or found[0].kind is Kind.CLEANUP:
        return
    node, _ = found
    read = re.compile(rf"(?<!&){word}\s*->")
    root = re.match(r"\w+", thing)
    assert root is not None
    roots = {thing, root[0]}

    def stops(one: Node) -> bool:
        if any(write.target in roots for write in one.writes):
            return not any(read.search(write.value) for write in one.writes)
        return one.kind is Kind.LOOP and root[0] in one.text

    def uses(one: Node) -> bool:
        if one.kind is Kind.CLEANUP or not read.search(one.text):
            return any(_handed(call, thing, gets) for call in one.calls)
        return True

    ways = ways_out(graph, Start(node.index, always_before(graph).get(node.index, {})), stops, False, uses)
    if not ways:
        return
    used = ways[0].nodes[-1]
    own = [
        one.line for one in graph.nodes for call in one.calls if call.name in gets and call.result == thing
    ]
    confidence, depends = _sure(own, put, kind)

    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    causes = [Cause(at(own[0]), f"{thing} gets its reference")] if own else []
    causes += [
        Cause(at(line), f"{put}() may put the last reference on {thing}"),
        Cause(at(used.line), f"{thing} is used afterwards"),
    ]
    get = next((call.name for one in graph.nodes for call in one.calls if own and call.line == own[0]), "")
    taken = (site("get", at(own[0]), get),) if own else ()
    yield Finding(
        code=CODE,
        verdict="bug",
        confidence=confidence,
        message=f"{thing} is used after {put}() may have put its last reference",
        where=at(used.line),
        kind=kind or "object",
        site=put,
        object=thing,
        statement=used.text,
        causes=tuple(causes),
        evidence=(
            Evidence(
                "pairing", f"taken in line {own[0]}" if own else f"{put}() ends the object", where=at(line)
            ),
            Evidence("path", f"{thing} is not written to in between", searched=(at(line), at(used.line))),
        ),
        chain=(Link(function.name, at(used.line)),),
        remedy=f"call {put}() after the last use of {thing}",
        depends_on=depends,
        claim=claim(
            bodies.facts,
            "use-after-free",
            (at(line), thing),
            (*taken, site("put", at(line), put), site("use", at(used.line))),
        ),
    )


def _handed(call: Call, thing: str, gets: set[str]) -> bool:
    """Whether the object is given to a call that will look into it."""
    if (
        call.name in gets
        or call.name.startswith(("IS_ERR", "PTR_ERR", "WARN", "of_node_put", "put_"))
        or "put" in call.name
    ):
        return False
    return thing in call.arguments


def _sure(own: list[int], put: str, kind: str) -> tuple[Confidence, tuple[str, ...]]:
    if put in _ENDS:
        return "medium", ()
    if not own:
        return "low", ("nobody else holds a reference here",)
    if kind in _STAYS:
        return "low", ("nothing else pins the object at this time",)
    return "medium", ()
