"""What is not declared in a test and its sources is taken from the headers of the tree, by name.

The modelled kernel comes first: a name that it defines is never looked for, and what would reach into the
structs that it keeps in its own way is left alone. What a header defines in a way that litmus C does not have
(assembly, the compiler's own functions) counts as not defined.
"""

from __future__ import annotations

__all__ = ["OnDemand", "TypeNames"]

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from lastput.c import syntax as c
from lastput.c.lex import lex
from lastput.c.macros import Macro
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor
from lastput.c.words import (
    ATTRIBUTES,
    ATTRIBUTES_WITH_ARGS,
    RESERVED,
    SKIPPED_LINES,
    STORAGE_WORDS,
    TYPE_STARTS,
)
from lastput.errors import LastputError
from lastput.facts.definitions.base import Found
from lastput.facts.definitions.lookup import Headers, View, config_macro
from lastput.facts.definitions.scan import Kind, scan
from lastput.model.builtins import BUILTINS
from lastput.model.reaches_into import reaches_into
from lastput.model.types import Record
from lastput.model.world import World

#: No macro of a header stands for one of these.
_OWN = (
    frozenset(BUILTINS) | ATTRIBUTES | ATTRIBUTES_WITH_ARGS | RESERVED | SKIPPED_LINES | STORAGE_WORDS
    | TYPE_STARTS
    | {"current", "THIS_MODULE", "NULL", "true", "false", "module_init", "module_exit", "__func__",
       "fallthrough", "KBUILD_MODNAME", "MODULE", "offsetof"}
)  # fmt: skip
#: What a macro may not come to.
_OUTSIDE = re.compile(
    r"asm|__asm__|__asm|asm_inline|asm_volatile_goto|_Generic|__int128|__seg_gs|__label__|_THIS_IP_"
    r"|__builtin_(?!expect$|constant_p$|bswap\d+$)\w+"
)
_NAMED = re.compile(r"\b(?:ASSUME_ANY|ASSUME_NOOP|SOURCE)\s*\(([^)]*)\)")


class TypeNames(set[str]):
    """Names of types: those of headers become known when a parser asks for one."""

    def __init__(self, known: Iterable[str] = (), demand: Callable[[str], bool] | None = None) -> None:
        super().__init__(known)
        self.demand = demand
        self._absent: set[str] = set()

    def __contains__(self, name: object) -> bool:
        if super().__contains__(name):
            return True
        if self.demand is None or name in self._absent or not isinstance(name, str):
            return False
        self._absent.add(name)
        if self.demand(name):
            self._absent.discard(name)
            self.add(name)
            return True
        return False

    def copy(self) -> TypeNames:
        other = TypeNames(self, self.demand)
        other._absent = self._absent
        return other


