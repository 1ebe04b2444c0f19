"""What a litmus file and all it pulls in declare: modules, functions, variables, types, threads."""

from __future__ import annotations

__all__ = [
    "MODULE_DEPS",
    "Assumption",
    "Definitions",
    "Function",
    "Missing",
    "Module",
    "ThreadDecl",
    "Variable",
    "World",
    "undefined",
]

import difflib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.constant import evaluate
from lastput.model.integers import integer
from lastput.model.types import Array, Field, Func, Int, Pointer, Record, Type, Var, Void

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
    registers. ``written`` is the type of its declaration. ``any``: it is defined nowhere. ``counted``: it is
    counted up or down; if that is all, and nobody looks at it (``read``), no value is kept.
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
        self.any = False
        self.counted = False
        self.read = False

    @property
    def kept(self) -> bool:
        """Whether its value matters to anybody."""
        return self.read or not self.counted


class Function:
    """A function that can be called: its body is parsed when it is first reached. ``weak``: it stands in
    for one that the kernel tree may have; ``any``: it has no body, and gives any value."""

    def __init__(self, name: str, module: int, place: Place, parse: Callable[[], c.FunctionDef]) -> None:
        self.name = name
        self.module = module
        self.place = place
        self.inline = False
        self.weak = False
        self.any = False
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

    def replace(self, definition: c.FunctionDef) -> None:
        """Gives it a body that was made for it."""
        self._definition = definition

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


class Definitions(Protocol):
    """Gives what is not declared in any file that was read, from the headers of a kernel tree. What it finds
    it adds to the world."""

    def enumerator(self, name: str) -> bool: ...

    def typedef(self, name: str) -> bool: ...

    def record(self, record: Record, member: str) -> None: ...

    def function(self, name: str) -> bool: ...

    def variable(self, name: str) -> bool: ...

    def prototype(self, name: str) -> c.CType | None: ...


class World:
    """Everything declared, by name. ``constants`` are enumerators. ``prototypes`` are the types of functions
    that were declared without a body. ``any`` are functions that give any value, ``any_all`` says that all do
    that are defined nowhere; ``headers`` gives what is not declared."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.headers: Definitions | None = None
        self.modules: list[Module] = []
        self.functions: dict[str, Function] = {}
        self.prototypes: dict[str, c.CType] = {}
        self.variables: dict[str, Variable] = {}
        self.typedefs: dict[str, c.CType] = {}
        self.records: dict[str, Record] = {}
        self.constants: dict[str, int] = {}
        self.threads: list[ThreadDecl] = []
        self.pools: dict[str, int] = {}
        self.may_leak: set[str] = set()
        #: Of structs a count that must not be above another member at the end of a run.
        self.leak_above: dict[str, tuple[tuple[str, ...], str]] = {}
        self.kthreads: dict[str, int] = {}
        self.noops: dict[str, Place] = {}
        #: The files of the modelled kernel that were read.
        self.modelled: set[str] = set()
        self.own_files = {name}  # the test, and what lies beside it
        #: The files of the kernel tree that were read.
        self.from_tree: set[str] = set()
        self.any: dict[str, Place] = {}
        self.assumptions: dict[tuple[str, str], Assumption] = {}
        self.any_all = False
        #: Constants that are defined nowhere, and have a number of their own.
        self.unknown: dict[str, Place] = {}
        #: Names of locals: none of them stands for an enumerator of a header.
        self.local_names: set[str] = set()
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

    def assume(self, kind: str, name: str, place: Place) -> None:
        """Notes what is put in place of something that is not known."""
        self.assumptions.setdefault((kind, name), Assumption(kind, name, place))

    def is_lenient(self, place: Place) -> bool:
        """Whether what cannot be modelled there is assumed, since the user did not write it."""
        return place.file in self.from_tree

    def is_modelled(self, place: Place) -> bool:
        """Whether a place lies in the modelled kernel."""
        return place.file in self.modelled

    def record(self, tag: str) -> Record:
        if tag not in self.records:
            self.records[tag] = Record(tag, self._more)
        return self.records[tag]

    def _more(self, record: Record, member: str) -> None:
        if self.headers is not None:
            self.headers.record(record, member)

    def enumerator(self, name: str) -> int | None:
        """The value of an enumerator; None if it is none."""
        if name not in self.constants and self.headers is not None:
            declared = name in self.local_names or name in self.variables or name in self.functions
            if declared or not self.headers.enumerator(name):
                return None
        return self.constants.get(name)

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
            self._join(record, written)
            return record
        record.defined = True
        record.union = written.kind == "union"
        record.packed, record.aligned = written.packed, written.aligned
        for item in written.fields or ():
            inner = self.add_member(record, item)
            record.declared.append(inner if item.bits is None else Var())
        return record

    def _join(self, record: Record, written: c.CType) -> None:
        """A test's own struct of a name that the modelled kernel has: its members are those of both."""
        fields = written.fields or ()
        if not fields or fields[0].place.file not in self.own_files:
            return
        if any(one.place is not None and self.is_modelled(one.place) for one in record.fields.values()):
            for item in fields:
                record.declared.append(self.add_member(record, item))

    def add_member(self, record: Record, item: c.FieldDecl) -> Type:
        """Adds a member as it is declared; its type."""
        inner = self.type(item.type)
        if item.bits is not None and isinstance(inner, Int) and not inner.boolean:
            inner = Int(self.constant(item.bits) or inner.bits, inner.signed)
        if item.name:
            field = record.fields.get(item.name)
            if field is None:
                field = record.fields[item.name] = Field(item.name, inner)
            field.type, field.place, field.written = inner, item.place, item.type
        elif isinstance(inner, Record):
            record.anonymous.append(inner)
        return inner

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
            if known is None and written.name and self.headers and self.headers.typedef(written.name):
                known = self.typedefs.get(written.name)
            return self.type(known, typeof) if known is not None else Var()
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


