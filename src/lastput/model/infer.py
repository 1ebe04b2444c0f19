"""Type inference over all code that can be reached, and what is reached.

One walk over each function finds types, resolves names, notes which fields are read, which locals need
an address, which functions have their address taken. Functions are visited when first reached, so what
nobody calls need not even parse.
"""

from __future__ import annotations

__all__ = ["infer"]

from lastput.errors import LastputError, Place
from lastput.model.any_value import give_any
from lastput.model.infer_walk import Walker
from lastput.model.inference import Inference
from lastput.model.types import Record, find, unify
from lastput.model.world import World, undefined


def infer(world: World) -> Inference:
    """Infer from all threads, module init and exit functions, and the daemons that they need.

    Raises LastputError for names that are used and not defined, and for what no type fits.
    """
    result = Inference(world)
    result.visitor = Walker(result)
    try:
        _reach_all(result)
    except LastputError:
        if result.missing:
            raise _undefined(result) from None
        raise
    if result.missing:
        raise _undefined(result)
    result.settle_sizes()
    give_any(result)
    return result


def _undefined(result: Inference) -> LastputError:
    world = result.world
    return undefined(list(result.missing.values()), [*world.functions, *world.variables])


def _reach_all(result: Inference) -> None:
    world = result.world
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


def module_symbol(name: str) -> str:
    """The name of the variable that is the ``struct module`` of a module."""
    return f"module {name}"
