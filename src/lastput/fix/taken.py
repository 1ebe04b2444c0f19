"""What a call in a function has taken, how it is given back there, and the ways out that leave it behind."""

from __future__ import annotations

__all__ = ["Taken", "taken"]

import re
from collections.abc import Callable, Sequence

import msgspec

from lastput.audit.counting import Releases, plain
from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.holding import Act, Holding
from lastput.audit.lost import locals_of, returns_pointer, succeeds_after
from lastput.audit.references import REFERENCES, Counted
from lastput.audit.truths import read_condition
from lastput.c.flow.graph import Call, Graph, Kind, Node
from lastput.c.patterns import has_word, pattern
from lastput.effects.own.fates import Consumers
from lastput.effects.own.iterators import Iterators
from lastput.effects.own.producers import Producers
from lastput.facts.base import Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.fix.case import Case, Unable
from lastput.fix.code import Code
from lastput.fix.owned import Held, held
from lastput.schema.claim import Site

#: Names of functions that take a reference for whoever calls them.
_FOR_OTHERS = re.compile(r"(?:^|_)(?:get|take|grab|hold|acquire|find|lookup)(?:_|$)")
_NAME = re.compile(r"^[A-Za-z_]\w*$")


class Taken(msgspec.Struct, frozen=True):
    """``name`` is the local variable that has the reference, or the expression that is counted. ``ways`` are
    the ways out on which it is left behind though it must not be; ``held`` says where it is had. ``failing``:
    only ways that report failure give it back. ``pointer``: the function returns one, or a truth value.
    ``names`` are the variables that lead to it."""

    code: Code
    function: FunctionFact
    node: Node
    name: str
    local: bool
    ways: tuple[Way, ...]
    held: Held
    given_up: Callable[[Node], bool]
    pointer: bool
    failing: bool
    names: frozenset[str] = frozenset()

    @property
    def graph(self) -> Graph:
        return self.code.graph


def taken(case: Case, get: Site) -> Taken:
    """What ``get`` takes, in the function around it. Raises Unable."""
    function = case.function(get.path, get.function, get.line)
    code = case.code(get.path, get.function, get.line)
    node, call = _call(code.graph, get)
    if node.kind is Kind.LOOP:
        return _of_loop(case, code, function, node, call)
    counted = next((one for one in REFERENCES.argument if get.call in one.get), None)
    value = call.result and _NAME.match(call.result) and plain(get.text) == plain(call.result)
    if counted is not None and not value:
        return _of_count(case, code, function, node, call, counted)
    if value:
        return _of_value(case, code, function, node, call)
    return _of_plain(case, code, function, node, call)


def _call(graph: Graph, get: Site) -> tuple[Node, Call]:
    name = get.call.removesuffix("()")
    for node, call in graph.calling(name):
        if call.line == get.line or node.line == get.line:
            return node, call
    raise Unable(f"{name}() is not found in line {get.line}")


def _of_value(case: Case, code: Code, function: FunctionFact, node: Node, call: Call) -> Taken:
    """A reference that the call's value is, in a local variable."""
    facts, graph, name = case.facts, code.graph, call.result
    producer = facts.once(Producers).of(call.name, function.file)
    puts = producer.puts if producer is not None else (_called(case.claim.missing),)
    text = facts.once(Bodies).text(function.id)
    holding = Holding(
        graph, name, puts, facts.once(Consumers), function.file, locals_of(graph, text) | {name},
        function.returns.rstrip().endswith("*"), function.id, text,
        call.arguments[0] if producer is not None and producer.same and call.arguments else "",
    )  # fmt: skip
    acts = {one.index: holding.act(one) for one in graph.nodes}

    def given_up(one: Node) -> bool:
        return acts[one.index] is not Act.NOTHING

    known = dict(always_before(graph).get(node.index, {}))
    known = {key: truth for key, truth in known.items() if not has_word(key, name)}
    known |= {name: True, f"IS_ERR({name})": False, f"IS_ERR_OR_NULL({name})": False}
    edge = _taken_edge(node, name) if node.kind is Kind.CONDITION else ""
    pointer = returns_pointer(function, graph)
    ways = ways_out(graph, Start(node.index, known, edge), given_up, pointer) or []
    puts_in = [one for one in graph.nodes if acts[one.index] is Act.PUT]
    retained = producer is not None and producer.retained
    failing = retained or bool(puts_in and not succeeds_after(graph, puts_in, pointer))
    if failing:
        ways = [way for way in ways if way.failed]
    _not_for_its_caller(code, name, ways, case)
    _sure_to_be_there(code, node, name, ways, case)
    safe = f"({name})" in case.claim.missing and tolerates_null(facts, _called(case.claim.missing))
    found = held(graph, node.index, given_up, name=name, edge=edge, tolerant=safe)
    names = frozenset(holding.names)
    return Taken(code, function, node, name, True, tuple(ways), found, given_up, pointer, failing, names)


