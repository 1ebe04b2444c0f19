"""What inference finds out of a program: types by node, and what is reached."""

from __future__ import annotations

__all__ = ["Inference", "Visitor"]

from typing import Protocol

import msgspec

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.copies import Copy, Value
from lastput.model.types import Array, Func, Int, Pointer, Record, Type, Var, find, unify
from lastput.model.world import Function, Missing, ThreadDecl, Variable, World

_PLAIN = 8  # cells of memory that holds numbers


class Visitor(Protocol):
    """Walks code that is reached for the first time."""

    def signature(self, function: Function) -> None: ...

    def function(self, function: Function) -> None: ...

    def initialiser(self, type: Type, init: c.Expr) -> None: ...


class Inference:
    """The result: ``types``, ``symbols``, ``named_types`` (the type that a primitive names) and ``copies`` by
    ``id`` of the node."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.visitor: Visitor
        self.types: dict[int, Type] = {}
        self.symbols: dict[int, Variable | Function | int] = {}
        self.declared: dict[int, Variable] = {}
        self.cleanups: dict[int, c.Call] = {}
        self.named_types: dict[int, Type] = {}
        self.reached: dict[str, None] = {}
        self.variables: dict[str, Variable] = {}
        self.allocated: list[tuple[Type, Place]] = []
        #: Those that slab caches give.
        self.slabs: list[tuple[Type, Place]] = []
        self.sized: list[tuple[Type, Type | None]] = []
        self.spawns: list[Func] = []
        self.threads: list[ThreadDecl] = []
        self.assumed: dict[str, None] = {}
        self.missing: dict[str, Missing] = {}
        self.any: list[Function] = []
        self.copies: dict[int, Copy] = {}
        #: Calls that give any value, with the types that these have; and what they choose from.
        self.any_calls: list[tuple[c.Call, Type]] = []
        self.choices: dict[int, tuple[Value, ...]] = {}
        #: The initial value of a variable of the tree is looked at: what is unknown there may not matter.
        self.in_table = False
        #: The initial value of a variable is looked at.
        self.static = False
        #: What pointers of objects that stand for any of their type hold: object, members, the other object.
        self.links: list[tuple[Variable, tuple[str, ...], Variable]] = []
        #: Functions that were only put into pointers so far: they are visited when somebody calls one.
        self._held: list[tuple[Function, Func]] = []
        self._visited: set[str] = set()
        self._queue: list[Function] = []

    def reach(self, name: str, place: Place) -> Function | None:
        """The function of that name, to be visited; None if calls to it are assumed to do nothing."""
        function = self._signed(name, place)
        if function is not None and name not in self._visited:
            self._visited.add(name)
            if not function.any:
                self._queue.append(function)
        return function

    def _signed(self, name: str, place: Place) -> Function | None:
        """The function of that name with its signature, not to be visited yet."""
        function = self._defined(name, place)
        if function is not None and name not in self.reached:
            self.reached[name] = None
            self.visitor.signature(function)
        return function

    def _defined(self, name: str, place: Place) -> Function | None:
        world = self.world
        function = world.functions.get(name)
        if name in world.any and (function is None or not function.any):
            return self._any(name, world.any[name])
        if name in world.noops and (function is None or name in world.assumed):
            self.assumed[name] = None
            return None
        if function is None and world.headers is not None and world.headers.function(name):
            function = world.functions.get(name)
        if function is None:
            if not world.any_all:
                self.missing.setdefault(name, Missing("function", name, place))
            return self._any(name, place)
        if not function.any and world.is_lenient(function.place) and self._gives_struct(function):
            return self._any(name, place)
        return function

    def _gives_struct(self, function: Function) -> bool:
        """Whether a function returns a struct, which is outside of the subset."""
        result = function.definition.type.inner
        return result is not None and isinstance(find(self.world.type(result)), Record)

    def _any(self, name: str, place: Place) -> Function:
        """A function without a body, of the type that a prototype gives it."""
        world = self.world
        written = world.prototypes.get(name)
        defined = world.functions.get(name)
        if defined is not None:
            written = defined.definition.type
        elif written is None and world.headers is not None:
            written = world.headers.prototype(name)
        if written is None:
            written = c.CType("function", inner=c.CType("named"), variadic=True)
        written = named_parameters(written)
        definition = c.FunctionDef(
            place=place, name=name, type=written, body=c.Block(place=place, body=(), end=place), end=place
        )
        function = Function(name, -1, place, lambda: definition)
        function.any = True
        self.any.append(function)
        world.functions[name] = function
        return function

    def variable(self, name: str, place: Place) -> Variable:
        world = self.world
        found = world.variables.get(name)
        if (
            (found is None or not found.defined)
            and world.headers is not None
            and world.headers.variable(name)
        ):
            found = world.variables.get(name)
        if found is None or not found.defined:
            if not world.any_all:
                self.missing.setdefault(name, Missing("variable", name, place))
            found = found or Variable(name, Var(), place)
            found.defined = found.any = True
            world.variables[name] = found
        if name not in self.variables:
            self.variables[name] = found
            if found.init is not None:
                outer = self.in_table, self.static
                self.in_table, self.static = world.is_lenient(found.place), True
                self.visitor.initialiser(found.type, found.init)
                self.in_table, self.static = outer
        return found

    def literal(self, literal: c.Cast, type: Type, init: c.Expr) -> None:
        """A compound literal in an initial value: a variable without a name."""
        variable = Variable(f"literal at {literal.place}", type, literal.place)
        variable.defined, variable.init = True, init
        self.world.variables[variable.name] = variable
        self.symbols[id(literal)] = self.variable(variable.name, literal.place)

    def result_object(self, function: Function) -> Variable:
        """The object that a function without a body gives, or that a macro without a definition stands
        for."""
        name = f"__any_result_of_{function.name}"
        if name not in self.variables:
            variable = Variable(name, function.type.result, function.place)
            variable.defined = variable.any = True
            self.world.variables[name] = variable
        return self.variable(name, function.place)

    def unknown(self, name: str, place: Place) -> int:
        """A number of its own for a constant that is defined nowhere."""
        world = self.world
        if name not in world.constants:
            if not world.any_all:
                self.missing.setdefault(name, Missing("constant", name, place))
            world.constants[name] = 0x7E570000 + len(world.unknown)
            world.unknown[name] = place
        return world.constants[name]

    def drain(self) -> None:
        while True:
            while self._queue:
                self.visitor.function(self._queue.pop())
            called = [one for one in self._held if _is_called(one[1])]
            if not called:
                return
            self._held = [one for one in self._held if not _is_called(one[1])]
            for function, _ in called:
                self.reach(function.name, function.place)

    def allocated_record(self, type: Type, place: Place) -> Record:
        """The struct whose objects an allocation gives out: numbers in files of the tree lie in plain memory.

        Raises LastputError (``allocation-type``)."""
        found = find(type)
        if isinstance(found, Record):
            found.tag = found.tag or f"struct at {place}"
            return found
        if not self.world.is_lenient(place):
            raise LastputError(
                "allocation-type",
                "cannot tell what type is allocated here",
                "assign the result to a pointer to a struct with a tag",
                place,
            )
        memory = self.world.record("plain memory")
        field = memory.field("cells")
        if not field.used:
            field.used = field.read = True
            field.type = Array(Int(), _PLAIN)
        return memory

    def settle_sizes(self) -> None:
        """What is allocated and used as ``void *`` only has the type that its ``sizeof`` names, or none:
        then it is bytes that nobody looks at."""
        for allocated, named in self.sized:
            if isinstance(find(allocated), Var):
                known = named is not None and isinstance(find(named), Record)
                unify(allocated, named if named is not None and known else self.world.record("memory"))

    def address_taken(self, name: str, place: Place) -> Type:
        """The type of a function used as a value: a fresh pointer type that may hold it."""
        function = self._signed(name, place)
        if function is None:
            raise LastputError(
                "noop-address",
                f"'{name}' is assumed to do nothing, but its address is taken here",
                "define a stub for it",
                place,
            )
        fresh = Func(function.type.result, function.type.params)
        fresh.functions[name] = None
        if name not in self._visited:
            self._held.append((function, fresh))
        return Pointer(fresh)


def named_parameters(written: c.CType) -> c.CType:
    """A function type whose parameters have names to be used in a body that is made for it."""
    params = tuple(msgspec.structs.replace(one, name=f"__arg{at}") for at, one in enumerate(written.params))
    return msgspec.structs.replace(written, params=params)


def _is_called(func: Func) -> bool:
    found = find(func)
    return not isinstance(found, Func) or found.called
