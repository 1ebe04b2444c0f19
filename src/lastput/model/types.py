"""Types as they are inferred: nominal open records, pointers, and sets of functions.

Inference is by unification and lenient, as C is between integers and pointers: what does not match is
left alone. A record (struct) is open: asking for a field that nobody declared adds it. A function type
carries the set of functions that may be behind a pointer of that type (Steensgaard, POPL 1996).
"""

from __future__ import annotations

__all__ = [
    "Array",
    "Field",
    "Func",
    "Int",
    "Pointer",
    "Record",
    "Type",
    "Var",
    "Void",
    "find",
    "pointee",
    "unify",
]

from collections.abc import Callable

from lastput.c.syntax import CType
from lastput.errors import Place


class Type:
    """A node of the type graph; ``link`` points to the node it has been unified with."""

    __slots__ = ("link",)

    def __init__(self) -> None:
        self.link: Type | None = None


class Var(Type):
    """Not known yet; ``Int`` if it stays so."""

    __slots__ = ()


class Int(Type):
    """``bits`` wide; see ``model.integers`` for what the types of C are."""

    __slots__ = ("bits", "boolean", "signed")

    def __init__(self, bits: int = 64, signed: bool = True, boolean: bool = False) -> None:
        super().__init__()
        self.bits = 1 if boolean else bits
        self.signed = signed and not boolean
        self.boolean = boolean


class Void(Type):
    __slots__ = ()


class Pointer(Type):
    __slots__ = ("to",)

    def __init__(self, to: Type) -> None:
        super().__init__()
        self.to = to


class Array(Type):
    """``length`` is 0 if the declaration leaves it open, -1 if it is no constant (then ``place`` says where
    that stands, for whoever needs it). ``known``: its initialiser gives the length. ``kept`` are the elements
    that have memory, if not all have."""

    __slots__ = ("element", "kept", "known", "length", "place")

    def __init__(self, element: Type, length: int, place: Place | None = None) -> None:
        super().__init__()
        self.element = element
        self.length = length
        self.place = place
        self.known = False
        self.kept = 0

    def initialised(self, length: int, place: Place) -> None:
        """The length is that of the initialiser."""
        self.length, self.place, self.known = length, place, True

    @property
    def room(self) -> int:
        """How many elements have memory."""
        return self.kept or max(self.length, 1)


class Func(Type):
    """A function; ``functions`` are those that a pointer of this type may hold, in order of discovery.
    ``called``: somebody calls through such a pointer."""

    __slots__ = ("called", "functions", "params", "result")

    def __init__(self, result: Type, params: list[Type]) -> None:
        super().__init__()
        self.result = result
        self.params = params
        self.functions: dict[str, None] = {}
        self.called = False


class Field:
    """A member of a record. ``read`` is False as long as nobody looks at its value; ``place`` is that of
    its declaration, ``written`` the type there, if it has one."""

    __slots__ = ("name", "place", "read", "type", "used", "written")

    def __init__(self, name: str, type: Type) -> None:
        self.name = name
        self.place: Place | None = None
        self.written: CType | None = None
        self.type = type
        self.used = False
        self.read = False


class Record(Type):
    """A struct or a union; ``tag`` is "" for anonymous and inferred ones. ``declared`` are the types of
    the members of its definition, in order; ``packed`` and ``aligned`` its attributes. ``more`` is asked
    for a member that is not known yet, and may define the struct or add that member."""

    __slots__ = ("aligned", "anonymous", "declared", "defined", "fields", "more", "packed", "tag", "union")

    def __init__(self, tag: str, more: Callable[[Record, str], None] | None = None) -> None:
        super().__init__()
        self.tag = tag
        self.more = more
        self.fields: dict[str, Field] = {}
        self.anonymous: list[Record] = []
        self.declared: list[Type] = []
        self.defined = False
        self.union = False
        self.packed = False
        self.aligned = False

    def field(self, name: str) -> Field:
        """The field of that name, looked for in anonymous members too, added if there is none."""
        found = self.lookup(name)
        if found is None and self.more is not None:
            self.more(self, name)
            found = self.lookup(name)
        if found is None:
            found = self.fields[name] = Field(name, Var())
        return found

    def complete(self) -> None:
        """Defines it, if it is not, and if somebody knows how."""
        if not self.defined and self.more is not None:
            self.more(self, "")

    def lookup(self, name: str) -> Field | None:
        if name in self.fields:
            return self.fields[name]
        for inner in self.anonymous:
            record = find(inner)
            if isinstance(record, Record) and (found := record.lookup(name)):
                return found
        return None


def find(node: Type) -> Type:
    """The representative of ``node``."""
    while node.link is not None:
        if node.link.link is not None:
            node.link = node.link.link
        node = node.link
    return node


def pointee(node: Type) -> Type:
    """What ``node`` points to; a variable is made a pointer to something unknown."""
    node = find(node)
    if isinstance(node, Pointer):
        return find(node.to)
    if isinstance(node, Array):
        return find(node.element)
    if isinstance(node, Var):
        target = Var()
        node.link = Pointer(target)
        return target
    if isinstance(node, Func):
        return node
    return Void()


def unify(left: Type, right: Type) -> None:
    """Make both the same as far as they can be."""
    todo = [(left, right)]
    while todo:
        a, b = (find(t) for t in todo.pop())
        if a is b:
            continue
        if isinstance(a, Var) or isinstance(b, Var):
            var, other = (a, b) if isinstance(a, Var) else (b, a)
            _bind(var, other)
        elif isinstance(a, (Pointer, Array)) and isinstance(b, (Pointer, Array)):
            inner = (pointee(a), pointee(b))
            if not any(isinstance(t, Void) for t in inner):
                todo.append(inner)
        elif isinstance(a, Pointer) and isinstance(b, Func):
            todo.append((pointee(a), b))
        elif isinstance(a, Func) and isinstance(b, Pointer):
            todo.append((a, pointee(b)))
        elif isinstance(a, Func) and isinstance(b, Func):
            todo += zip(a.params, b.params, strict=False)
            todo.append((a.result, b.result))
            a.functions.update(b.functions)
            a.called |= b.called
            b.link = a
        elif isinstance(a, Record) and isinstance(b, Record):
            todo += _merge(a, b)


def _bind(var: Type, other: Type) -> None:
    """A variable that meets ``void *`` becomes a pointer to something not known yet."""
    if isinstance(other, Pointer) and isinstance(find(other.to), Void):
        var.link = Pointer(Var())
    elif isinstance(other, (Void, Array)):
        if isinstance(other, Array):
            var.link = Pointer(other.element)
    elif isinstance(other, Int):
        var.link = Int(boolean=other.boolean)
    else:
        var.link = other


def _merge(a: Record, b: Record) -> list[tuple[Type, Type]]:
    """Join an inferred record with another; two different tags stay apart."""
    if a.tag and b.tag:
        return []
    keep, drop = (a, b) if a.tag else (b, a)
    if drop.defined:
        return []
    pairs: list[tuple[Type, Type]] = []
    for name, field in drop.fields.items():
        mine = keep.field(name)
        mine.used |= field.used
        mine.read |= field.read
        pairs.append((mine.type, field.type))
    drop.link = keep
    return pairs
