"""A function is left with a reference that nobody has.

What it finds
    A local variable is given a reference (``of_find_node_by_name()``, ``bus_find_device()``,
    ``clk_get()``, or a function that returns what one of them gave it), and on a path to the end of the
    function it is neither put, nor returned, nor stored, nor handed to a function that does one of
    these.

Why it breaks
    The count never comes back to zero: the object is never freed, its module can never be unloaded, a
    device cannot be unbound, and an overlay cannot be removed. A caller that can provoke the path again
    and again lets the count overflow.

Example
    np = of_parse_phandle(dev->of_node, "phy", 0);
    if (!np)
            return -ENODEV;
    if (!of_device_is_available(np))
            return -ENODEV;             /* np is lost here */
    ...
    of_node_put(np);

Instead
    Go to a label that puts it, or declare the variable with ``__free(device_node)``.

How lastput knows
    Which calls give references is inferred from bodies (``lastput effects``); what has none that would
    tell is in ``effects/own/leaves.toml``. The
    paths of the function are followed with what their conditions say of each other, from the call on,
    under the assumption that it succeeded. A call that is given the reference is looked at, four calls
    deep: it may put it or keep it. A call that is not understood is taken to keep it. A clock,
    regulator or reset line is used as long as the device works, so only error returns count for it; the
    same holds where only error paths put the reference.

Known limits
    Variables that are not local are left to other rules. A reference that one path stores and no path
    puts is reported with low confidence: it may have been found there by another name.

History
    Reported on Linux 6.1.192: 253 places with default confidence; on 6.12.117: 246.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.called import Called
from lastput.audit.claims import lost_reference
from lastput.audit.feasible import Way
from lastput.audit.lost import Lost, losses, put_aside
from lastput.audit.memo import Memo
from lastput.c.flow.graph import Call, Kind, Node
from lastput.c.patterns import pattern
from lastput.effects.own.fates import Consumers
from lastput.effects.own.producers import Producer, Producers
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.facts.roles import roles
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "REF001"
NAME = "reference-lost"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT c.function, c.result, c.line FROM calls c JOIN functions f ON f.id = c.function"
    " WHERE c.name = ? AND c.receiver = '' AND c.use = 'assigned' AND (? = 0 OR f.file = ?)"
    " ORDER BY c.function, c.seq"
)
_UNNAMED = (
    "SELECT c.function, c.line FROM calls c JOIN functions f ON f.id = c.function"
    " WHERE c.name = ? AND c.receiver = '' AND c.use = 'used' AND (? = 0 OR f.file = ?)"
    " ORDER BY c.function, c.seq"
)
#: Fields of tables whose functions set something up, or end it.
_SETS_UP = re.compile(
    r"probe|init|bind|attach|setup|add|create|register|enable|start|prepare|resume|power|connect|match|map"
    r"|config|request|load|get|set"
)
#: What asks only whether there is something.
_ASKED_AFTER = re.compile(r"^\)*(?:[!=]=\s*NULL)?\)*$")
_ASKED = re.compile(r"^(?:!!?|\(|NULL\s*[!=]=|(?:WARN_ON(?:_ONCE)?|(?:un)?likely|BUG_ON)\()*$")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each variable and function, at the first place where the reference is lost."""
    with Memo(facts, CODE, __file__) as memo:
        for producer in facts.once(Producers).all():
            for place in facts.sql(_CALLS, producer.name, producer.file, producer.file):
                yield from memo.ask((producer, place), partial(_of_call, facts, producer, *place))
            for place in facts.sql(_UNNAMED, producer.name, producer.file, producer.file):
                yield from memo.ask((producer, place), partial(_of_value, facts, producer, *place))


def _of_call(facts: Facts, producer: Producer, identifier: int, result: str, line: int) -> Iterator[Finding]:
    function = facts.function(identifier)
    if function.path.startswith(_PROGRAMS):
        return
    lost = losses(facts.once(Bodies), facts.once(Consumers), function, producer, result, line)
    if lost is not None:
        kept = (
            (producer.retained and not _again(facts, function))
            or (lost.puts and not lost.settled)
            or _shared(facts, producer, function)
        )
        ways = [way for way in lost.ways if way.failed or not kept]
        if ways:
            yield _finding(facts, function, producer, lost, ways)
        elif lost.anew is not None and not _shared(facts, producer, function):
            yield _overwritten(facts, function, producer, lost, lost.anew)


