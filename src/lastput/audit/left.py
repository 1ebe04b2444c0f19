"""Ways out of a function that report failure, and leave live what it has begun."""

from __future__ import annotations

__all__ = ["Entry", "Left", "Lefts"]

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache, partial

import msgspec

from lastput.audit.feasible import Start, Way, always_before, ways_out
from lastput.audit.inside import Insides
from lastput.audit.left_ways import (
    Ending,
    calls_one,
    guard_of,
    node_of,
    rounds,
    same,
    start_after,
    undoes,
    worthwhile,
)
from lastput.audit.lost import returns_pointer
from lastput.audit.truths import read_condition
from lastput.audit.units import Unit, units
from lastput.c.flow.graph import Call, Edge, Graph, Kind, Node
from lastput.effects.life.begun import Begun, Life, Undo
from lastput.effects.life.pairs import opposite
from lastput.facts.base import CallFact, Facts, FunctionFact
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import receiver_types, resolve

_CALLERS = 4
_DEPTH = 3  # calls, up from what begins and up from what ends
#: Fields in which a function of a table takes back what another one has set up.
_TAKES_BACK = re.compile(
    r"(?:^|_)(?:un\w+|remove\w*|disconnect|detach\w*|exit|fini|release|close|stop|shutdown|free|destroy|cleanup|deinit"
    r"|dev_uninit|del\w*|detach_dev|disable|deactivate|teardown|kill|term|uninit|put|dtr)(?:_|$)"
)
_RELEASES = re.compile(r"(?:^|_)(?:release|destructor|destroy|free|dtor|private_free)(?:_|$)|destructor")
_TABLES = ("operations", "_ops")
_OWNED = ("dev_free", "private_free")
_AGAIN = re.compile(r"suspend|resume|freeze|thaw|restore|poweroff|reset|ioctl")
_TESTS = ("tools/", "samples/", "scripts/", "Documentation/")
_LOCAL = re.compile(r"^[A-Za-z_]\w*$")


class Entry(msgspec.Struct, frozen=True):
    """How the core enters what fails: ``module init``, ``exported``, or a field of a table (``foo.probe``) of
    type ``kind``, whose fields ``taking`` come to what ends it."""

    how: str
    kind: str = ""
    field: str = ""
    taking: tuple[str, ...] = ()


class Left(msgspec.Struct, frozen=True):
    """``begun`` is left behind on ``way``, which fails; ``undo`` ends it elsewhere. ``callers`` are the calls
    by which the module comes to it, outermost first, from ``entry`` on; ``guard`` is a condition that jumps
    over what would end it, ``known`` whether the way surely fails."""

    begun: Begun
    function: FunctionFact
    node: Node
    way: Way
    undo: Undo
    unit: Unit
    entry: Entry
    callers: tuple[CallFact, ...] = ()
    guard: str = ""
    graph: Graph | None = None

    def edges(self, node: Node, following: Node) -> list[Edge]:
        """How the way leaves a node."""
        found = self.graph.successors[node.index] if self.graph is not None else ()
        return [edge for edge in found if edge.target == following.index][:1]


