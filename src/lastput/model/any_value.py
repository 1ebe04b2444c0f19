"""Bodies for functions that give any value: one out of those that their callers can tell apart.

A pointer to a struct is that of an object that stands for any of its type, an error code where callers ask
for one, and NULL where they do. What is stored through a pointer that was handed over is any value as well.
"""

from __future__ import annotations

__all__ = ["give_any"]

from collections.abc import Iterator

import msgspec

from lastput.c import syntax as c
from lastput.c.lex import lex
from lastput.c.parse import parse_function
from lastput.errors import Place
from lastput.model.copies import Copy, Leaf, Value, settle
from lastput.model.domains import Flows, Holder, Uses, call_of, flows, out_of, result_of
from lastput.model.inference import Inference
from lastput.model.integers import narrow
from lastput.model.types import Array, Func, Int, Pointer, Record, Type, Var, Void, find, pointee
from lastput.model.world import Function, Variable

_ERROR = -22  # EINVAL: what nobody compares with by name
_MOST = 24  # values of one function


def give_any(inference: Inference) -> None:
    """Gives each function of ``inference.any`` a body, and the objects that these need."""
    objects = any(one.any for one in inference.variables.values())
    if not (inference.any or inference.copies or inference.any_calls or objects):
        return
    maker = _Maker(inference, flows(inference))
    for function in inference.any:
        maker.body(function)
    inference.drain()
    settle(inference.world, list(inference.copies.values()), maker.written)
    for call, type in inference.any_calls:
        inference.choices[id(call)] = maker.plain(call_of(call), type, call.place)
    maker.link()


