"""What inference finds out of a program: types by node, and what is reached."""

from __future__ import annotations

__all__ = ["Inference", "Visitor"]

from typing import Protocol

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.types import Func, Pointer, Record, Type, Var, find, unify
from lastput.model.world import Function, ThreadDecl, Variable, World, undefined


class Visitor(Protocol):
    """Walks code that is reached for the first time."""

    def signature(self, function: Function) -> None: ...

    def function(self, function: Function) -> None: ...

    def initialiser(self, type: Type, init: c.Expr) -> None: ...


class Inference:
    """The result: ``types``, ``symbols`` and ``named_types`` (the type that a primitive names) by ``id`` of
    the node."""

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
        self.sized: list[tuple[Type, Type | None]] = []
        self.spawns: list[Func] = []
        self.threads: list[ThreadDecl] = []
        self.assumed: dict[str, None] = {}
        self._queue: list[Function] = []

    def reach(self, name: str, place: Place) -> Function | None:
        """The function of that name, to be visited; None if calls to it are assumed to do nothing."""
        function = self.world.functions.get(name)
        if name in self.world.noops and (function is None or name in self.world.assumed):
            self.assumed[name] = None
            return None
        if function is None:
            raise undefined("function", name, place, self.world.functions)
        if name not in self.reached:
            self.reached[name] = None
            self.visitor.signature(function)
            self._queue.append(function)
        return function

    def variable(self, name: str, place: Place) -> Variable:
        found = self.world.variables.get(name)
        if found is None or not found.defined:
            raise undefined("variable", name, place, self.world.variables)
        if name not in self.variables:
            self.variables[name] = found
            if found.init is not None:
                self.visitor.initialiser(found.type, found.init)
        return found

    def drain(self) -> None:
        while self._queue:
            self.visitor.function(self._queue.pop())

    def settle_sizes(self) -> None:
        """What is allocated and used as ``void *`` only has the type that its ``sizeof`` names, or none:
        then it is bytes that nobody looks at."""
        for allocated, named in self.sized:
            if isinstance(find(allocated), Var):
                known = named is not None and isinstance(find(named), Record)
                unify(allocated, named if named is not None and known else self.world.record("memory"))

    def address_taken(self, name: str, place: Place) -> Type:
        """The type of a function used as a value: a fresh pointer type that may hold it."""
        function = self.reach(name, place)
        if function is None:
            raise LastputError(
                "noop-address",
                f"'{name}' is assumed to do nothing, but its address is taken here",
                "define a stub for it",
                place,
            )
        fresh = Func(function.type.result, function.type.params)
        fresh.functions[name] = None
        return Pointer(fresh)