class Lefts:
    """Asks each function that begins something."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.life = facts.once(Life)
        self.bodies = facts.once(Bodies)
        self.units = units(facts)
        self._insides = facts.once(Insides)
        self._ending = lru_cache(maxsize=4000)(self._ending_of)
        self._after_failure = lru_cache(maxsize=None)(self._undone_after_failure)

    @cached_property
    def candidates(self) -> list[tuple[Begun, Unit]]:
        """What is begun in a module that also ends things of its kind, in the order of the tree."""
        found = []
        for file in self.facts.in_order(self.life.begun):
            unit = self.units.get(file)
            if unit is None or not unit.modular or self.facts.path(file).startswith(_TESTS):
                continue
            ended = {one.call for home in unit.files for one in self.life.undone.get(home, ())}
            for one in self.life.begun[file]:
                if ended & set(one.ends) and one.use != "returned":
                    found.append((one, unit))
        return found

    def of(self, begun: Begun, unit: Unit) -> Iterator[Left]:
        """The shortest way that leaves it behind, if there is one."""
        function = self.facts.function(begun.function)
        ending = self._ending(begun, unit)
        if not ending.undos or self._inside(unit, begun):
            return
        if function.returns.split()[-1:] != ["void"]:
            yield from self._left(begun, unit, ending, function, begun.call, begun.line)
            return
        if function.name in ending.names or any(one.function == function.id for one in ending.undos):
            return
        for caller, line in self._insides.of(unit).callers(function.id)[:_CALLERS]:
            fact = self.facts.function(caller)
            if fact.returns.split()[-1:] != ["void"]:
                yield from self._left(begun, unit, ending, fact, function.name, line)

    def _left(
        self, begun: Begun, unit: Unit, ending: Ending, function: FunctionFact, name: str, line: int
    ) -> Iterator[Left]:
        """A way out of ``function`` after its call of ``name``, which begins it."""
        if function.section == "exit" or not worthwhile(self.bodies.text(function.id), name, begun, ending):
            return
        graph = self.bodies.graph(function.id)
        if graph is None or not graph.clean:
            return
        found = node_of(graph, name, line)
        start = start_after(self.life, graph, *found) if found is not None else None
        if found is None or start is None:
            return
        nodes = rounds(graph, found[0], {one.index for one in graph.nodes if undoes(begun, ending, one)})

        def stops(one: Node) -> bool:
            return one.index in nodes

        pointer = returns_pointer(function, graph)
        ways = [one for one in ways_out(graph, start, stops, pointer) or () if self._fails(one, begun)]
        if not ways:
            return
        if self._released(ending, unit):
            return
        guards = {id(one): guard_of(graph, one, nodes) for one in ways}
        way = min(
            ways, key=lambda one: (bool(guards[id(one)]), one.failed is None, one.last.line, len(one.nodes))
        )
        for entry, callers in self._roots(begun, function, unit, ending, bool(nodes), 0):
            undo = min(
                ending.undos,
                key=lambda one: (one.function == begun.function, one.file != begun.file, one.line),
            )
            yield Left(begun, function, found[0], way, undo, unit, entry, callers, guards[id(way)], graph)
            return

    def _roots(
        self, begun: Begun, function: FunctionFact, unit: Unit, ending: Ending, own: bool, depth: int
    ) -> Iterator[tuple[Entry, tuple[CallFact, ...]]]:
        """Ways from outside of the module to a function after whose failure nothing ends what it began."""
        inside = self._insides.of(unit)
        calls = [(one, line) for one, line in inside.callers(function.id) if one != function.id]
        for entry in self._entries(function, unit, ending, own):
            yield entry, ()
        if not calls and own and not self._handed(function):
            yield Entry("its other ways out undo it"), ()
        if depth >= _DEPTH:
            return
        for caller, line in calls:
            fact = self.facts.function(caller)
            left = self._failing(fact, function.name, line, ending.names | set(begun.ends))
            if left is None:
                continue
            call = next(one for one in inside.calls(caller) if one.line == line and one.name == function.name)
            for entry, callers in self._roots(begun, fact, unit, ending, own or left, depth + 1):
                yield entry, (*callers, call)

    def _failing(self, caller: FunctionFact, name: str, line: int, names: frozenset[str]) -> bool | None:
        """Whether the caller ends it on other ways out; None if it always does when the call fails, or goes
        on."""
        if caller.returns.split()[-1:] == ["void"]:
            return None
        graph = self.bodies.graph(caller.id)
        found = node_of(graph, name, line) if graph is not None and graph.clean else None
        if graph is None or found is None:
            return None
        node, call = found
        known = dict(always_before(graph).get(node.index, {}))
        edge = ""
        if node.kind is Kind.RETURN:
            return any(one.name in names for other in graph.nodes for one in other.calls)
        if node.kind is Kind.CONDITION:
            edge = "true" if read_condition(node.text)[1] else "false"
        elif not call.result:
            return None
        if call.result:
            known[call.result] = True
        stops = partial(calls_one, names)
        ways = ways_out(graph, Start(node.index, known, edge), stops, returns_pointer(caller, graph))
        if not any(one.failed for one in ways or ()):
            return None
        return any(stops(one) for one in graph.nodes)

    def _handed(self, function: FunctionFact) -> bool:
        """Whether somebody is given the function: then it is entered by ways that are not known."""
        return bool(
            self.facts.sql(
                "SELECT 1 FROM field_row r JOIN variables v ON v.id = r.variable"
                " WHERE r.value IN (?, ?) AND v.file = ? LIMIT 1",
                function.name, f"&{function.name}", function.file,
            )
        )  # fmt: skip

    def _entries(self, function: FunctionFact, unit: Unit, ending: Ending, own: bool) -> Iterator[Entry]:
        """How the core enters the function, if it then will not enter one that ends it."""
        if self.facts.sql(
            "SELECT 1 FROM entries WHERE role = 'init' AND target = ? AND file = ? LIMIT 1",
            function.name, function.file,
        ):  # fmt: skip
            yield Entry("module init")
            return
        rows = self.facts.sql(
            "SELECT v.id, v.name, v.type, r.path FROM field_row r JOIN variables v ON v.id = r.variable"
            " WHERE r.value IN (?, ?) AND v.file = ? ORDER BY r.id",
            function.name, f"&{function.name}", function.file,
        )  # fmt: skip
        for variable, name, kind, path in rows:
            field = path.rpartition(".")[2]
            if kind == "kunit_suite" or _TAKES_BACK.search(field) or _AGAIN.search(field):
                continue
            others = [
                (other.rpartition(".")[2], value.lstrip("& ").removeprefix("__exit_p(").rstrip(") "))
                for other, value in self.facts.sql(
                    "SELECT path, value FROM field_row WHERE variable = ?", variable
                )
            ]
            back = [(other, value) for other, value in others if _TAKES_BACK.search(other)]
            if own or any(value in ending.names for _, value in back):
                yield Entry(f"{name}.{path}", kind, field, tuple(sorted({other for other, _ in back})))
                return
        alone = not function.static and not self._insides.of(unit).callers(function.id)
        if alone and any(opposite(function.name, one) for one in ending.exported):
            yield Entry("exported")

    def taken_back(self, kind: str, field: str, taking: tuple[str, ...]) -> bool:
        """Whether the core calls one of the fields ``taking`` of a table when that of ``field`` failed."""
        return any(self._after_failure(kind, field, one) for one in taking)

    def _undone_after_failure(self, kind: str, field: str, taking: str) -> bool:
        found = False
        for call in self._indirect(field):
            graph = self.bodies.graph(call.function)
            node = node_of(graph, field, call.line) if graph is not None and graph.clean else None
            if graph is None or node is None or not self._types(call, kind):
                continue
            known = dict(always_before(graph).get(node[0].index, {}))
            edge = ""
            if node[0].kind is Kind.CONDITION:
                edge = "true" if read_condition(node[0].text)[1] else "false"
            elif not node[1].result:
                continue
            if node[1].result:
                known[node[1].result] = True
            file = self.facts.function(call.function).file
            takers = self._takers(taking, file)

            def stops(one: Node, takers: frozenset[str] = takers) -> bool:
                return any(
                    (other.receiver and other.name == taking) or (not other.receiver and other.name in takers)
                    for other in one.calls
                )

            if not any(map(stops, graph.nodes)):
                continue
            pointer = returns_pointer(self.facts.function(call.function), graph)
            ways = ways_out(graph, Start(node[0].index, known, edge), stops, pointer)
            if ways is not None and not any(one.failed for one in ways):
                found = True
        return found

    def _indirect(self, field: str) -> list[CallFact]:
        rows = self.facts.sql("SELECT * FROM calls WHERE name = ? AND receiver != '' LIMIT 400", field)
        return [CallFact(*row) for row in rows]

    def _types(self, call: CallFact, kind: str) -> bool:
        """Whether the receiver of a call may be a table of that type."""
        fact = self.facts.function(call.function)
        return kind in receiver_types(
            self.facts, fact, call.receiver
        ) or f"struct {kind} " in self.bodies.text(call.function)

    def _takers(self, field: str, file: int) -> frozenset[str]:
        """Functions of a directory that call a field by that name, or one another that does."""
        home = self.facts.path(file).rpartition("/")[0]
        found: set[str] = set()
        rows = self.facts.sql(
            "SELECT DISTINCT f.id, f.file FROM calls c JOIN functions f ON f.id = c.function"
            " WHERE c.name = ? AND c.receiver != ''", field,
        )  # fmt: skip
        level = {one for one, where in rows if self.facts.path(where).rpartition("/")[0] == home}
        for _ in range(_DEPTH + 3):
            names = {self.facts.function(one).name for one in level} - found
            found |= names
            level = {
                call.function
                for call in self.facts.calls_of(sorted(names))
                if self.facts.function(call.function).path.rpartition("/")[0] == home
            }
        return frozenset(found)

    def _inside(self, unit: Unit, begun: Begun) -> bool:
        """Whether the call is one of the module itself, or of a test."""
        if self._insides.of(unit).resolve(begun.call, begun.file):
            return True
        signature = self.life.pairs.signature(begun.call)
        home = self.facts.path(begun.file).rpartition("/")[0]
        return (
            signature is not None and signature.home.endswith(".h") and signature.home.startswith(f"{home}/")
        )

    def _released(self, ending: Ending, unit: Unit) -> bool:
        """Whether one of the functions that end it runs when the last reference to something goes, or was
        handed to somebody at run time: then a failed function may have put that reference."""
        for name in sorted(ending.names):
            for field, kind in self.facts.sql(
                "SELECT r.field, v.type FROM field_row r JOIN variables v ON v.id = r.variable"
                f" WHERE r.value IN (?, ?) AND v.file IN ({', '.join(map(str, sorted(unit.files)))})",
                name, f"&{name}",
            ):  # fmt: skip
                if _RELEASES.search(field) and (not kind.endswith(_TABLES) or field in _OWNED):
                    return True
            if self.facts.sql(
                "SELECT 1 FROM stores s JOIN functions f ON f.id = s.function"
                f" WHERE s.value IN (?, ?) AND f.file IN ({', '.join(map(str, sorted(unit.files)))}) LIMIT 1",
                name, f"&{name}",
            ):  # fmt: skip
                return True
        return False

    def _fails(self, way: Way, begun: Begun) -> bool:
        """Whether a way reports failure, or hands on the result of a last step that can fail."""
        if way.failed is not None:
            return way.failed
        last = way.last
        if last.kind is not Kind.RETURN or not last.value:
            return False
        value = last.value.strip("() ")
        if begun.result and re.search(rf"(?<![\w.>]){re.escape(begun.result)}\b", value):
            found = any(write.target == begun.result for one in way.nodes[1:] for write in one.writes)
            if not found:
                return False
        for call in last.calls:
            if value.startswith(f"{call.name}(") and not call.name.isupper():
                return self._can_fail(call, begun.file)
        if not _LOCAL.match(value) or value in way.known or f"IS_ERR({value})" in way.known:
            return False
        for one in reversed(way.nodes[1:]):
            for write in one.writes:
                if write.target == value:
                    if one.kind is Kind.CONDITION:
                        return False
                    return any(
                        call.result == value and self._can_fail(call, begun.file) for call in one.calls
                    )
        return False

    def _can_fail(self, call: Call, file: int) -> bool:
        """Whether a function that is called may return something else than 0."""
        if call.receiver:
            return True
        for one in resolve(self.facts, call.name, file)[:1]:
            values = set(re.findall(r"\breturn\b\s*([^;]*);", self.bodies.text(one)))
            return bool(values - {"0"}) and not self.facts.function(one).returns.endswith("*")
        return not call.name.isupper()

    def _ending_of(self, begun: Begun, unit: Unit) -> Ending:
        """The calls of the unit that may end it, and the names of the functions that come to one."""
        undos = [
            one
            for file in self.facts.in_order(unit.files)
            for one in self.life.undone.get(file, ())
            if one.call in begun.ends and same(begun, one) is not False
        ]
        inside = self._insides.of(unit)
        names: set[str] = set()
        level = {one.function for one in undos if one.function != begun.function}
        seen = set(level)
        exported: set[str] = set()
        for _ in range(_DEPTH):
            following: set[int] = set()
            for one in level:
                fact = self.facts.function(one)
                names.add(fact.name)
                if not fact.static:
                    exported.add(fact.name)
                following |= {caller for caller, _ in inside.callers(one)} - seen - {begun.function}
            seen |= following
            level = following
        return Ending(tuple(undos), frozenset(names), frozenset(exported))
