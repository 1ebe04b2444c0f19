"""What probe took, its error path gives back, and remove does not.

What it finds
    A ``.probe`` takes a reference or raises a count, and gives it back where a later step fails. The
    ``.remove`` of the same driver exists, and nothing else in the file gives back anything of this
    kind.

Why it breaks
    Each bind leaves one reference behind. The object is never freed, and the next bind may fail.

Example
    static int foo_probe(struct platform_device *pdev)
    {
            ret = of_reserved_mem_device_init(dev);
            ...
    err:
            of_reserved_mem_device_release(dev);
            return ret;
    }
    static void foo_remove(struct platform_device *pdev)
    {
            foo_stop(platform_get_drvdata(pdev));   /* and the memory? */
    }

Instead
    Give it back in remove, or take it with the devm_ form.

How lastput knows
    The two functions stand in the same table as ``.probe`` and ``.remove``. The calls are in
    ``effects/own/leaves.toml``. A path on which probe succeeds holds the reference to its end, or stores
    it; no other function of the file calls what gives it back, nor is one of them handed to
    devm_add_action().

Known limits
    A reference that another file gives back (a shared core of several drivers) is not seen: the drivers
    that have such a core keep the taking there as well, as a rule.

History
    Reported on Linux 6.1.192: 7 places; on 6.12.117: 2.
"""

from __future__ import annotations

__all__ = ["CODE", "NAME", "run"]

import re
from collections.abc import Iterator, Mapping
from functools import partial

from lastput.audit.called import Called
from lastput.audit.claims import claim, site
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.holding import Act, Holding, is_local
from lastput.audit.lost import locals_of
from lastput.audit.memo import Memo
from lastput.audit.references import REFERENCES, Counted
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.effects.own.fates import Consumers
from lastput.effects.own.leaves import LEAVES, Given
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "REF006"
NAME = "never-put-in-remove"

