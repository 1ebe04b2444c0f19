"""What can be assigned to: a register, or memory at a register or a constant plus an offset."""

from __future__ import annotations

__all__ = ["InMemory", "InRegister", "Lvalue"]

import msgspec

from lastput.model.tac import Ref
from lastput.model.types import Type


class InRegister(msgspec.Struct, frozen=True):
    register: int
    type: Type


class InMemory(msgspec.Struct, frozen=True):
    """Memory at ``base`` (a register number, or the ``Ref`` of a global) plus ``offset``.

    ``read`` is False for a member nobody reads: it is written as 0 and takes no room.
    """

    base: int | Ref
    offset: int
    type: Type
    text: str
    read: bool = True


Lvalue = InRegister | InMemory