class Assumption(msgspec.Struct, frozen=True):
    """Something that was put in place of what is not known. ``kind`` is noop, any, object, weak, size,
    constant, initial value, array, union, left out or combinations; ``name`` what it is about, ``place``
    where that is first used."""

    kind: str
    name: str
    place: Place

    def __str__(self) -> str:
        return _TOLD[self.kind].format(self.name)


_TOLD = {
    "noop": "{0}() does nothing",
    "any": "{0}() gives any value, and does nothing else",
    "object": "{0} is defined nowhere: it is one object, zeroed",
    "weak": "{0}() is that of the test: the tree has none",
    "size": "{0}",
    "constant": "{0} is defined nowhere: it is a number of its own",
    "initial value": "{0} is 0 at first: its initial value is no constant here",
    "array": "the array at {0} is kept",
    "union": "members {0} of a union do not overlay",
    "left out": "{0} is left out",
    "combinations": "of the values written to {0} not all combinations are tried",
}


class Missing(msgspec.Struct, frozen=True):
    """A name that is used and defined nowhere: ``kind`` is function, variable or constant."""

    kind: str
    name: str
    place: Place


def undefined(missing: Sequence[Missing], known: Iterable[str]) -> LastputError:
    """The error for names that are used and nowhere defined. ``known``: what may have been meant."""
    first = missing[0]
    if len(missing) == 1:
        near = difflib.get_close_matches(first.name, list(known), n=1, cutoff=0.75)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        what = f"{first.kind} '{first.name}' is used but nowhere defined{hint}"
        return LastputError(
            f"undefined-{first.kind}", what, _WAYS[first.kind].format(first.name), first.place
        )
    groups = [
        (kind, [one for one in missing if one.kind == kind]) for kind in ("function", "variable", "constant")
    ]
    told = [
        f"{len(found)} {kind}{'s' * (len(found) > 1)} "
        + ", ".join(f"{one.name} ({one.place.file}:{one.place.line})" for one in found)
        for kind, found in groups
        if found
    ]
    ways = [_WAYS[kind].format(", ".join(one.name for one in found)) for kind, found in groups if found]
    return LastputError(
        "undefined-names", "used but nowhere defined: " + "; ".join(told), "; ".join(ways), first.place
    )


_WAYS = {
    "function": "define it in the litmus file, SOURCE() it, or write ASSUME_ANY({0}); or ASSUME_NOOP({0});",
    "variable": "declare it in the litmus file, or SOURCE() the file that does ({0})",
    "constant": "#define it in the litmus file ({0})",
}
