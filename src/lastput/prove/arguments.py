"""With what a function of the tree is called: an object for each pointer to a struct, any value for a
number."""

from __future__ import annotations

__all__ = ["NUMBERS", "Call", "calling", "object_of"]

import re

import msgspec

from lastput.facts.base import Facts, FunctionFact
from lastput.prove.links import given_as, inside

#: The variable that a pointer to numbers leads to.
NUMBERS = "some_numbers"

_NUMBERS = re.compile(
    r"(?:(?:unsigned|signed|long|int|short|u8|u16|u32|u64|s8|s16|s32|s64|size_t|loff_t|bool|__user|dma_addr_t)\s*)+\*\s*"
)
_STRUCT = re.compile(r"\bstruct\s+(\w+)\s*\*\s*(?:const\s*)?$")


class Call(msgspec.Struct, frozen=True):
    """A call as litmus C, and the tags of the structs whose objects it is given."""

    text: str
    tags: tuple[str, ...]


def object_of(tag: str) -> str:
    """The variable that points to the object of a type."""
    return f"the_{tag}"


def calling(facts: Facts, function: FunctionFact) -> Call:
    """A call of ``function`` with the objects of the test; what is untyped is what it is taken for."""
    arguments: list[str] = []
    tags: list[str] = []
    for one in function.parameters:
        kind = " ".join(one.type.split())
        if kind == "void" or "..." in (kind, one.name):
            continue
        struct = _STRUCT.search(kind)
        owner, path = inside(facts, function, one.name) if struct is not None else ("", "")
        if owner:
            tags.append(owner)
            arguments.append(f"&{object_of(owner)}->{path}")
        elif struct is not None:
            tags.append(struct[1])
            arguments.append(object_of(struct[1]))
        elif ("void" in kind or kind == "unsigned long") and (tag := given_as(facts, function, one.name)):
            tags.append(tag)
            arguments.append(object_of(tag) if "*" in kind else f"(unsigned long){object_of(tag)}")
        elif "*" in kind:
            arguments.append(NUMBERS if _NUMBERS.fullmatch(kind) else "NULL")
        else:
            arguments.append("any_number()")
    return Call(f"{function.name}({', '.join(arguments)})", tuple(dict.fromkeys(tags)))