class OnDemand:
    """Definitions for a world, from what its sources see of headers. ``add`` takes the items that were
    read."""

    def __init__(
        self,
        world: World,
        headers: Headers,
        typedefs: TypeNames,
        kernel: Path,
        base: Preprocessor,
        add: Callable[[c.TopLevel, str], None],
    ) -> None:
        self.world = world
        self.headers = headers
        self.typedefs = typedefs
        self.modelled = _names_in(kernel)
        self.test: set[str] = set()
        self.named: set[str] = set()
        self.add = add
        self.views: dict[str, View] = {}
        self.base = base
        self._readers: dict[int, Preprocessor] = {}
        self._acceptable: dict[tuple[int, str], bool] = {}
        self._tried: set[tuple[str, str]] = set()
        self._prototypes: dict[str, c.CType | None] = {}
        self._members: dict[str, dict[str, c.FieldDecl]] = {}

    def own(self, text: str) -> None:
        """The text of a test, or of a header beside it: what it defines is not looked for."""
        self.test.update(one.name for one in scan(text))
        for names in _NAMED.findall(text):
            self.named.update(re.findall(r"\b[A-Za-z_]\w*", re.sub(r'"[^"]*"', "", names)))

    # --- macros --------------------------------------------------------------------------------

    def in_test(self, text: str) -> Callable[[str], Macro | None]:
        """The macros for the words of a test."""
        words = {token.text for token in lex(text, "") if token.kind == "ident"}

        def demand(name: str) -> Macro | None:
            if name not in words or name in self.test or name in self.named or name.startswith("CONFIG_"):
                return None
            return next((found for view in self.views.values() if (found := self._macro(view, name))), None)

        return demand

    def in_source(self, path: str, text: str, needed: frozenset[str]) -> Callable[[str], Macro | None]:
        """The macros for a C file of the tree, with the options ``needed`` on."""
        view = self.view(path)
        own = {one.name for one in scan(text) if one.kind in (Kind.FUNCTION, Kind.VARIABLE, Kind.ENUMERATOR)}
        config = self.headers.config

        def demand(name: str) -> Macro | None:
            if name.startswith("CONFIG_"):
                return config_macro(name, "1" if name in needed else config.in_source(name))
            return None if name in own or name in self.test or name in self.named else self._macro(view, name)

        return demand

    def view(self, path: str) -> View:
        if path not in self.views:
            self.views[path] = self.headers.view(path)
        return self.views[path]

    def _macro(self, view: View, name: str) -> Macro | None:
        if name in _OWN or name in self.modelled or name in self.world.functions or name in self.world.any:
            return None
        found = view.macro(name)
        return found if found is not None and self._fits(view, name, found) else None

    def _fits(self, view: View, name: str, macro: Macro) -> bool:
        """Whether a macro is litmus C. What is not among those that it is made of is left as a call."""
        key = (id(view), name)
        if key not in self._acceptable:
            self._acceptable[key] = not any(
                token.kind == "ident" and _OUTSIDE.fullmatch(token.text) for token in macro.body
            )
        return self._acceptable[key]

    # --- what the world asks for ---------------------------------------------------------------

    def enumerator(self, name: str) -> bool:
        if name in self.world.constants:
            return True
        return self._take(name, (Kind.ENUMERATOR,)) and name in self.world.constants

    def typedef(self, name: str) -> bool:
        return name in self.world.typedefs or (
            self._take(name, (Kind.TYPEDEF,)) and name in self.world.typedefs
        )

    def function(self, name: str) -> bool:
        """An inline function that stays away from what the modelled kernel keeps in its own way."""
        if name in self.modelled or name in self.test or self._was_tried("function", name):
            return name in self.world.functions
        found = self._find(name, (Kind.FUNCTION, Kind.PROTOTYPE))
        if found is None or found[1].kind != Kind.FUNCTION:
            return False
        for item in self._items(*found):
            if isinstance(item, c.FunctionStub) and item.name == name and self._usable(item):
                self.add(item, found[1].path)
                return True
            if isinstance(item, c.FunctionStub) and item.name == name:
                self._prototypes[name] = item.type
        return False

    def _usable(self, stub: c.FunctionStub) -> bool:
        if any(token.kind == "ident" and _OUTSIDE.fullmatch(token.text) for token in stub.body):
            return False
        try:
            definition = parse_function(stub, self.typedefs)
        except LastputError:
            return False
        return not reaches_into(self.world, definition)

    def variable(self, name: str) -> bool:
        """A variable that a header defines, or declares."""
        if name in self.modelled or name in self.test or self._was_tried("variable", name):
            return False
        found = self._find(name, (Kind.VARIABLE, Kind.EXTERN))
        if found is None:
            return False
        for item in self._items(*found):
            if isinstance(item, c.Declaration) and item.name == name and item.type.kind != "function":
                self.add(item, found[1].path)
        return name in self.world.variables

    def prototype(self, name: str) -> c.CType | None:
        if name not in self._prototypes:
            self._prototypes[name] = None
            if name not in self.modelled:
                found = self._find(name, (Kind.FUNCTION, Kind.PROTOTYPE))
                for item in self._items(*found) if found is not None else ():
                    if isinstance(item, c.FunctionStub | c.Declaration) and item.name == name:
                        self._prototypes[name] = item.type if item.type.kind == "function" else None
        return self._prototypes[name]

    def record(self, record: Record, member: str) -> None:
        """Defines a struct, or adds a member to one that a test or the modelled kernel declares in part."""
        if not record.tag or (record.defined and self._was_tried(f"member {record.tag}", member)):
            return
        if record.tag not in self._members:
            self._members[record.tag] = {}
            found = self._find(record.tag, (Kind.STRUCT,))
            for item in self._items(*found) if found is not None else ():
                if isinstance(item, c.StructDef) and item.type.name == record.tag:
                    self._members[record.tag] = dict(_members(item.type))
                if isinstance(item, c.StructDef | c.EnumDef) and found is not None:
                    self.add(item, found[1].path)
        declared = self._members[record.tag].get(member)
        if record.defined and declared is not None and record.lookup(member) is None:
            self.world.add_member(record, declared)

    # --- reading -------------------------------------------------------------------------------

    def _was_tried(self, kind: str, name: str) -> bool:
        key = (kind, name)
        if key in self._tried:
            return True
        self._tried.add(key)
        return False

    def _take(self, name: str, kinds: tuple[Kind, ...]) -> bool:
        """Reads what defines ``name``, once."""
        if name in self.modelled or name in self.test or self._was_tried(kinds[0].name, name):
            return False
        found = self._find(name, kinds)
        if found is None:
            return False
        for item in self._items(*found):
            self.add(item, found[1].path)
        return True

    def _find(self, name: str, kinds: tuple[Kind, ...]) -> tuple[View, Found] | None:
        for view in self.views.values():
            found = view.find(name, kinds)
            if found is not None:
                return view, found
        return None

    def _items(self, view: View, found: Found) -> tuple[c.TopLevel, ...]:
        try:
            tokens = view.tokens(found, self._reader(view))
            return parse_unit(tokens, found.path, (), False, self.typedefs).items
        except LastputError:
            return ()

    def _reader(self, view: View) -> Preprocessor:
        if id(view) not in self._readers:

            def demand(name: str) -> Macro | None:
                if name.startswith("CONFIG_"):
                    return config_macro(name, self.headers.config.in_header(name))
                return None if name in self.test or name in self.named else self._macro(view, name)

            self._readers[id(view)] = self.base.fork(demand)
        return self._readers[id(view)]


def _members(written: c.CType) -> Iterator[tuple[str, c.FieldDecl]]:
    for one in written.fields or ():
        if one.name:
            yield one.name, one
        elif one.type.fields is not None:
            yield from _members(one.type)


@cache
def _names_in(kernel: Path) -> frozenset[str]:
    """What the modelled kernel defines."""
    return frozenset(
        one.name
        for path in sorted(kernel.iterdir())
        if path.suffix in (".c", ".h")
        for one in scan(path.read_text("utf-8"))
    )
