"""A claim with what is needed to build a test of it, and the knobs that refinement turns."""

from __future__ import annotations

__all__ = ["Case", "Plan", "member_of", "struct_of"]

import msgspec

from lastput.facts.base import Facts
from lastput.prove.objects import Heap
from lastput.schema.claim import Claim


class Case(msgspec.Struct, frozen=True):
    """The claim of a finding, the tree that it is of, and the module whose text it runs in."""

    facts: Facts
    claim: Claim
    module: str


class Plan(msgspec.Struct, frozen=True):
    """What a round of refinement may change: ``inline`` are functions that are taken besides those of the
    slice, ``numbers`` is how many members that are read start with any value, ``heap`` what exists,
    ``pools`` the types that are allocated,
    ``members`` the numbers that are read of the claim's object."""

    inline: tuple[str, ...] = ()
    numbers: int = 6
    heap: Heap = Heap()
    pools: tuple[str, ...] = ()
    members: tuple[str, ...] = ()


def struct_of(printed: str) -> str:
    """The tag of an object as a key prints it: ``foo`` of ``struct foo.work``; "" for a variable."""
    return printed.removeprefix("struct ").partition(".")[0] if printed.startswith("struct ") else ""


def member_of(printed: str) -> str:
    """The member path of it: ``work`` of ``struct foo.work``."""
    return printed.partition(".")[2] if printed.startswith("struct ") else ""
