"""Who still points to an object at the end of a run: what is held is kept, not lost."""

from __future__ import annotations

__all__ = ["holders"]

from lastput.engine.interpret import State
from lastput.engine.program import LIFE_ALIVE, Program


def holders(program: Program, state: State, lost: int) -> tuple[str, ...]:
    """The members (as ``foo#0.node``) of live objects, and the variables, that hold the address of the object
    ``lost`` or of a part of it, in the order of the memory."""
    found = []
    for address, slot in enumerate(program.cells):
        home = program.owner[address]
        if slot < 0 or home < 0 or home == lost or not program.slots[slot].pointer:
            continue
        life = program.objects[home].life
        if life >= 0 and state[life] != LIFE_ALIVE:
            continue
        value = state[slot]
        if 0 < value < len(program.owner) and program.owner[value] == lost:
            found.append(program.slots[slot].name)
    return tuple(found)