def _of_loop(case: Case, code: Code, function: FunctionFact, node: Node, call: Call) -> Taken:
    """The reference on the variable of a loop macro, in each of its rounds."""
    facts, graph = case.facts, code.graph
    looped = facts.once(Iterators).by_name.get(call.name)
    if looped is None or looped.variable >= len(call.arguments):
        raise Unable(f"what {call.name}() holds is not known")
    name, text = call.arguments[looped.variable], facts.once(Bodies).text(function.id)
    holding = Holding(
        graph, name, looped.puts, facts.once(Consumers), function.file, locals_of(graph, text) | {name},
        function.returns.rstrip().endswith("*"), function.id, text,
    )  # fmt: skip

    def given_up(one: Node) -> bool:
        return one.index == node.index or holding.act(one) is not Act.NOTHING

    known = {**dict(always_before(graph).get(node.index, {})), name: True}
    pointer = returns_pointer(function, graph)
    ways = ways_out(graph, Start(node.index, known, "next"), given_up, pointer)
    found = held(graph, node.index, given_up, name=name, edge="next")
    names = frozenset(holding.names)
    return Taken(code, function, node, name, True, tuple(ways or ()), found, given_up, pointer, False, names)


def _of_count(
    case: Case, code: Code, function: FunctionFact, node: Node, call: Call, counted: Counted
) -> Taken:
    """A count of the call's argument; it is left raised only where the function fails."""
    graph = code.graph
    thing = plain(call.arguments[0]) if call.arguments else ""
    lowering = case.facts.once(Releases).of(function.file, counted)

    def given_up(one: Node) -> bool:
        return any(
            other.name in lowering or "devm_add_action" in other.name or other.name.startswith("guard_end")
            for other in one.calls
        )

    despite = call.name in counted.despite
    success = "always" if despite else counted.success
    known = dict(always_before(graph).get(node.index, {}))
    edge = ""
    if despite and call.result:
        known[call.result] = False
    if success != "always":
        truth = success == "nonzero"
        if node.kind is Kind.CONDITION:
            edge = "true" if read_condition(node.text)[1] == truth else "false"
        elif call.result:
            known[call.result] = truth
            known[f"{call.result} > 0"] = truth
    pointer = returns_pointer(function, graph)
    ways = ways_out(graph, Start(node.index, known, edge), given_up, pointer)
    found = held(graph, node.index, given_up, result=call.result, success=success, edge=edge)
    failed = tuple(way for way in ways or () if way.failed)
    return Taken(code, function, node, thing, False, failed, found, given_up, pointer, True)


