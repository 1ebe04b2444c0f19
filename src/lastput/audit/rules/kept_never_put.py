"""A member keeps a reference, and nothing that can see the member ever puts it.

What it finds
    A function stores a counted reference in a member of a struct, as ``priv->np = of_parse_phandle()``, or
    makes a device with ``device_initialize()``. No function of the module puts what that member holds,
    copies it, or hands it to something that could.

Why it breaks
    When the device is unbound, or the object freed, the member goes and the reference stays. What it
    leads to is never freed, and each bind leaves one more behind.

Example
    static int foo_probe(struct platform_device *pdev)
    {
            foo->np = of_parse_phandle(dev->of_node, "phy", 0);
            ...
    }
    static void foo_remove(struct platform_device *pdev)
    {
            foo_stop(platform_get_drvdata(pdev));   /* and foo->np? */
    }

Instead
    Put it in remove, or in what frees the struct; or leave it to ``devm_add_action_or_reset()``.

How lastput knows
    Which calls give a reference, and which put it, is inferred from bodies. The member is known by the type
    of its struct and its path, whatever variable leads to it, and as those see it who have a pointer to
    the part that has it. All files that are linked together are read for a put of it, for a copy, and for
    calls that get it and may put or keep it.

Known limits
    A struct whose member is put by another module is left out as far as its header tells: one that is
    declared below include/. Code that cannot be unloaded or unbound is not judged.

History
    Reported on Linux 6.12.117: 35 places with default confidence.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

import msgspec

from lastput.audit.called import Called
from lastput.audit.deferred import Deferred
from lastput.audit.memo import Memo
from lastput.audit.teardown import Teardown, teardowns
from lastput.effects.key import Key
from lastput.effects.own.counts import Counts
from lastput.effects.own.members import Members
from lastput.effects.own.producers import Producer, Producers
from lastput.effects.typing.keys import Typing
from lastput.effects.typing.records import Records
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "REF014"
NAME = "kept-never-put"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_STORED = (
    "SELECT c.function, c.result, c.line FROM names n CROSS JOIN call_row c ON c.name = n.id"
    " JOIN functions f ON f.id = c.function"
    " WHERE n.name = ? AND c.receiver = '' AND c.use = 'assigned' AND (? = 0 OR f.file = ?)"
    " AND f.section = ''"
    " ORDER BY c.function, c.seq"
)
_MEMBER = re.compile(r"(?:->|\.)\s*\w+(?:\[[^\]]*\])?$")
_STORE = r"([\w\->.\[\]]+(?:->|\.)\w+(?:\[[^\]]*\])?)\s*=(?!=)\s*(?:\([^()]*\)\s*)?{name}\s*;"


class _Stored(msgspec.Struct, frozen=True):
    """In ``line`` of ``function`` a call of ``call`` gives the reference that goes to ``target``."""

    function: int
    line: int
    call: str
    target: str
    puts: tuple[str, ...]
    kind: str
    embedded: bool = False


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each member, at the first place where it gets a reference."""
    deferred = facts.once(Deferred)
    seen: set[tuple[frozenset[int], Key]] = set()
    with Memo(facts, CODE, __file__) as memo:
        for one in (*_stored(facts), *_made(facts)):
            function = facts.function(one.function)
            unit = deferred.unit(function.file)
            key = facts.once(Typing).key(one.function, one.target)
            if not _judgeable(facts, key, function, one.embedded) or (unit.files, key) in seen:
                continue
            ends = teardowns(facts, unit)
            if not ends:
                continue
            found = memo.ask((one, unit.token), partial(_judge, facts, one, key, unit.files, ends[0]))
            if found:
                seen.add((unit.files, key))
            yield from found


def _stored(facts: Facts) -> Iterator[_Stored]:
    bodies = facts.once(Bodies)
    for producer in facts.once(Producers).all():
        for function, result, line in facts.sql(_STORED, producer.name, producer.file, producer.file):
            if producer.same and _elsewhere(facts, function, producer.puts):
                continue
            if _MEMBER.search(result):
                yield _as_stored(function, line, producer, " ".join(result.split()))
            elif result.isidentifier():
                text = bodies.text(function)
                targets = re.findall(_STORE.replace("{name}", result), text)
                if len(targets) == 1 and not _put_here(text, result, producer.puts):
                    yield _as_stored(function, line, producer, targets[0])


