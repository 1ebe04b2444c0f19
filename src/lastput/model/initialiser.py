"""Initialisers: which expression lands in which member."""

from __future__ import annotations

__all__ = ["InitValue", "flatten_initialiser", "open_length"]

from collections.abc import Iterator

import msgspec

from lastput.c import syntax as c
from lastput.errors import LastputError, Place
from lastput.model.types import Array, Field, Record, Type, Var, find
from lastput.model.world import World

_MOST = 4096  # items that a range may stand for


class InitValue(msgspec.Struct, frozen=True):
    """``value`` is stored at ``path`` (members and array indices from the outside in), of type ``type``."""

    path: tuple[Field | int, ...]
    type: Type
    value: c.Expr


class _Braces(msgspec.Struct, frozen=True):
    """What stands in braces at ``path`` begins: it stands for all that was written there before."""

    path: tuple[Field | int, ...]


def flatten_initialiser(world: World, target: Type, init: c.Expr) -> Iterator[InitValue]:
    """The leaves of an initialiser of an object of type ``target``, in written order. Of what is
    initialised twice the last counts, for a struct or array as a whole (C11 6.7.9, 19)."""
    leaves: list[InitValue] = []
    begun: set[tuple[Field | int, ...]] = set()
    for part in _walk(world, (), target, init):
        if part.path in begun:
            leaves = [leaf for leaf in leaves if leaf.path[: len(part.path)] != part.path]
        if isinstance(part, InitValue):
            leaves.append(part)
            begun.update(part.path[:length] for length in range(len(part.path) + 1))
    yield from leaves


def _walk(
    world: World, path: tuple[Field | int, ...], target: Type, init: c.Expr, braces: bool = True
) -> Iterator[InitValue | _Braces]:
    target = find(target)
    if isinstance(target, Array) and isinstance(init, c.String):
        init = _characters(init)
    if isinstance(target, Record):
        target.complete()
    if isinstance(init, c.Cast) and isinstance(init.operand, c.InitList) and _is_whole(target, init):
        init = init.operand
    if isinstance(target, Var) and isinstance(init, c.InitList) and _names_members(init):
        target.link = target = Record("")
    if not isinstance(init, c.InitList):
        yield InitValue(path, target, init)
        return
    if not isinstance(target, (Record, Array)):
        if len(init.items) == 1 and not init.items[0].path:
            yield from _walk(world, path, target, init.items[0].value)
        elif init.items:
            _unfit(world, "braces around a value that is no struct or array", "remove them", init.place)
        return
    if braces:
        yield _Braces(path)
    position = 0
    members = _members(target) if isinstance(target, Record) else []
    items = list(init.items)
    while items:
        item = items.pop(0)
        designators = list(item.path)
        first_index = designators[0] if designators else None
        if isinstance(first_index, c.Binary) and first_index.op == "...":
            items[:0] = _spread(world, first_index, item)
            continue
        if not designators:
            if isinstance(target, Record):
                if position >= len(members):
                    what = f"struct {target.tag} has no declared member for this value"
                    way = "declare the struct with its members, or write .member = value"
                    _unfit(world, what, way, item.value.place)
                    continue
                designators = [members[position]]
            else:
                designators = [c.Number(place=item.value.place, value=position)]
        first = designators[0]
        if isinstance(first, str) and isinstance(target, Record):
            position = members.index(first) + 1 if first in members else position
        elif not isinstance(first, str):
            position = (world.constant(first) or 0) + 1
        found = _descend(world, target, designators, item.value)
        if found is None:
            continue
        where, inner = found
        value = item.value
        if not item.path and _is_elided(inner, value):
            # No braces around an inner aggregate: it takes as many items as it has members.
            taken = [item, *items[: _room(inner) - 1]]
            del items[: len(taken) - 1]
            plain = next((i for i, one in enumerate(taken) if one.path), len(taken))
            items[:0] = taken[plain:]
            value = c.InitList(place=value.place, items=tuple(taken[:plain]))
        yield from _walk(world, path + where, inner, value, value is item.value)


