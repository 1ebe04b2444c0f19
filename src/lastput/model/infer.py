"""Type inference over all code that can be reached, and what is reached.

One walk over each function finds types, resolves names, notes which fields are read, which locals need
an address, which functions have their address taken. Functions are visited when first reached, so what
nobody calls need not even parse.
"""

from __future__ import annotations

__all__ = ["Inference", "infer"]

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.infer_walk import Walker
from lastput.model.types import Func, Pointer, Record, Type, Var, find, unify
from lastput.model.world import Function, ThreadDecl, Variable, World, undefined


class Inference:
    """The result: ``types``, ``symbols`` and ``named_types`` (the type that a primitive names) by ``id`` of
    the node."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.types: dict[int, Type] = {}
        self.symbols: dict[int, Variable | Function | int] = {}
        self.declared: dict[int, Variable] = {}
        self.cleanups: dict[int, c.Call] = {}
        self.named_types: dict[int, Type] = {}
        self.reached: dict[str, None] = {}
        self.variables: dict[str, Variable] = {}
        self.allocated: list[tuple[Type, Place]] = []
        self.sized: list[tuple[Type, Type]] = []
        self.spawns: list[Func] = []
        self.threads: list[ThreadDecl] = []
        self.assumed: dict[str, None] = {}
        self._queue: list[Function] = []
        self._walker = Walker(self)

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
            self._walker.signature(function)
            self._queue.append(function)
        return function

    def variable(self, name: str, place: Place) -> Variable:
        found = self.world.variables.get(name)
        if found is None or not found.defined:
            raise undefined("variable", name, place, self.world.variables)
        if name not in self.variables:
            self.variables[name] = found
            if found.init is not None:
                self._walker.initialiser(found.type, found.init)
        return found

    def drain(self) -> None:
        while self._queue:
            self._walker.function(self._queue.pop())

    def settle_sizes(self) -> None:
        """What is allocated and used as ``void *`` only has the type that its ``sizeof`` names."""
        for allocated, named in self.sized:
            if isinstance(find(allocated), Var) and isinstance(find(named), Record):
                unify(allocated, named)

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


def infer(world: World) -> Inference:
    """Infer from all threads, module init and exit functions, and the daemons that they need.

    Raises LastputError for names that are used and not defined, and for what no type fits.
    """
    result = Inference(world)
    nowhere = Place(world.name)
    for module in world.modules:
        variable = result.variable(module_symbol(module.name), nowhere)
        for name in (module.init, module.exit):
            if name:
                record = find(variable.type)
                assert isinstance(record, Record)
                member = record.field("init" if name == module.init else "exit")
                unify(member.type, result.address_taken(name, module.place))
    waiting = [t for t in world.threads if t.kind == "daemon"]
    for thread in world.threads:
        if thread.kind != "daemon":
            result.reach(thread.function, nowhere)
            result.threads.append(thread)
    result.drain()
    while True:
        ready = [t for t in waiting if t.needs in result.reached]
        if not ready:
            break
        for thread in ready:
            waiting.remove(thread)
            result.threads.append(thread)
            result.reach(thread.function, nowhere)
        result.drain()
    result.settle_sizes()
    return result


def module_symbol(name: str) -> str:
    """The name of the variable that is the ``struct module`` of a module."""
    return f"module {name}"