def _made(facts: Facts) -> Iterator[_Stored]:
    """Devices that are made as a part of something else; who makes one has its first reference."""
    for function, arguments, line in facts.sql(
        "SELECT c.function, c.arguments, c.line FROM names n CROSS JOIN call_row c ON c.name = n.id"
        " WHERE n.name = 'device_initialize' AND c.receiver = '' ORDER BY c.function, c.seq"
    ):
        target = arguments.strip().lstrip("& ")
        if arguments.strip().startswith("&") and _MEMBER.search(target):
            known = facts.once(Counts).putting("device", "kobj.kref", facts.function(function).file)
            puts = tuple(dict.fromkeys(("put_device", "device_unregister", *known)))
            yield _Stored(function, line, "device_initialize", target, puts, "device", True)


def _elsewhere(facts: Facts, function: int, puts: tuple[str, ...]) -> bool:
    """Whether another function of the file puts such an object, perhaps by its other name."""
    fact = facts.function(function)
    return bool(facts.once(Called).calling(fact.file, puts[:4]) - {fact.name})


def _put_here(text: str, name: str, puts: tuple[str, ...]) -> bool:
    return any(put in text and re.search(rf"\b{put}\s*\([^;]*\b{name}\b", text) is not None for put in puts)


def _as_stored(function: int, line: int, producer: Producer, target: str) -> _Stored:
    return _Stored(function, line, producer.name, target, producer.puts, producer.kind or producer.record)


def _judgeable(facts: Facts, key: Key, function: FunctionFact, embedded: bool) -> bool:
    """Whether all who can see the member are in the unit; if it is embedded, also as a part of its part."""
    if not key.record or not key.path or key.variable or function.path.startswith(_PROGRAMS):
        return False
    if embedded and facts.once(Records).member(key.record, key.path.partition(".")[0], function.file) is None:
        return False
    views = facts.once(Typing).views(key, function.file) if embedded else (key,)
    return all(_private(facts, view.record) for view in views if view.path)


def _private(facts: Facts, record: str) -> bool:
    rows = facts.sql(
        "SELECT DISTINCT p.path FROM records r JOIN files p ON p.id = r.file WHERE r.record = ?", record
    )
    return bool(rows) and not any(path.startswith(("include/", "arch/")) for (path,) in rows)


def _judge(facts: Facts, one: _Stored, key: Key, files: frozenset[int], end: Teardown) -> Iterator[Finding]:
    members = facts.once(Members)
    file = facts.function(one.function).file
    if members.leaves(key, files, one.puts, one.embedded) or members.put_by_core(key, file, one.puts):
        return
    yield _finding(facts, one, key, end)


def _finding(facts: Facts, one: _Stored, key: Key, end: Teardown) -> Finding:
    function, gone = facts.function(one.function), facts.function(end.function)
    put = one.puts[0]
    at = Where(function.path, one.line, function=function.name)
    last = Where(gone.path, gone.line, function=gone.name)
    confidence: Confidence = "medium"
    return Finding(
        code=CODE,
        verdict="bug",
        confidence=confidence,
        message=f"{key} keeps the reference from {one.call}(), and nothing puts it",
        where=at,
        kind="member",
        site=one.call,
        object=one.target,
        statement=f"{one.call}(&{one.target})" if one.embedded else f"{one.target} = {one.call}()",
        causes=(
            Cause(
                at,
                f"{one.call}() makes {one.target}, which is born with a reference"
                if one.embedded
                else f"{one.call}() takes a reference, and {one.target} keeps it",
            ),
            Cause(last, f"{gone.name}() takes the device down; neither it nor another function puts it"),
        ),
        evidence=(
            Evidence("pairing", f"{one.call}() gives a reference ({one.kind}) that {put}() puts"),
            Evidence("path", f"no {put}() of {key} in the module", searched=(at, last)),
        ),
        chain=(Link(gone.name, last, end.how),),
        remedy=f"call {put}() for it in {gone.name}()",
        claim=Claim(
            "leak",
            str(key),
            (
                Site("get", at.path, at.line, at.function, str(key), one.target, one.call),
                Site("teardown", last.path, last.line, last.function),
            ),
            missing=f"{put}({one.target})",
            before=1,
        ),
    )
