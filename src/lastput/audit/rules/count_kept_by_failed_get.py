"""A call raised a count though it reported failure, and its caller does not lower it.

What it finds
    ``pm_runtime_get_sync()`` fails, and the function is left without a ``pm_runtime_put*()``.

Why it breaks
    It raises the usage count of the device before it tries to resume it, and leaves it raised when that
    fails. After one failure the device is never suspended again.

Example
    ret = pm_runtime_get_sync(dev);
    if (ret < 0)
            return ret;                 /* the usage count stays raised */

Instead
    Call pm_runtime_resume_and_get(), which lowers it itself, or pm_runtime_put_noidle() where it
    failed.

How lastput knows
    Which calls are so is in ``audit/references.toml`` (Documentation/power/runtime_pm.rst says it of
    each). The paths of the function are followed from the call, under the assumption that it failed,
    and under the assumption that it succeeded; a way out that only failure takes, on which neither the
    function nor another one of its file that it calls lowers the count, is reported.

Known limits
    A device whose count does not matter (it is about to be reset, or power management is off) is not
    told apart.

History
    Since commit dd8088d5a896 ("PM: runtime: Add pm_runtime_resume_and_get to deal with usage counter")
    (v5.10) there is a call without this trap.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import claim, site
from lastput.audit.counting import Pair, Releases, pairs, plain
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.lost import returns_pointer
from lastput.audit.memo import Memo
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Graph, Kind, Node
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF004"
NAME = "count-kept-by-failed-get"

_PROGRAMS = ("tools/", "scripts/", "samples/", "Documentation/")


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each call whose failure is seen, and then forgotten."""
    with Memo(facts, CODE, __file__) as memo:
        for pair in facts.once(pairs):
            if pair.get in pair.counted.despite and pair.use not in ("ignored", "returned"):
                yield from memo.ask(pair, partial(_of_pair, facts, pair))


def _of_pair(facts: Facts, pair: Pair) -> Iterator[Finding]:
    function = facts.function(pair.function)
    if function.path.startswith(_PROGRAMS) or function.name.startswith("pm_runtime_"):
        return
    graph = facts.once(Bodies).graph(function.id)
    if graph is not None and graph.clean:
        releases = facts.once(Releases)
        yield from _judge(facts, function, graph, pair, releases.of(function.file, pair.counted))


def _judge(
    facts: Facts, function: FunctionFact, graph: Graph, pair: Pair, lowering: frozenset[str]
) -> Iterator[Finding]:
    found = next(
        (
            (node, call)
            for node, call in graph.calling(pair.get)
            if call.line == pair.line and plain(call.arguments[0]) == pair.object
        ),
        None,
    )
    if found is None:
        return
    node, call = found
    before = dict(always_before(graph).get(node.index, {}))

    def ways(fails: bool) -> list[Way]:
        known, edge = dict(before), ""
        if call.result:
            known[call.result] = fails
        if node.kind is Kind.CONDITION:
            edge = "true" if read_condition(node.text)[1] == fails else "false"
        elif not call.result:
            return []
        return ways_out(graph, Start(node.index, known, edge), lowers, returns_pointer(function, graph)) or []

    def lowers(one: Node) -> bool:
        return any(other.name in lowering or "devm_add_action" in other.name for other in one.calls)

    failing = [
        way
        for way in ways(True)
        if way.failed is not False
        and _asked(way, call.result or node.text)
        and not _singled_out(way, call.result)
    ]
    fine = {(way.last.index, way.failed) for way in ways(False)}
    failing = [way for way in failing if (way.last.index, way.failed) not in fine]
    if not failing:
        return
    way = min(failing, key=lambda way: (way.last.line, len(way.nodes)))

    def at(line: int) -> Where:
        return Where(function.path, line, function=function.name)

    thing = call.arguments[0]
    yield Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{pair.get}({thing}) failed, and the count that it raised all the same is not lowered",
        where=at(way.last.line),
        kind="error path",
        site=pair.get,
        object=thing,
        statement=node.text,
        causes=(
            Cause(at(node.line), f"{pair.get}() raises the count of {thing}, whether it fails or not"),
            Cause(at(way.last.line), "only its failure leads here, and nothing has lowered the count"),
        ),
        evidence=(
            Evidence("pairing", f"{pair.get}() leaves the count raised when it fails"),
            Evidence(
                "path",
                f"no {pair.counted.put[0]}() or the like on it",
                searched=(at(node.line), at(way.last.line)),
            ),
        ),
        chain=(Link(function.name, at(way.last.line)),),
        remedy=f"call pm_runtime_resume_and_get({thing}), or pm_runtime_put_noidle({thing}) where it failed",
        claim=claim(
            facts,
            "leak",
            (at(node.line), thing),
            (site("get", at(node.line), pair.get, detail="it fails"), site("exit", at(way.last.line))),
            f"pm_runtime_put_noidle({thing})",
            1,
        ),
    )


def _singled_out(way: Way, result: str) -> bool:
    """Whether the way is that of one error code, which the function takes for no failure."""
    return bool(result) and any(
        way.known.get(f"{result} {sign} {code}") is truth
        for code in {found for key in way.known for found in re.findall(r"-E[A-Z0-9_]+", key)}
        for sign, truth in (("==", True), ("!=", False))
    )


def _asked(way: Way, result: str) -> bool:
    """Whether a condition of the way asks for the result of the call."""
    return any(
        node.kind is Kind.CONDITION and (read_condition(node.text)[0] == result or node.text == result)
        for node in way.nodes
    )