class _Maker:
    def __init__(self, inference: Inference, found: Flows) -> None:
        self.inference = inference
        self.world = inference.world
        self.found = found
        self.objects: dict[int, Variable] = {}

    def body(self, function: Function) -> None:
        lines: list[str] = []
        for at, param in enumerate(function.params):
            target = pointee(param.type) if isinstance(find(param.type), Pointer) else None
            written = param.written
            constant = written is not None and written.inner is not None and written.inner.const
            if target is None or constant or isinstance(target, (Void, Func, Record, Var, Array)):
                continue
            values = self.values(out_of(function.name, at), target, function.place)
            if len(values) > 1:
                lines.append(f"if (__arg{at}) plain {{ *__arg{at} = {_choice(values)}; }}")
        result = find(function.type.result)
        given = f"__any_result_of_{function.name}"
        if given in self.inference.variables:
            lines.append(f"__overwrite(&{given});")
        if not isinstance(result, (Void, Record)):
            values = self.values(result_of(function.name), result, function.place)
            lines.append("long __value;" if len(values) > 1 else "")
            if len(values) > 1:
                lines.append(f"plain {{ __value = {_choice(values)}; }}")
                lines.append("return (void *)__value;" if isinstance(result, Pointer) else "return __value;")
            else:
                lines.append(f"return {values[0]};")
        self._define(function, "{ " + " ".join(lines) + " }")

    def _define(self, function: Function, text: str) -> None:
        place = function.place
        tokens = tuple(
            msgspec.structs.replace(one, file=place.file, line=place.line, column=place.column)
            for one in lex(text, place.file)
        )
        written = function.definition.type
        stub = c.FunctionStub(place=place, name=function.name, type=written, body=tokens)
        function.replace(parse_function(stub, ()))
        self.inference.visitor.function(function)

    def values(self, holder: Holder, type: Type, place: Place) -> list[str]:
        """The values to choose from, as C expressions."""
        pointer = isinstance(find(type), (Pointer, Array))
        return [
            f"(void *)&{one.name}"
            if isinstance(one, Variable)
            else f"(void *){one}L"
            if pointer
            else str(one)
            for one in self.plain(holder, type, place)
        ]

    def plain(self, holder: Holder, type: Type, place: Place) -> tuple[Value, ...]:
        """The values to choose from for what goes into ``holder``."""
        uses, found = self.found.of(holder), find(type)
        if isinstance(found, (Pointer, Array)):
            return tuple(self._pointers(uses, found, place))
        return tuple(_numbers(uses, found if isinstance(found, Int) else Int()))

    def written(self, copy: Copy, leaf: Leaf) -> tuple[Value, ...]:
        """What a copy that is not exact may write to a leaf."""
        holder: Holder = ("member", id(leaf.field)) if leaf.field is not None else call_of(copy.call)
        return self.plain(holder, leaf.type, copy.call.place)

    def _pointers(self, uses: Uses, type: Type, place: Place) -> Iterator[Value]:
        yield self.object(pointee(type), place)
        if uses.tested or 0 in uses.equal:
            yield 0
        if uses.ordered:
            yield _ERROR

    def object(self, target: Type, place: Place) -> Variable:
        """The object that stands for any of its type."""
        target = find(target)
        key = id(target) if isinstance(target, (Record, Int)) else 0
        if key not in self.objects:
            tag = target.tag if isinstance(target, Record) else ""
            name = f"__any_{tag or len(self.objects)}"
            variable = Variable(name, target if key else Int(), place)
            variable.defined = variable.any = True
            self.world.variables[name] = variable
            self.inference.variable(name, place)
            self.objects[key] = variable
        return self.objects[key]

    def link(self) -> None:
        """Pointers in objects that stand for any of their type lead to such objects."""
        waiting = [one for one in self.inference.variables.values() if one.any]
        for variable in waiting:
            known = find(variable.type)
            if isinstance(known, Record):
                self.objects.setdefault(id(known), variable)
        while waiting:
            variable = waiting.pop()
            for path, target in self._pointers_in(variable.type, ()):
                fresh = id(target) not in self.objects
                there = self.object(target, variable.place)
                self.inference.links.append((variable, path, there))
                if fresh:
                    waiting.append(there)

    def _pointers_in(self, type: Type, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], Record]]:
        """The members that point to structs somebody uses; what the modelled kernel keeps is left alone."""
        record = find(type)
        if isinstance(record, Pointer) and not path:
            target = pointee(record)
            return [((), target)] if isinstance(target, Record) else []
        if not isinstance(record, Record) or len(path) > 8:
            return []
        found: list[tuple[tuple[str, ...], Record]] = []
        for field in record.fields.values():
            inner = find(field.type)
            if not field.used or (field.place is not None and self.world.is_modelled(field.place)):
                continue
            if isinstance(inner, Record):
                found += self._pointers_in(inner, (*path, field.name))
            elif isinstance(inner, Pointer):
                target = pointee(inner)
                if isinstance(target, Record) and any(one.used for one in target.fields.values()):
                    found.append(((*path, field.name), target))
        return found


def _numbers(uses: Uses, type: Int) -> list[int]:
    if not uses:
        return [0]
    if type.boolean:
        return [0, 1]
    wanted = {0, *uses.equal, *uses.masks}
    for bound in uses.ordered:
        wanted |= {bound - 1, bound, bound + 1}
    if len(uses.masks) > 1:
        total = 0
        for mask in uses.masks:
            total |= mask
        wanted.add(total)
    other = next(value for value in (1, *range(2, 1000)) if value not in wanted)
    if uses.ordered and any(bound <= 0 for bound in uses.ordered):
        wanted.add(_ERROR)
    wanted.add(other)
    fitting = {value for value in wanted if narrow(value, type) == value and (type.signed or value >= 0)}
    return sorted(fitting, key=lambda value: (value != 0, abs(value), value))[:_MOST] or [0]


def _choice(values: list[str]) -> str:
    """An expression that is any of ``values``."""
    if len(values) == 1:
        return values[0]
    text = f"({values[-1]})"
    for at in range(len(values) - 2, -1, -1):
        text = f"(__which == {at} ? ({values[at]}) : {text})"
    return f"({{ int __which = choose({len(values)}); {text}; }})"