def open_length(world: World, array: Array, init: c.InitList | c.String) -> int:
    """The length of ``T x[] = {...}`` or ``= "..."``. An index that is no constant is refused when it is
    stored to."""
    if isinstance(init, c.String):
        return len(init.value.encode("utf-8", "surrogateescape")) + 1
    position = length = 0
    room = _room(array.element)
    elided = 0
    for item in init.items:
        if item.path:
            index = item.path[0]
            if isinstance(index, c.Binary) and index.op == "...":
                index = index.right
            position = (world.constant(index) or 0) if not isinstance(index, str) else position
            elided = 0
        if room > 1 and _is_elided(find(array.element), item.value):
            elided += 1
            position += elided % room == 0
            length = max(length, position + (elided % room != 0))
        else:
            position += 1
            length = max(length, position)
    return length


def _unfit(world: World, what: str, way: str, place: Place) -> None:
    """A value for which there is no place: in a file of the tree it is left out, which is an assumption."""
    if not world.is_lenient(place):
        raise LastputError("initialiser", what, way, place)
    world.assume("left out", f"the initial value at {place}", place)


def _is_whole(target: Type, literal: c.Cast) -> bool:
    """Whether a compound literal stands for all of ``target``, not for the address of an array."""
    if isinstance(target, (Record, Array)):
        return True
    return literal.type.kind != "array"


def _names_members(init: c.InitList) -> bool:
    return bool(init.items) and bool(init.items[0].path) and isinstance(init.items[0].path[0], str)


def _characters(text: c.String) -> c.InitList:
    """A string as the initialiser of an array: its bytes, and the zero behind them."""
    values = (*text.value.encode("utf-8", "surrogateescape"), 0)
    items = (c.InitItem((), c.Number(place=text.place, value=value)) for value in values)
    return c.InitList(place=text.place, items=tuple(items))


def _spread(world: World, span: c.Binary, item: c.InitItem) -> list[c.InitItem]:
    """``[low ... high] = value`` as one item an index."""
    low, high = world.constant(span.left), world.constant(span.right)
    if low is None or high is None or not 0 <= low <= high < _MOST:
        _unfit(world, "this range is no constant one", "use constants", span.place)
        return []
    numbers = (c.Number(place=span.place, value=index) for index in range(low, high + 1))
    return [c.InitItem((number, *item.path[1:]), item.value) for number in numbers]


def _is_elided(inner: Type, value: c.Expr) -> bool:
    """Whether ``value`` can only be the first member of the struct or array ``inner``."""
    if isinstance(value, c.InitList) or (isinstance(value, c.Cast) and isinstance(value.operand, c.InitList)):
        return False
    if isinstance(inner, Array):
        return not isinstance(value, c.String)
    scalar = isinstance(value, (c.Number, c.String, c.Binary, c.SizeofType)) or (
        isinstance(value, c.Unary) and value.op != "*"
    )
    return isinstance(inner, Record) and scalar


def _room(type: Type) -> int:
    """How many scalars an aggregate takes."""
    type = find(type)
    if isinstance(type, Array):
        return max(type.length, 1) * _room(type.element)
    if isinstance(type, Record):
        inner = [field.type for field in type.fields.values()] + list(type.anonymous)
        return max(sum(_room(one) for one in inner), 1)
    return 1


def _members(record: Record) -> list[str]:
    names = list(record.fields)
    for anonymous in record.anonymous:
        inner = find(anonymous)
        if isinstance(inner, Record):
            names += _members(inner)
    return names


def _descend(
    world: World, target: Type, designators: list[str | c.Expr], value: c.Expr
) -> tuple[tuple[Field | int, ...], Type] | None:
    """What designators name within ``target``; None if that is left out."""
    path: list[Field | int] = []
    for step in designators:
        target = find(target)
        if isinstance(step, str) and isinstance(target, Record):
            field = target.field(step)
            path.append(field)
            target = field.type
        elif not isinstance(step, str) and isinstance(target, Array):
            index = world.constant(step)
            if index is None or not 0 <= index < max(target.length, 1):
                what = "array index is no constant within the array"
                _unfit(world, what, "use a constant", value.place)
                return None
            path.append(index)
            target = target.element
        else:
            what = "this designator does not fit the type"
            _unfit(world, what, "check the declaration", value.place)
            return None
    return tuple(path), find(target)
