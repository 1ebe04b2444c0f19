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

from collections.abc import Iterator
from functools import partial

from lastput.audit.called import Called
from lastput.audit.feasible import Way
from lastput.audit.lost import Lost, losses, put_aside
from lastput.audit.memo import Memo
from lastput.effects.own.fates import Consumers
from lastput.effects.own.producers import Producer, Producers
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Link, Where

CODE = "REF001"
NAME = "reference-lost"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")
_CALLS = (
    "SELECT c.function, c.result, c.line FROM calls c JOIN functions f ON f.id = c.function"
    " WHERE c.name = ? AND c.receiver = '' AND c.use = 'assigned' AND (? = 0 OR f.file = ?)"
    " ORDER BY c.function, c.seq"
)


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each variable and function, at the first place where the reference is lost."""
    with Memo(facts, CODE, __file__) as memo:
        for producer in facts.once(Producers).all():
            for place in facts.sql(_CALLS, producer.name, producer.file, producer.file):
                yield from memo.ask((producer, place), partial(_of_call, facts, producer, *place))


def _of_call(facts: Facts, producer: Producer, identifier: int, result: str, line: int) -> Iterator[Finding]:
    function = facts.function(identifier)
    if function.path.startswith(_PROGRAMS):
        return
    lost = losses(facts.once(Bodies), facts.once(Consumers), function, producer, result, line)
    if lost is not None:
        kept = producer.retained or (lost.puts and not lost.settled) or _shared(facts, producer, function)
        ways = [way for way in lost.ways if way.failed or not kept]
        if ways:
            yield _finding(facts, function, producer, lost, ways)


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
    )


def _definition(facts: Facts, producer: Producer) -> Where | None:
    if not producer.function:
        return None
    fact = facts.function(producer.function)
    return Where(fact.path, fact.line, function=fact.name)
