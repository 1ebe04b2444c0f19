"""Which values of a function that has no body its callers can tell apart.

Values flow from calls into variables, members, parameters and results, whatever the order of statements. What
they are compared with on the way, switched on, masked with or tested for is what matters; any other value
does what one of these does.
"""

from __future__ import annotations

__all__ = ["Flows", "Uses", "flows"]

from collections.abc import Iterator

import msgspec

from lastput.c import syntax as c
from lastput.model.inference import Inference
from lastput.model.types import Func, Record, find, pointee
from lastput.model.world import Function, Variable

#: A variable, a member, or the result of a function: what holds a value.
Holder = tuple[str, object]


class Uses(msgspec.Struct):
    """What values are compared with: equality, order and masks apart. ``tested``: for being 0 or not."""

    tested: bool = False
    equal: set[int] = msgspec.field(default_factory=set)
    ordered: set[int] = msgspec.field(default_factory=set)
    masks: set[int] = msgspec.field(default_factory=set)

    def __bool__(self) -> bool:
        return self.tested or bool(self.equal or self.ordered or self.masks)

    def add(self, other: Uses) -> None:
        """Unites both."""
        self.tested |= other.tested
        self.equal |= other.equal
        self.ordered |= other.ordered
        self.masks |= other.masks


class Flows:
    """``edges`` are where a holder's value goes, ``uses`` how it is looked at there."""

    def __init__(self) -> None:
        self.edges: dict[Holder, set[Holder]] = {}
        self.uses: dict[Holder, Uses] = {}

    def of(self, holder: Holder) -> Uses:
        """All uses of the values that are put into ``holder``."""
        seen = {holder}
        waiting = [holder]
        total = Uses()
        while waiting:
            at = waiting.pop()
            total.add(self.uses.get(at, Uses()))
            for after in self.edges.get(at, ()):
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
        return total


def result_of(name: str) -> Holder:
    """The holder of what a function returns."""
    return "result", name


def out_of(name: str, position: int) -> Holder:
    """The holder of what a function stores through one of its parameters."""
    return "out", (name, position)


def call_of(call: c.Call) -> Holder:
    """The holder of what a call gives that may give anything, or of what it writes to an object."""
    return "call", id(call)


def flows(inference: Inference) -> Flows:
    """The flows of all functions that are reached."""
    found = Flows()
    for name in inference.reached:
        function = inference.world.functions[name]
        if not function.any:
            _Collector(inference, found, function).node(function.definition.body)
    return found