def _overwritten(facts: Facts, function: FunctionFact, producer: Producer, lost: Lost, way: Way) -> Finding:
    """The variable is set anew while it has the only way to the object."""
    name, put, node = lost.call.result, producer.puts[0], way.nodes[-1]

    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"the reference on {name} from {producer.name}() is lost where {name} is set anew",
        where=at(node.line),
        kind="overwritten",
        site=producer.name,
        object=name,
        statement=lost.node.text,
        causes=(
            Cause(at(lost.call.line), f"{producer.name}() takes a reference for {name}"),
            Cause(at(node.line), f"{name} is set to something else, and was neither put nor kept"),
        ),
        evidence=(
            Evidence(
                "pairing",
                f"{producer.name}() gives a reference ({producer.record or producer.kind}) that {put}() puts",
                where=_definition(facts, producer),
            ),
            Evidence("path", f"no {put}() in between", searched=(at(lost.call.line), at(node.line))),
        ),
        chain=(Link(function.name, at(node.line)),),
        remedy=f"call {put}({name}) before it is set anew",
        claim=lost_reference(
            facts, function, name, producer.name, (lost.call.line, node.line), producer.puts
        ),
    )


def _again(facts: Facts, function: FunctionFact) -> bool:
    """Whether a function runs again and again while the device works, so that what it keeps adds up: it is
    called through a table, and not by what sets a device up."""
    fields = [one.via.rpartition(".")[2] for one in roles(facts, function.id) if one.role in ("ops", "sysfs")]
    return bool(fields) and not any(_SETS_UP.search(field) for field in fields)


def _of_value(facts: Facts, producer: Producer, identifier: int, line: int) -> Iterator[Finding]:
    """A reference that gets no name: it is asked for whether it is there, or given to a call that only looks
    at it."""
    function = facts.function(identifier)
    if function.path.startswith(_PROGRAMS) or producer.retained or producer.same:
        return
    graph = facts.once(Bodies).graph(identifier)
    for node, call in graph.calling(producer.name) if graph is not None and graph.clean else ():
        if call.line == line and not call.result and node.kind is not Kind.CLEANUP:
            said = _dropped(facts, function, node, call, producer)
            if said:
                yield _unnamed(facts, function, producer, node, call, said)
            return


def _dropped(facts: Facts, function: FunctionFact, node: Node, call: Call, producer: Producer) -> str:
    """What becomes of the value, if that is nothing that gives it back; ""."""
    written = pattern(rf"\b{producer.name}\s*\(").search(node.text)
    if written is None:
        return ""
    close = _close(node.text, written.end() - 1)
    before, after = node.text[: written.start()].strip(), node.text[close + 1 :].strip()
    if node.kind is Kind.CONDITION and _ASKED.match(before) and _ASKED_AFTER.match(after):
        return "is asked for only to see whether it is there"
    inner = node.text[written.start() : close + 1]
    outer = [
        (other, position)
        for other in node.calls
        for position, argument in enumerate(other.arguments)
        if other is not call and " ".join(argument.split()) == " ".join(inner.split())
    ]
    if len(outer) != 1:
        return ""
    (other, position) = outer[0]
    if not resolve(facts, other.name, function.file):
        return ""  # a macro may name its argument twice, and put it
    fate = facts.once(Consumers).fate(other.name, other.receiver, position, function.file, function.id)
    if fate != "seen" or other.name.startswith(("IS_ERR", "PTR_ERR")) or _same_object(facts, other, function):
        return ""
    return f"is given to {other.name}() only, which does not put it"