#: Counts that the core lowers by itself when a driver goes.
_BY_CORE = ("runtime_pm",)
_TABLES = """
    SELECT DISTINCT p.file, p.value, r.value FROM fields p JOIN fields r ON r.variable = p.variable
    WHERE p.field IN ('probe', 'probe_new') AND r.field IN ('remove', 'remove_new')
    ORDER BY p.file, p.value"""


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each reference that a probe takes and only its error path puts."""
    tables: tuple[Counted | Given, ...] = (*REFERENCES.argument, *LEAVES.result)
    wanted = {name: one for one in tables if one.kind not in _BY_CORE for name in one.get}
    by_file: dict[int, list[tuple[str, str]]] = {}
    for file, probe, remove in facts.sql(_TABLES):
        by_file.setdefault(file, []).append((probe.lstrip("&"), remove.lstrip("&")))
    with Memo(facts, CODE, __file__) as memo:
        for file, pairs in by_file.items():
            for probe, remove in dict.fromkeys(pairs):
                found = facts.functions(probe, facts.path(file))
                end = facts.functions(remove, facts.path(file))
                if len(found) != 1 or len(end) != 1:
                    continue
                place = (found[0].id, end[0].id)
                yield from memo.ask(place, partial(_of_probe, facts, wanted, found[0], end[0]))


def _of_probe(
    facts: Facts, wanted: Mapping[str, Counted | Given], probe: FunctionFact, remove: FunctionFact
) -> Iterator[Finding]:
    bodies, consumers = facts.once(Bodies), facts.once(Consumers)
    for call in facts.calls_in(probe.id):
        one = wanted.get(call.name)
        if one is None or call.receiver or _elsewhere(facts.once(Called), probe, one):
            continue
        if any(f"{put}(" in bodies.text(probe.id) for put in one.put):
            yield from _judge(bodies, consumers, probe, remove, one, call.name, call.line)


def _elsewhere(called: Called, probe: FunctionFact, one: Counted | Given) -> bool:
    """Whether another function of the file gives back something of this kind, or hands that on."""
    puts = called.calling(probe.file, one.put)
    if isinstance(one, Given):
        puts -= called.calling(probe.file, one.get)
    actions = any("add_action" in name for names in called.of(probe.file).values() for name in names)
    return actions or bool(puts - {probe.name})


def _judge(
    bodies: Bodies,
    consumers: Consumers,
    probe: FunctionFact,
    remove: FunctionFact,
    one: Counted | Given,
    name: str,
    line: int,
) -> Iterator[Finding]:
    graph = bodies.graph(probe.id)
    if graph is None or not graph.clean:
        return
    found = next(((node, call) for node, call in graph.calling(name) if call.line == line), None)
    if found is None:
        return
    node, call = found
    thing = call.result if isinstance(one, Given) else call.arguments[0].strip("& ")
    if not thing:
        return
    word = re.compile(rf"(?<![\w.>]){re.escape(thing)}\b")
    puts = [
        (other, given) for other in graph.nodes for given in other.calls
        if given.name in one.put and word.search(", ".join(given.arguments))
    ]  # fmt: skip
    if puts and _held_at_success(bodies, consumers, probe, graph, node, call, one, thing):
        put, lowering = puts[0][0], puts[0][1].name
        yield _finding(bodies.facts, probe, remove, node, put, lowering, name, thing, one.kind)


def _held_at_success(
    bodies: Bodies,
    consumers: Consumers,
    probe: FunctionFact,
    graph: Graph,
    node: Node,
    call: Call,
    one: Counted | Given,
    thing: str,
) -> bool:
    """Whether probe can succeed without having given it back."""
    if node.kind is Kind.CONDITION:
        return False
    known = {**always_before(graph).get(node.index, {}), thing: True, f"IS_ERR({thing})": False}
    if isinstance(one, Counted) and call.result:
        known[call.result] = one.success == "nonzero"
    if isinstance(one, Given) and is_local(thing, bodies.text(probe.id)):
        locals_ = locals_of(graph, bodies.text(probe.id)) | {thing}
        holding = Holding(graph, thing, one.put, consumers, probe.file, locals_)

        def stops(other: Node) -> bool:
            return holding.act(other) in (Act.PUT, Act.LOST)

        def stored(way: Way) -> bool:
            return any(
                write.value == thing and "->" in write.target for other in way.nodes for write in other.writes
            )

    else:

        def stops(other: Node) -> bool:
            return any(given.name in one.put for given in other.calls)

        def stored(way: Way) -> bool:
            return True

    ways = ways_out(graph, Start(node.index, known), stops, False)
    return any(way.failed is False and stored(way) for way in ways or ())


def _finding(
    facts: Facts,
    probe: FunctionFact,
    remove: FunctionFact,
    node: Node,
    put: Node,
    lowering: str,
    name: str,
    thing: str,
    kind: str,
) -> Finding:
    def at(line: int) -> Where:
        return Where(probe.path, line, function=probe.name)

    gone = Where(remove.path, remove.line, function=remove.name)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{remove.name}() does not give back what {name}() gave {probe.name}()",
        where=gone,
        kind=kind,
        site=name,
        object=thing,
        statement=node.text,
        causes=(
            Cause(at(node.line), f"{name}() takes it for {thing}"),
            Cause(at(put.line), f"{lowering}() gives it back when a later step fails"),
            Cause(gone, f"no {lowering}() here, nor in another function of the file"),
        ),
        evidence=(
            Evidence("pairing", f"{lowering}() undoes {name}()", where=at(put.line)),
            Evidence(
                "path",
                f"no {lowering}() outside of {probe.name}()",
                searched=(gone, Where(remove.path, remove.end_line)),
            ),
        ),
        chain=(Link(remove.name, gone, "driver table"),),
        remedy=f"call {lowering}() in {remove.name}(), or take it with a devm_ call",
        claim=claim(
            facts,
            "leak",
            (at(node.line), thing),
            (site("get", at(node.line), name), site("teardown", gone), site("exit", gone)),
            f"{lowering}({thing})",
            2,
        ),
    )
