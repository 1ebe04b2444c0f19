"""A device is given a counted node, and its release callback frees it without a put.

What it finds
    A function makes a device, sets its release callback, and leaves a counted node in it, by
    ``device_set_of_node_from_dev()`` or ``dev.of_node = of_node_get(np)``. The release callback frees the
    device, and neither it nor another function of the file puts the node.

Why it breaks
    The driver core does not put ``dev->of_node``: whoever took the reference must give it back when the last
    one to the device goes. Each device that was made leaves one reference behind.

Example
    static void foo_release(struct device *dev)
    {
            kfree(to_foo(dev));                     /* and dev->of_node? */
    }
    ...
    foo->dev.release = foo_release;
    device_set_of_node_from_dev(&foo->dev, parent);

Instead
    Call of_node_put(dev->of_node) in the release callback, before the free.

How lastput knows
    The callback is the one that the same function stores. What it calls is followed three calls deep, and
    the whole file is read for a put of an ``of_node``.

Known limits
    Callbacks that a device type, a class or a bus brings are not looked at.

History
    Fixed between Linux 6.12 and 7.3 in drm_aux_bridge_release().
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.memo import Memo
from lastput.effects.own.fates import Consumers
from lastput.facts.api import API
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF022"
NAME = "release-without-put"

_STORES = """
    SELECT s.function, s.target, s.value, s.line FROM stores s WHERE s.field = 'release'
    AND (s.target LIKE '%dev.release' OR s.target LIKE '%dev->release') ORDER BY s.id"""
_PUTS = ("of_node_put", "fwnode_handle_put")
_PUT = re.compile(r"\b(?:of_node_put|fwnode_handle_put)\s*\([^;]*\b(?:of_node|fwnode)\b")
_FREES = frozenset(name for one in API.free for name in one.names)
_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each callback."""
    with Memo(facts, CODE, __file__) as memo:
        for function, target, value, line in facts.sql(_STORES):
            place = (function, target, value, line, facts.function(function).file)
            yield from memo.ask(place, partial(_of_store, facts, function, target, value, line))


def _of_store(facts: Facts, identifier: int, target: str, value: str, line: int) -> Iterator[Finding]:
    function, bodies, consumers = facts.function(identifier), facts.once(Bodies), facts.once(Consumers)
    callbacks = resolve(facts, value.lstrip("& "), function.file)
    if function.path.startswith(_PROGRAMS) or len(callbacks) != 1:
        return
    release = facts.function(callbacks[0])
    device = re.sub(r"(?:->|\.)release$", "", target.replace(" ", ""))
    taken = _taken(facts, identifier, device)
    if taken is None or release.file != function.file or not _frees(facts, release):
        return
    if consumers.may_put(release.name, release.file, _PUTS) or _PUT.search(bodies.whole(function.path)):
        return
    yield _finding(facts, function, release, device, line, taken)


def _taken(facts: Facts, function: int, device: str) -> tuple[str, int] | None:
    """The call by which the device gets a reference to a node, and its line."""
    for call in facts.calls_in(function):
        given = call.argument(0).replace(" ", "").lstrip("&")
        result = call.result.replace(" ", "")
        if call.name == "device_set_of_node_from_dev" and given == device:
            return call.name, call.line
        if call.name == "of_node_get" and re.sub(r"->", ".", result) == re.sub(
            r"->", ".", f"{device}.of_node"
        ):
            return call.name, call.line
    return None


def _frees(facts: Facts, release: FunctionFact) -> bool:
    return any(call.name in _FREES for call in facts.calls_in(release.id))


def _finding(
    facts: Facts,
    function: FunctionFact,
    release: FunctionFact,
    device: str,
    line: int,
    taken: tuple[str, int],
) -> Finding:
    name, at = taken
    got = Where(function.path, at, 0, function.name)
    gone = Where(release.path, release.line, 0, release.name)
    stored = Where(function.path, line, 0, function.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{release.name}() frees {device} with the reference to its node that {name}() took",
        where=gone,
        kind="release",
        site=name,
        object=f"{device}.of_node",
        statement=f"{device}.release = {release.name}",
        causes=(
            Cause(got, f"{name}() takes a reference, and {device}.of_node keeps it"),
            Cause(stored, f"{release.name}() runs when the last reference to {device} is put"),
            Cause(gone, "it frees the device, and nothing puts the node"),
        ),
        evidence=(
            Evidence("role", f"{release.name}() is the release callback of {device}", where=stored),
            Evidence("path", "no of_node_put() of an of_node in the file", searched=(got, gone)),
        ),
        chain=(Link(release.name, gone, "release callback"),),
        remedy=f"call of_node_put(dev->of_node) in {release.name}(), before the free",
        claim=claim(
            facts,
            "leak",
            (got, f"{device}.of_node"),
            (site("get", got, name), site("callback", gone, text=release.name, detail="release")),
            "of_node_put(dev->of_node)",
            1,
        ),
    )