def _same_object(facts: Facts, call: Call, function: FunctionFact) -> bool:
    """Whether the value of a call may be the object that it was given, by another type."""
    typing = facts.once(Typing)
    if typing.view(call.name, function.file) is not None or typing.embedded(call.name, function.file):
        return True
    if re.search(r"(?:^|_)to_|fwnode|verify|container_of", call.name):
        return True
    return any(
        facts.function(one).returns.rstrip().endswith("*") for one in resolve(facts, call.name, function.file)
    )


def _unnamed(
    facts: Facts, function: FunctionFact, producer: Producer, node: Node, call: Call, said: str
) -> Finding:
    at = Where(function.path, node.line, function=function.name)
    put = producer.puts[0]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"the reference from {producer.name}() {said}",
        where=at,
        kind="unnamed",
        site=producer.name,
        object=producer.name,
        statement=node.text,
        causes=(Cause(at, f"{producer.name}() takes a reference; its value {said}"),),
        evidence=(
            Evidence(
                "pairing",
                f"{producer.name}() gives a reference ({producer.record or producer.kind}) that {put}() puts",
                where=_definition(facts, producer),
            ),
        ),
        chain=(Link(function.name, at),),
        remedy=f"keep the value in a variable, and call {put}() for it",
        claim=Claim(
            "leak",
            f"struct {producer.record}" if producer.record else producer.kind,
            (Site("get", at.path, at.line, at.function, text=call.name, call=call.name),),
            missing=f"{put}(...)",
        ),
    )


def _close(text: str, opened: int) -> int:
    """The offset of the parenthesis that closes the one at ``opened``."""
    depth = 0
    for index in range(opened, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if not depth:
            return index
    return len(text)


def _shared(facts: Facts, producer: Producer, function: FunctionFact) -> bool:
    """Whether the object is one that the function was led to by what it was given, and another function of
    the file gives back such a reference: by another way to it, perhaps."""
    if not producer.same:
        return False
    others = facts.once(Called).calling(function.file, producer.puts[:4])
    return bool(others - {function.name})


def _finding(
    facts: Facts, function: FunctionFact, producer: Producer, lost: Lost, ways: list[Way]
) -> Finding:
    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    name, put = lost.call.result, producer.puts[0]
    left = ways[0].last
    causes = [Cause(at(lost.call.line), f"{producer.name}() takes a reference for {name}")]
    evidence = [
        Evidence(
            "pairing",
            f"{producer.name}() gives a reference ({producer.record or producer.kind}) that {put}() puts",
            where=_definition(facts, producer),
        )
    ]
    if lost.puts:
        causes.append(Cause(at(lost.puts[0].line), "another path puts it here"))
        evidence.append(Evidence("path", f"put in line {lost.puts[0].line}", where=at(lost.puts[0].line)))
    else:
        span = tuple(at(line) for line in (function.line, function.end_line))
        evidence.append(Evidence("path", f"no {put}() of {name} in {function.name}()", searched=span))
    causes.append(Cause(at(left.line), f"the function is left here, and {name} was neither put nor kept"))
    confidence: Confidence = "medium"
    depends: tuple[str, ...] = ()
    guard = put_aside(lost.graph, ways[0], lost.puts)
    if guard:
        confidence = "low"
        depends = (f"({guard}) has the other answer where it is put",)
    if lost.kept and not lost.puts:
        confidence = "low"
        depends = (f"line {lost.kept[0].line} keeps {name} on another path",)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence=confidence,
        message=f"the reference on {name} from {producer.name}() is lost when {function.name}() is left",
        where=at(left.line),
        kind="error path" if ways[0].failed else "path",
        site=producer.name,
        object=name,
        statement=lost.node.text,
        causes=tuple(causes),
        evidence=tuple(evidence),
        chain=(Link(function.name, at(left.line)),),
        remedy=f"call {put}({name}) before it is left, or declare {name} with __free()",
        depends_on=depends,
        claim=lost_reference(
            facts, function, name, producer.name, (lost.call.line, left.line), producer.puts
        ),
    )


def _definition(facts: Facts, producer: Producer) -> Where | None:
    if not producer.function:
        return None
    fact = facts.function(producer.function)
    return Where(fact.path, fact.line, function=fact.name)
