"""One definition for a name: the one that a C file would see in the configuration asked for."""

from __future__ import annotations

__all__ = ["Headers", "View", "config_macro"]

from collections.abc import Sequence
from functools import cached_property

from lastput.c.conditions import evaluate
from lastput.c.lex import Token, lex
from lastput.c.macros import Macro, parse_define
from lastput.c.preprocess import Preprocessor
from lastput.errors import LastputError, Place
from lastput.facts.definitions.arms import Arm, arms_at
from lastput.facts.definitions.base import Found, HeaderBase, HeaderTree
from lastput.facts.definitions.config import Config
from lastput.facts.definitions.includes import Includes
from lastput.facts.definitions.scan import Kind

#: What the compiler and kbuild say, whatever a header says.
_GIVEN = {
    "__KERNEL__": True, "__ASSEMBLY__": False, "__ASSEMBLER__": False, "__cplusplus": False,
    "__CHECKER__": False, "MODULE": False, "__GENERATING_BOUNDS_H": False, "__BOOT_COMPRESSED": False,
    "__LITTLE_ENDIAN": True, "__BIG_ENDIAN": False, "__LITTLE_ENDIAN_BITFIELD": True,
    "__BIG_ENDIAN_BITFIELD": False, "__GNUC__": True, "__x86_64__": True, "__i386__": False,
    "__clang__": False, "BUILD_VDSO32": False, "DEBUG": False,
}  # fmt: skip


_OFF = 2


class Headers:
    """The headers of a tree, in one configuration."""

    def __init__(self, tree: HeaderTree, config: Config | None = None) -> None:
        self.tree = tree
        self.config = config or Config()
        self._views: dict[str, View] = {}

    @cached_property
    def base(self) -> HeaderBase:
        """The index, made when it is first asked."""
        return HeaderBase(self.tree)

    def view(self, source: str) -> View:
        """What the C file ``source`` sees."""
        if source not in self._views:
            self._views[source] = View(self, source)
        return self._views[source]


class View:
    """The names that one C file can use of headers."""

    def __init__(self, headers: Headers, source: str) -> None:
        self.headers = headers
        self.base = headers.base
        self.includes = Includes(self.base, source)
        self._macros: dict[str, Macro | None] = {}
        self._found: dict[tuple[str, tuple[Kind, ...]], Found | None] = {}
        self._asking: set[str] = set()
        self._conditions = Preprocessor(demand=self._condition_macro)

    def find(self, name: str, kinds: Sequence[Kind]) -> Found | None:
        """The definition of ``name`` that is of one of ``kinds``, the first of these that there is."""
        key = (name, tuple(kinds))
        if key not in self._found:
            self._found[key] = self._find(name, kinds)
        return self._found[key]

    def _find(self, name: str, kinds: Sequence[Kind]) -> Found | None:
        known = [one for one in self.base.find(name) if one.kind in kinds]
        if not known:
            return None
        beside = [one for one in known if one.path in self.includes.own]
        known = beside or [one for one in known if one.path.startswith(("include/", "arch/x86/include/"))]
        if not beside and (Kind.MACRO in kinds or len({one.path for one in known}) > 1):
            visible = [one for one in known if one.path in self.includes.seen]
            # A macro of a header that the file does not include must not change what is written there.
            known = visible if Kind.MACRO in kinds else visible or known
        known = [one for one in known if self._off(one) < _OFF]
        if not known:
            return None
        return min(known, key=lambda one: (self._off(one), kinds.index(one.kind), _far(one.path), one.start))

    def macro(self, name: str) -> Macro | None:
        """The macro of that name; None if there is none."""
        if name not in self._macros:
            found = self.find(name, (Kind.MACRO,))
            self._macros[name] = None if found is None else self._parse(found)
        return self._macros[name]

    def text(self, found: Found) -> str:
        """What is written there."""
        return self.base.tree.read(found.path)[found.start : found.end]

    def tokens(self, found: Found, preprocessor: Preprocessor) -> list[Token]:
        """What is written there, preprocessed, at its own lines."""
        text = self.text(found)
        return preprocessor.run("\n" * (found.line - 1) + text, found.path, strict=False)

    def _parse(self, found: Found) -> Macro | None:
        tokens = lex("\n" * (found.line - 1) + self.text(found), found.path)
        # `#` and `define`
        rest = tokens[2:]
        try:
            macro = parse_define(rest, Place(found.path, found.line))
        except LastputError:
            return None
        return macro

    # --- conditions ----------------------------------------------------------------------------

    def _off(self, found: Found) -> int:
        """0 if it is compiled, 1 if that cannot be told, _OFF if it is not."""
        worst = 0
        for arm in arms_at(self.base.tree.read(found.path), found.start):
            if not arm.guards:
                worst = max(worst, self._arm_off(arm, found))
        return worst

    def _arm_off(self, arm: Arm, found: Found) -> int:
        worst = 0
        for condition, wanted in arm.conditions:
            try:
                tokens = lex(condition, found.path)
                holds = evaluate(tokens, Place(found.path, found.line), self.defined, self._expand)
            except LastputError:
                worst = max(worst, 1)
                continue
            if holds != wanted:
                return _OFF
        return worst

    def defined(self, name: str) -> bool:
        """Whether a header sees ``name`` as a macro."""
        if name in _GIVEN:
            return _GIVEN[name]
        if name.startswith("CONFIG_"):
            return bool(self.headers.config.in_header(name))
        return any(one.kind == Kind.MACRO for one in self.base.find(name))

    def _expand(self, tokens: Sequence[Token]) -> list[Token]:
        return self._conditions.expand(tokens)

    def _condition_macro(self, name: str) -> Macro | None:
        if name.startswith("CONFIG_"):
            return config_macro(name, self.headers.config.in_header(name))
        if name in self._asking or name in _GIVEN:
            return None
        self._asking.add(name)
        try:
            return self.macro(name)
        finally:
            self._asking.discard(name)


def config_macro(name: str, value: str) -> Macro | None:
    """The macro of an option; None if it is off."""
    if not value:
        return None
    file = "<config>"
    return parse_define(lex(f"{name} {value}", file), Place(file))


def _far(path: str) -> int:
    """Which of two headers that define the same is meant, if nothing else tells."""
    order = ("arch/x86/include/asm/", "include/linux/", "include/net/", "include/", "arch/x86/")
    for at, start in enumerate(order):
        if path.startswith(start):
            return at + 10 * ("/uapi/" in path) + 10 * ("asm-generic" in path)
    return 5
