"""From an expression in a function to the key of what it names."""

from __future__ import annotations

__all__ = ["Typing", "key_of"]

import re
from functools import lru_cache

import msgspec

from lastput.effects.key import Key
from lastput.effects.typing.access import Access, read_access
from lastput.effects.typing.records import Member, Records
from lastput.effects.typing.scope import Scope, Variable, Within, read_scope
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve

_DEPTH = 4
_RETURNS = re.compile(r"(?:struct|union)\s+(\w+)\s*(?:__\w+\s*)?(\*+)")
_CONTAINER = re.compile(
    r"\b(?:container_of(?:_const|_safe)?|list_entry|hlist_entry)\s*\(\s*(.*?)\s*,\s*(?:const\s+)?(?:struct\s+)?(\w+)\s*,"
    r"\s*([\w.]+)\s*\)"
)
_CASTED = re.compile(r"\(\s*\(?\s*(?:const\s+)?(?:struct|union)\s+(\w+)\s*\*\s*\)")
_SAME = frozenset(
    ("READ_ONCE", "rcu_dereference", "rcu_dereference_protected", "rcu_dereference_raw", "rcu_access_pointer",
     "rcu_dereference_check", "rcu_dereference_bh", "rtnl_dereference", "smp_load_acquire", "unrcu_pointer",
     "ERR_CAST", "no_free_ptr", "return_ptr", "no_free", "likely", "unlikely", "xchg", "to_delayed_work",
     "rcu_pointer_handoff", "srcu_dereference")
)  # fmt: skip
_UNKNOWN = Key()


class _Place(msgspec.Struct, frozen=True):
    """What an expression names: the ``key``, and the type of the expression (None if it is not known).

    ``inside``: the expression points to the very place of the key, as ``&priv->foo`` does, and not to what a
    pointer that lies there leads to."""

    key: Key
    kind: Member | None
    inside: bool = False

    @property
    def leads(self) -> bool:
        """Whether the key says more than the type of an object."""
        return bool(self.key.path or self.key.variable)