class _Collector:
    def __init__(self, inference: Inference, found: Flows, function: Function) -> None:
        self.inference = inference
        self.world = inference.world
        self.found = found
        self.function = function

    def node(self, node: object) -> None:
        """Everything below a node, in any order."""
        if isinstance(node, (tuple, list)):
            for one in node:
                self.node(one)
            return
        if not isinstance(node, c.Node | c.InitItem):
            return
        self._look(node)
        for name in node.__struct_fields__:
            inner = getattr(node, name)
            if isinstance(inner, (c.Node, tuple, c.InitItem)):
                self.node(inner)

    def _look(self, node: object) -> None:
        match node:
            case c.Assign(op=op, target=target, value=value):
                if op in ("=", "|="):
                    self._flow(value, self._holders(target))
            case c.Declaration(init=init) if init is not None:
                variable = self.inference.declared.get(id(node))
                if variable is not None:
                    self._flow(init, [("variable", id(variable))])
            case c.Return(value=value) if value is not None:
                self._flow(value, [result_of(self.function.name)])
            case c.Call():
                self._call(node)
            case c.If(cond=cond) | c.While(cond=cond) | c.DoWhile(cond=cond) | c.Conditional(cond=cond):
                self._test(cond)
            case c.For(cond=cond) if cond is not None:
                self._test(cond)
            case c.Unary(op="!", operand=operand):
                self._test(operand)
            case c.Binary(op=op, left=left, right=right):
                self._compare(op, left, right)
            case c.Switch(value=value, body=body):
                for case in _labels(body):
                    self._use(value, "equal", self.world.constant(case))

    def _flow(self, value: c.Expr, targets: list[Holder]) -> None:
        for source in self._sources(value):
            self.found.edges.setdefault(source, set()).update(targets)

    def _call(self, call: c.Call) -> None:
        copy = self.inference.copies.get(id(call))
        if copy is not None:
            self._copied(call, copy.source is not None)
            return
        for callee in self._callees(call):
            for at, arg in enumerate(call.args):
                if callee.any and isinstance(arg, c.Unary) and arg.op == "&":
                    self.found.edges.setdefault(out_of(callee.name, at), set()).update(
                        self._holders(arg.operand)
                    )
                elif at < len(callee.params):
                    param: Holder = ("variable", id(callee.params[at]))
                    self._flow(arg, [param])
                    self.found.edges.setdefault(("to", param), set()).update(self._behind(arg))
            if callee.any:
                for at, arg in enumerate(call.args):
                    for source in self._sources(arg):
                        # What is handed over by its address is a parameter of ours, or held in memory.
                        self.found.edges.setdefault(out_of(callee.name, at), set()).add(("to", source))

    def _copied(self, call: c.Call, known: bool) -> None:
        """What is behind one pointer goes to where the other one leads."""
        targets = list(self._behind(call.args[0]))
        for source in (call_of(call), *(self._behind(call.args[1]) if known else ())):
            self.found.edges.setdefault(source, set()).update(targets)

    def _behind(self, pointer: c.Expr) -> Iterator[Holder]:
        """What is written by who writes through ``pointer``."""
        if isinstance(pointer, c.Unary) and pointer.op == "&":
            yield from self._holders(pointer.operand)
            return
        for source in self._sources(pointer):
            yield "to", source
            yield source  # an array, or an element: p[0] is what is behind p

    def _callees(self, call: c.Call) -> list[Function]:
        names: list[str] = []
        if isinstance(call.function, c.Ident) and id(call.function) not in self.inference.types:
            names = [call.function.name]
        else:
            type = self.inference.types.get(id(call.function))
            func = pointee(type) if type is not None else None
            if isinstance(func, Func):
                names = list(func.functions)
        return [self.world.functions[name] for name in names if name in self.inference.reached]

    def _holders(self, expr: c.Expr) -> list[Holder]:
        """Where an assignment to ``expr`` puts its value."""
        match expr:
            case c.Ident():
                symbol = self.inference.symbols.get(id(expr))
                return [("variable", id(symbol))] if isinstance(symbol, Variable) else []
            case c.Member(base=base, field=name, arrow=arrow):
                type = self.inference.types.get(id(base))
                record = None if type is None else pointee(type) if arrow else find(type)
                field = record.lookup(name) if isinstance(record, Record) else None
                return [("member", id(field))] if field is not None else []
            case c.Index(base=base):
                return self._holders(base)
            case c.Unary(op="*", operand=operand):
                return list(self._behind(operand))
            case c.Cast(operand=operand):
                return self._holders(operand)
        return []

    def _sources(self, expr: c.Expr) -> Iterator[Holder]:
        """Whose value ``expr`` may have."""
        match expr:
            case c.Call():
                if isinstance(expr.function, c.Ident) and expr.function.name == "__builtin_expect":
                    yield from self._sources(expr.args[0])
                    return
                if isinstance(expr.function, c.Ident) and expr.function.name == "__any_value":
                    yield call_of(expr)
                if id(expr) in self.inference.copies:  # gives what it writes to
                    yield from self._sources(expr.args[0])
                for callee in self._callees(expr):
                    yield result_of(callee.name)
            case c.Cast(operand=operand):
                yield from self._sources(operand)
            case c.Conditional(cond=cond, then=then, other=other):
                yield from self._sources(cond if then is None else then)
                yield from self._sources(other)
            case c.CommaList(items=items):
                yield from self._sources(items[-1])
            case c.Assign(target=target, value=value):
                yield from self._sources(value)
                yield from self._holders(target)
            case c.StatementExpr(body=body) if body.body:
                last = body.body[-1]
                if isinstance(last, c.ExprStmt) and last.expr is not None:
                    yield from self._sources(last.expr)
            case c.Binary(op="&" | "|", left=left, right=right):
                yield from self._sources(left)
                yield from self._sources(right)
            case c.Unary(op="!", operand=operand):
                return
            case _:
                yield from self._holders(expr)

    def _uses(self, expr: c.Expr) -> Iterator[Uses]:
        for source in self._sources(expr):
            yield self.found.uses.setdefault(source, Uses())

    def _use(self, expr: c.Expr, how: str, value: int | None) -> None:
        if value is not None:
            for uses in self._uses(expr):
                getattr(uses, how).add(value)

    def _test(self, expr: c.Expr) -> None:
        if isinstance(expr, c.Binary) and expr.op in ("&&", "||"):
            self._test(expr.left)
            self._test(expr.right)
            return
        for uses in self._uses(expr):
            uses.tested = True

    def _compare(self, op: str, left: c.Expr, right: c.Expr) -> None:
        if op in ("&&", "||"):
            self._test(left)
            self._test(right)
            return
        how = {"==": "equal", "!=": "equal", "&": "masks"}.get(op, "ordered" if op in _ORDER else "")
        if not how:
            return
        for one, other in ((left, right), (right, left)):
            known = self.world.constant(other)
            if known is None:  # what it is compared with varies: at least 0 is told from the rest
                self._test(one)
            self._use(one, how, known)


_ORDER = frozenset(("<", "<=", ">", ">="))


def _labels(stmt: c.Stmt) -> Iterator[c.Expr]:
    match stmt:
        case c.Case(value=value, high=high):
            yield from (one for one in (value, high) if one is not None)
        case c.Block(body=body):
            for inner in body:
                yield from _labels(inner)