def _of_plain(case: Case, code: Code, function: FunctionFact, node: Node, call: Call) -> Taken:
    """What ``claim.missing`` undoes, and the call begins; left behind only where the function fails."""
    graph = code.graph
    undo = _called(case.claim.missing)
    begins = {call.name: undo, "__module_get": "module_put", "try_module_get": "module_put"}

    def given_up(one: Node) -> bool:
        return any(other.name == begins[call.name] for other in one.calls)

    known = dict(always_before(graph).get(node.index, {}))
    success = "nonzero" if call.name.startswith("try_") else "always"
    edge = ""
    result = call.result if _NAME.match(call.result or "") else ""
    pointer_value = case.claim.missing.startswith(f"{undo}({call.result})") if call.result else False
    if node.kind is Kind.CONDITION:
        _, asked = read_condition(node.text)
        edge = "true" if asked == (success == "nonzero") else "false"
    elif pointer_value and call.result:
        known |= {call.result: True, f"IS_ERR({call.result})": False, f"IS_ERR_OR_NULL({call.result})": False}
        success = "nonzero"
    elif result:
        known[result] = success == "nonzero"
        success = success if success == "nonzero" else "zero"
    pointer = returns_pointer(function, graph)
    ways = ways_out(graph, Start(node.index, known, edge), given_up, pointer)
    name = call.result if pointer_value else ""
    found = held(graph, node.index, given_up, name=name, result=result, success=success, edge=edge)
    failed = tuple(way for way in ways or () if way.failed)
    thing = name or plain(case.claim.object)
    return Taken(code, function, node, thing, False, failed, found, given_up, pointer, True)


def _sure_to_be_there(code: Code, node: Node, name: str, ways: Sequence[Way], case: Case) -> None:
    """Raises Unable if nothing asks whether the call gave anything, nor goes by it, and what gives it back
    does not ask either."""
    missing = case.claim.missing
    asked = any(
        one.kind is Kind.CONDITION
        and read_condition(one.text)[0] in (name, f"IS_ERR({name})", f"IS_ERR_OR_NULL({name})")
        for one in code.graph.nodes
    )
    gone_by = all(any(f"{name}->" in one.text for one in way.nodes) for way in ways)
    if asked or gone_by or node.kind is Kind.CONDITION:
        return
    text = code.raw(code.function.body, code.function.end)
    errors = re.search(rf"(?:IS_ERR|PTR_ERR)\w*\(\s*{re.escape(name)}\b", text)
    if errors or not tolerates_null(case.facts, _called(missing)) or f"({name})" not in missing:
        raise Unable(f"nothing asks whether {name} leads anywhere")


def _not_for_its_caller(code: Code, name: str, ways: Sequence[Way], case: Case) -> None:
    """Raises Unable if the function may take the reference for its caller: it is called so, and returns what
    it was given, what the reference leads to, or has a counterpart that puts it."""
    head = code.function.head
    if not head.returns.rstrip().endswith("*") or not _FOR_OTHERS.search(head.name):
        return
    record = case.claim.object.removeprefix("struct ").partition(".")[0]
    counterpart = re.sub(r"(?:^|(?<=_))get(?=_|$)", "put", head.name)
    given = {one.name for one in head.parameters}
    values = [way.last.value for way in ways if way.last.kind is Kind.RETURN]
    from_it = any(value in given or re.match(rf"\(*\s*{re.escape(name)}\b", value) for value in values)
    paired = counterpart != head.name and bool(case.facts.functions(counterpart))
    if from_it or paired or re.search(rf"\b{re.escape(record)}\b", head.returns):
        raise Unable(f"{head.name}() may take it for its caller")


def tolerates_null(facts: Facts, put: str) -> bool:
    """Whether the definition of ``put`` begins by asking whether there is anything."""
    for one in facts.functions(put)[:1]:
        if one.parameters:
            name = one.parameters[0].name
            asks = pattern(rf"\{{\s*(?:[^;{{}}]*;\s*)?if\s*\(\s*(?:!\s*|IS_ERR_OR_NULL\(\s*)?{name}\s*[)|]")
            return asks.match(facts.once(Bodies).text(one.id)) is not None
    return False


def _called(text: str) -> str:
    return text.partition("(")[0]


def _taken_edge(node: Node, name: str) -> str:
    """The branch of ``if (!(p = get()))`` on which there is a reference."""
    expression, truth = read_condition(node.text)
    if expression.startswith(("IS_ERR", "PTR_ERR")):
        truth = not truth
    return "true" if truth else "false"
