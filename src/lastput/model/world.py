"""What a litmus file and all it pulls in declare: modules, functions, variables, types, threads."""

from __future__ import annotations

__all__ = ["MODULE_DEPS", "Function", "Module", "ThreadDecl", "Variable", "World", "undefined"]

import difflib
from collections.abc import Callable, Iterable

import msgspec

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.constant import evaluate
from lastput.model.integers import integer
from lastput.model.types import Array, Func, Int, Pointer, Record, Type, Var, Void

#: How many modules a module may use symbols of.
MODULE_DEPS = 4


class Module:
    """A loadable module; ``index`` is that of its text. Built-in code is module -1, without an object."""

    def __init__(self, index: int, name: str, deps: tuple[str, ...], place: Place) -> None:
        self.index = index
        self.name = name
        self.deps = deps
        self.place = place
        self.init = ""
        self.exit = ""


class Variable:
    """A variable: ``scope`` is "" at file scope, else the function (unique within it by ``key``).

    ``memory`` says that it has an address (file scope, aggregates, address taken); the others live in
    registers. ``written`` is the type of its declaration.
    """

    def __init__(self, name: str, type: Type, place: Place, scope: str = "", module: int = -1) -> None:
        self.name = name
        self.type = type
        self.place = place
        self.scope = scope
        self.module = module
        self.key = name
        self.written: c.CType | None = None
        self.init: c.Expr | None = None
        self.memory = scope == ""
        self.defined = False


class Function:
    """A function that can be called: its body is parsed when it is first reached. ``weak``: it stands in
    for one that the kernel tree may have."""

    def __init__(self, name: str, module: int, place: Place, parse: Callable[[], c.FunctionDef]) -> None:
        self.name = name
        self.module = module
        self.place = place
        self.inline = False
        self.weak = False
        self.type = Func(Var(), [])
        self.params: list[Variable] = []
        self.locals: list[Variable] = []
        self.calls: dict[str, None] = {}
        self._parse = parse
        self._definition: c.FunctionDef | None = None

    @property
    def definition(self) -> c.FunctionDef:
        if self._definition is None:
            self._definition = self._parse()
        return self._definition

    @property
    def aggregate_locals(self) -> list[Variable]:
        return [v for v in self.locals if v.memory]


class ThreadDecl(msgspec.Struct):
    """``kind`` is thread, daemon, boot or spawned; ``function`` holds the body; ``needs`` is the
    function without which a daemon is left out."""

    name: str
    kind: str
    count: int
    function: str
    needs: str = ""


class World:
    """Everything declared, by name. ``constants`` are enumerators."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.modules: list[Module] = []
        self.functions: dict[str, Function] = {}
        self.prototypes: dict[str, Place] = {}
        self.variables: dict[str, Variable] = {}
        self.typedefs: dict[str, c.CType] = {}
        self.records: dict[str, Record] = {}
        self.constants: dict[str, int] = {}
        self.threads: list[ThreadDecl] = []
        self.pools: dict[str, int] = {}
        self.may_leak: set[str] = set()
        self.kthreads: dict[str, int] = {}
        self.noops: dict[str, None] = {}
        self.assumed: dict[str, None] = {}
        self.assumed_sizes: dict[str, None] = {}
        self.notes: list[str] = []
        self._anonymous: dict[int, tuple[c.CType, Record]] = {}
        self._declare_own_records()

    def _declare_own_records(self) -> None:
        """The members that the compiler itself sets, of the two structs whose objects it makes."""
        module, task = self.record("module"), self.record("task_struct")
        for name, type in (
            ("name", Pointer(Int())),
            ("init", Pointer(Func(Int(), []))),
            ("exit", Pointer(Func(Void(), []))),
            ("deps", Array(Pointer(module), MODULE_DEPS)),
            ("text", Int()),
        ):
            module.field(name).type = type
        module.field("text").used = module.field("text").read = True
        task.field("comm").type = Pointer(Int())
        task.field("kthread").type = Int()

    def record(self, tag: str) -> Record:
        if tag not in self.records:
            self.records[tag] = Record(tag)
        return self.records[tag]

    def define(self, written: c.CType) -> Record:
        """The record of a struct with a body; its fields keep the written order."""
        if written.name:
            record = self.record(written.name)
        else:
            known = self._anonymous.get(id(written))
            if known:
                return known[1]
            record = Record("")
            self._anonymous[id(written)] = (written, record)
        if record.defined:
            return record
        record.defined = True
        record.union = written.kind == "union"
        record.packed, record.aligned = written.packed, written.aligned
        for item in written.fields or ():
            inner = self.type(item.type)
            if item.bits is not None and isinstance(inner, Int) and not inner.boolean:
                inner = Int(self.constant(item.bits) or inner.bits, inner.signed)
            record.declared.append(inner if item.bits is None else Var())
            if item.name:
                field = record.field(item.name)
                field.type, field.place, field.written = inner, item.place, item.type
            elif isinstance(inner, Record):
                record.anonymous.append(inner)
        return record

    def type(self, written: c.CType, typeof: Callable[[c.Expr], Type] | None = None) -> Type:
        """The inferred-type node of a type as written; each call makes fresh function types."""
        kind = written.kind
        if kind == "void":
            return Void()
        if kind == "int":
            return integer(written.name)
        if kind == "enum":
            return Int(32)
        if kind in ("struct", "union"):
            return self.define(written) if written.fields is not None else self.record(written.name)
        if kind == "named":
            if written.name == "bool":
                return Int(boolean=True)
            known = self.typedefs.get(written.name)
            return self.type(known, typeof) if known is not None else Int()
        assert written.inner is not None or kind == "typeof"
        if kind == "typeof":
            assert written.length is not None
            return typeof(written.length) if typeof else Var()
        assert written.inner is not None
        inner = self.type(written.inner, typeof)
        if kind == "pointer":
            return Pointer(inner)
        if kind == "array":
            if written.length is None:
                return Array(inner, 0)
            length = self.constant(written.length)
            return Array(inner, -1 if length is None or length < 0 else length, written.length.place)
        return Func(inner, [self.type(p.type, typeof) for p in written.params])

    def constant(self, expr: c.Expr) -> int | None:
        """The value of an integer constant expression, None if it is none."""
        known = evaluate(self, expr)
        if known is not None:
            return known[0]
        if isinstance(expr, c.Conditional) and (chosen := self.constant(expr.cond)) is not None:
            # A constant in one arm only: that of the other decides the type, which matters below 0.
            taken = self.constant((expr.then or expr.cond) if chosen else expr.other)
            return taken if taken is not None and taken >= 0 else None
        return None


def undefined(kind: str, name: str, place: Place, known: Iterable[str]) -> LastputError:
    """The error for a function or variable that is used and nowhere defined."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.75)
    hint = f" (did you mean '{near[0]}'?)" if near else ""
    if kind == "function":
        way = f"define it in the litmus file, SOURCE() it, or run with --assume-noop {name}"
    else:
        way = "declare it in the litmus file, or SOURCE() the file that does"
    return LastputError(f"undefined-{kind}", f"{kind} '{name}' is used but nowhere defined{hint}", way, place)