class Typing:
    """Types of expressions over one fact base; remembers what it found. Take it as ``facts.once(Typing)``."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.bodies = facts.once(Bodies)
        self.records = facts.once(Records)
        self.scope = lru_cache(maxsize=20_000)(self._scope)
        self.key = lru_cache(maxsize=200_000)(self._key)
        self.view = lru_cache(maxsize=20_000)(self._view)
        self.embedded = lru_cache(maxsize=20_000)(self._embedded)
        self.views = lru_cache(maxsize=100_000)(self._views)
        self._global = lru_cache(maxsize=50_000)(self._file_scope)

    def _scope(self, function: int) -> Scope:
        return read_scope(self.facts.function(function).parameters, self.bodies.text(function))

    # -- what others ask

    def _key(self, function: int, expression: str) -> Key:
        """The key of what ``expression`` names, or points to, in a function; an unknown one if its start is
        not declared, or a member on the way is not."""
        place = self._place(function, read_access(expression), _DEPTH)
        return place.key if place is not None else _UNKNOWN

    def record(self, function: int, expression: str) -> str:
        """The tag of the struct that ``expression`` is, or points to; "" if that is not known."""
        place = self._place(function, read_access(expression), _DEPTH)
        return place.kind.record if place is not None and place.kind is not None else ""

    def _views(self, key: Key, file: int) -> tuple[Key, ...]:
        """The key as those see it who have a pointer to a part: ``struct mlx5_vdpa_dev.wq`` for
        ``struct mlx5_vdpa_net.mvdev.wq``. The key itself comes first; an embedded object as a whole comes
        as the object of its type last. ``file`` is where the structs are seen from."""
        found = [key]
        record, steps = key.record, key.path.split(".") if key.path else []
        for index, step in enumerate(steps):
            member = self.records.member(record, step, file) if record else None
            if member is None:
                if record and not self.records.known(record):
                    break
                continue  # a named inner struct, whose members count as the outer one's
            if member.pointers and index < len(steps) - 1:
                break  # a key never leads through a pointer
            if member.pointers or not self.records.known(member.record):
                break
            record = member.record
            found.append(Key(record, ".".join(steps[index + 1 :])))
        return tuple(found)

    def same(self, one: Key, two: Key, file: int) -> bool:
        """Whether two keys may be of the same object, as seen from ``file``: they are equal, or one is what
        the other is to those who have a pointer to a part of it."""
        if not one.known or not two.known:
            return False
        if one == two:
            return True
        return two in self._members(one, file) or one in self._members(two, file)

    def _members(self, key: Key, file: int) -> tuple[Key, ...]:
        """The views that still say which member is meant."""
        return tuple(view for view in self.views(key, file) if view.path or not key.path)

    # -- variables

    def _variable(self, function: int, variable: Variable, depth: int) -> _Place:
        """What a variable names, by what it is set to if that says more than its type."""
        kind = Member(variable.record, variable.pointers) if variable.record else None
        own = _Place(Key(variable.record) if variable.record else _UNKNOWN, kind)
        if variable.static:
            fact = self.facts.function(function)
            return _Place(Key(variable.record, "", f"{fact.name}.{variable.name}", fact.path), kind)
        if depth <= 0:
            return own
        around = [_Place(Key(one.record, one.path), kind, True) for one in variable.within]
        if len(around) == 1 and variable.parameter >= 0:
            return around[0]
        told = [one for one in variable.values if not _nothing(one)]
        places = [self._value(function, variable.name, value, depth - 1) for value in told]
        if len(places) == 1 and places[0] is not None:
            embedded = places[0].kind is not None and not places[0].kind.pointers and variable.pointers == 1
            return _Place(places[0].key, kind or places[0].kind, places[0].inside or embedded)
        if len(around) == 1:
            return around[0]
        if not any(places) and len(variable.stores) == 1:
            place = self._place(function, read_access(variable.stores[0]), depth - 1)
            if place is not None and place.key.known:
                return _Place(place.key, kind or place.kind)
        return own

    def _value(self, function: int, name: str, value: str, depth: int) -> _Place | None:
        """What ``name = value`` says of the object, beyond its type: a member, or a file's variable."""
        access = read_access(value)
        if access is None or access.base == name:
            return None
        place = self._place(function, access, depth)
        if place is None or not place.leads:
            return None
        return msgspec.structs.replace(place, inside=place.inside or access.address)

    # -- expressions

    def _place(self, function: int, access: Access | None, depth: int) -> _Place | None:
        if access is None or depth < 0:
            return None
        start = self._start(function, access, depth)
        if start is None:
            return None
        if access.cast:
            kind = Member(access.cast, 1)
            key = start.key if start.leads and not start.inside else Key(access.cast)
            start = _Place(key, kind)
        place = self._walk(function, start, access.steps)
        element = access.address and access.steps and access.steps[-1][0] == "["
        if element and place.leads and place.kind is not None and place.kind.pointers:
            return _Place(Key(place.kind.record), place.kind, True)
        return place

    def _start(self, function: int, access: Access, depth: int) -> _Place | None:
        if access.inner is not None:
            place = self._place(function, access.inner, depth)
            if place is not None and access.inner.address and place.kind is not None:
                return _Place(place.key, Member(place.kind.record, place.kind.pointers + 1), True)
            return place
        if access.arguments is not None:
            return self._called(function, access, depth)
        variable = self.scope(function).variables.get(access.base)
        if variable is not None:
            return self._variable(function, variable, depth)
        return self._global(access.base, self.facts.function(function).file)

    def _walk(self, function: int, place: _Place, steps: tuple[tuple[str, str], ...]) -> _Place:
        file = self.facts.function(function).file
        for sign, name in steps:
            key, kind, inside = place.key, place.kind, place.inside
            if kind is None:
                # A member of what is not known can only be named from a known start.
                key = _inner(key, name) if sign == "." else _UNKNOWN if name else key
                place = _Place(key, None)
            elif not name:
                if sign == "*" and place.leads and not inside and kind.pointers == 1:
                    key = Key(kind.record)
                if sign == "*":
                    place = _Place(key, Member(kind.record, max(kind.pointers - 1, 0)))
            else:
                # "." after an index, too, where the member is a pointer to an array.
                away = place.leads and not inside and kind.pointers
                key = Key(kind.record, name) if away or not place.leads else _inner(key, name)
                place = _Place(key, self.records.member(kind.record, name, file))
        return place

    # -- calls

    def _called(self, function: int, access: Access, depth: int) -> _Place | None:
        """What a call gives: the object itself (``READ_ONCE(p)``), the one around its argument, or one of the
        type that is returned."""
        fact = self.facts.function(function)
        arguments = access.arguments or ()
        if access.base in _SAME and arguments:
            return self._place(function, read_access(arguments[0]), depth - 1)
        if access.base in ("container_of", "container_of_const", "list_entry", "hlist_entry", "rb_entry"):
            if len(arguments) == 3:
                tag = arguments[1].split()[-1].rstrip("*)")
                return _Place(Key(tag), Member(tag, 1))
            return None
        if access.base in ("from_timer", "timer_container_of", "from_tasklet", "from_work") and arguments:
            variable = self.scope(function).variables.get(arguments[0])
            return _Place(Key(variable.record), Member(variable.record, 1)) if variable is not None else None
        within = self.view(access.base, fact.file)
        if within is not None:
            return _Place(Key(within.record), Member(within.record, 1))
        inner = self.embedded(access.base, fact.file) if arguments else ""
        if inner:
            place = self._place(function, read_access(arguments[0]), depth - 1)
            if place is not None:
                first, *others = inner.split(".")
                place = self._walk(function, place, (("->", first), *((".", one) for one in others)))
                kind = Member(place.kind.record, place.kind.pointers + 1) if place.kind is not None else None
                return _Place(place.key, kind, True)
        for one in resolve(self.facts, access.base, fact.file)[:1]:
            returns = _RETURNS.search(self.facts.function(one).returns)
            if returns is not None:
                return _Place(Key(returns[1]), Member(returns[1], len(returns[2])))
        return None

    def _view(self, name: str, file: int) -> Within | None:
        """The struct, and the member in it, that a ``to_foo()`` goes from: a macro, or a short function, with
        the value ``container_of`` its argument. The path is "" if it only casts."""
        for one in resolve(self.facts, name, file)[:1]:
            fact = self.facts.function(one)
            if fact.end_line - fact.line > 12 or not fact.parameters:
                return None
            found = re.search(r"\breturn\b[^;]*;", self.bodies.text(one))
            match = _CONTAINER.search(found[0]) if found is not None else None
            return Within(match[2], match[3]) if match is not None else None
        for (body,) in self.facts.sql("SELECT body FROM macros WHERE name = ? ORDER BY id LIMIT 3", name):
            match = _CONTAINER.search(body)
            if match is not None:
                return Within(match[2], match[3])
            cast = _CASTED.search(body)
            if cast is not None:
                return Within(cast[1], "")
        return None

    def _embedded(self, name: str, file: int) -> str:
        """The members to the address of which a macro or a short function leads from its one argument:
        ``base.base`` of ``(&(obj)->base.base)``; "" for what is something else."""
        for one in resolve(self.facts, name, file)[:1]:
            fact = self.facts.function(one)
            if fact.end_line - fact.line > 6 or len(fact.parameters) != 1:
                return ""
            found = re.fullmatch(r"\{\s*return\s*([^;]*);\s*\}", self.bodies.text(one).strip())
            return _address(found[1], fact.parameters[0].name) if found is not None else ""
        for parameters, body in self.facts.sql(
            "SELECT parameters, body FROM macros WHERE name = ? ORDER BY id LIMIT 1", name
        ):
            return _address(body, parameters.strip())
        return ""

    # -- file scope

    def _file_scope(self, name: str, file: int) -> _Place | None:
        """A variable at file scope: the file's own if it declares one as static, else the kernel's."""
        path = self.facts.path(file)
        text = self.bodies.whole(path)
        found = re.search(
            rf"^(static\s+)?(?:(?:extern|const|volatile|__\w+|DEFINE_PER_CPU\w*\()\s*)*(?:(?:struct|union|enum)\s+)?(\w+)"
            rf"[\s*,]+(?:const\s+|__\w+\s+)*(\**)\s*{re.escape(name)}\s*(?:__\w+\s*(?:\([^()]*\)\s*)?)*[;=\[,)]",
            text, re.MULTILINE,
        )  # fmt: skip
        if found is not None and found[2] not in ("return", "goto"):
            star = 1 if "*" in found[0] else 0
            return _Place(Key(found[2], "", name, path if found[1] else ""), Member(found[2], star))
        made = re.search(
            rf"^(static\s+)?(?:DEFINE|DECLARE)_(\w+)\s*\(\s*{re.escape(name)}\b", text, re.MULTILINE
        )
        if made is not None:
            return _Place(Key("", "", name, path if made[1] else ""), None)
        rows = self.facts.sql("SELECT type FROM variables WHERE name = ? AND NOT static LIMIT 1", name)
        return (
            _Place(Key(rows[0][0], "", name), Member(rows[0][0], 0))
            if rows
            else _Place(Key("", "", name), None)
        )


def _address(text: str, name: str) -> str:
    """The path of ``&name->path``, whatever parentheses are around it."""
    plain = re.sub(r"[()\s]", "", text)
    found = re.fullmatch(rf"&{re.escape(name)}->([\w.]+)", plain) if name else None
    return found[1] if found is not None else ""


def _inner(key: Key, name: str) -> Key:
    """The key of a member."""
    return Key(key.record, f"{key.path}.{name}" if key.path else name, key.variable, key.file)


def _nothing(value: str) -> bool:
    """Whether a value only says that there is no object (yet)."""
    return value in ("NULL", "0") or value.startswith(("ERR_PTR", "ERR_CAST"))


def key_of(facts: Facts, function: int, expression: str) -> Key:
    """The key of what ``expression`` names, or points to, in a function of ``facts``."""
    return facts.once(Typing).key(function, expression)
