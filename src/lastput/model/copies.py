"""What memcpy(), copy_from_user(), strscpy() and their kin leave where they write.

What is copied as a whole between objects of one type is copied. Everything else (a part, bytes of another
type, text, what user space hands in) is any value: one of those that its readers can tell apart.
"""

from __future__ import annotations

__all__ = ["Copy", "Leaf", "Value", "combined", "leaves", "pointed", "settle"]

from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import prod

import msgspec

from lastput.c import syntax as c
from lastput.model.sizes import size_of
from lastput.model.types import Array, Field, Func, Int, Pointer, Record, Type, Var, Void, find
from lastput.model.world import Variable, World

Value = int | Variable
"""A number, or the address of a variable."""

_DEEPEST = 8  # structs within structs
_MOST = 64  # ways in which the members of one object are written together


class Copy(msgspec.Struct):
    """A call that writes ``target``, an object of a type, from ``source`` (None: from outside). ``named`` is
    the type that its size names. ``values``: what may be written, by leaf, if it is no ``exact`` copy."""

    call: c.Call
    target: Type
    source: Type | None
    named: Type | None
    exact: bool = False
    values: dict[int, tuple[Value, ...]] = msgspec.field(default_factory=dict)


class Leaf(msgspec.Struct, frozen=True):
    """A scalar within an object: the member that it is, or an element of (None: of the object itself)."""

    path: tuple[Field | int, ...]
    field: Field | None
    type: Type

    @property
    def key(self) -> int:
        """What leaves share that are alike: the elements of one array."""
        return id(self.field) if self.field is not None else 0


def pointed(type: Type) -> Type:
    """The object that is written through an argument of ``type``: an array is that as a whole."""
    found = find(type)
    return found if isinstance(found, Array) else find(found.to) if isinstance(found, Pointer) else Void()


def leaves(world: World, type: Type, room: Callable[[Array], int]) -> Iterator[Leaf]:
    """The scalars of an object that somebody uses. What the modelled kernel keeps in its own way is not among
    them, nor are functions. ``room``: how many elements of an array have memory."""
    yield from _leaves(world, find(type), (), None, room)


def _leaves(
    world: World, type: Type, path: tuple[Field | int, ...], field: Field | None, room: Callable[[Array], int]
) -> Iterator[Leaf]:
    if len(path) > _DEEPEST:
        return
    if isinstance(type, Array):
        for index in range(room(type)):
            yield from _leaves(world, find(type.element), (*path, index), field, room)
    elif isinstance(type, Record):
        for inner in _fields(type):
            if inner.used and not (inner.place is not None and world.is_modelled(inner.place)):
                yield from _leaves(world, find(inner.type), (*path, inner), inner, room)
    elif isinstance(type, (Int, Var)) or (isinstance(type, Pointer) and not isinstance(find(type.to), Func)):
        yield Leaf(path, field, type)


def _fields(record: Record) -> Iterator[Field]:
    yield from record.fields.values()
    for anonymous in record.anonymous:
        inner = find(anonymous)
        if isinstance(inner, Record):
            yield from _fields(inner)


def settle(world: World, copies: list[Copy], values: Callable[[Copy, Leaf], tuple[Value, ...]]) -> None:
    """Tells, when all types are known, which copies are exact, and what the others may write."""
    for copy in copies:
        copy.exact = _is_exact(world, copy)
        if not copy.exact:
            for leaf in leaves(world, copy.target, lambda array: 1):
                copy.values.setdefault(leaf.key, values(copy, leaf))


def _is_exact(world: World, copy: Copy) -> bool:
    """Whether the whole of an object is copied from one of the same type."""
    if copy.source is None or not _same(copy.target, copy.source):
        return False
    target = find(copy.target)
    if copy.named is not None and find(copy.named) is target:
        return True
    size = world.constant(copy.call.args[2])
    return size is not None and size == size_of(target)


def _same(left: Type, right: Type) -> bool:
    """Whether objects of both types have the same members, each with memory of its own."""
    left, right = find(left), find(right)
    if isinstance(left, Array) and isinstance(right, Array):
        return left.length == right.length > 0 and _same(left.element, right.element)
    if isinstance(left, Int) and isinstance(right, Int):
        return (left.bits, left.boolean) == (right.bits, right.boolean)
    if isinstance(left, Pointer) and isinstance(right, Pointer):
        return True
    return isinstance(left, Record) and left is right


def combined(counts: Sequence[int]) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Which values are written together: for each way the index of the value of each member, of which there
    are ``counts``. If all ways are too many (then the second is False), each value of a member goes with the
    first ones of the others, and members that have as many values have them in step."""
    if prod(counts) <= _MOST:
        return tuple(product(*(range(count) for count in counts))), True
    ways = {tuple(way % count for count in counts): None for way in range(max(counts))}
    for at, count in enumerate(counts):
        for chosen in range(1, count):
            ways[tuple(chosen if other == at else 0 for other in range(len(counts)))] = None
    return tuple(ways), False
