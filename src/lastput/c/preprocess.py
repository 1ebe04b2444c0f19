"""The C preprocessor: directives, and macro expansion with hide sets (Prosser's algorithm)."""

from __future__ import annotations

__all__ = ["Demand", "Include", "Preprocessor"]

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from lastput.c.conditions import evaluate
from lastput.c.groups import check_else, directive_line, skip_group
from lastput.c.lex import Token, lex
from lastput.c.macros import (
    Macro,
    builtin_macros,
    collect_arguments,
    fit_arguments,
    parse_define,
    substitute,
)
from lastput.errors import LastputError, Place

Include = Callable[[str, bool, Place], "str | None"]
"""``include(name, angled, place)``: the text of the file, or None to go on without it."""

Demand = Callable[[str], "Macro | None"]
"""``demand(name)``: the macro of a name that nothing read so far defines, or None if there is none."""

_MAX_INCLUDES = 64
_MAX_NESTING = 100
_MAX_TOKENS = 400_000  # made by macros in one run: more is a macro that grows without bound


_CONDITIONAL = frozenset(("if", "ifdef", "ifndef", "elif", "else", "elifdef", "elifndef", "endif"))
_MENDABLE = frozenset(("directive", "condition", "hash-error"))


class Preprocessor:
    """Macros that live on from file to file.

    ``predefined`` maps names to their replacement text. A later definition replaces an earlier one.
    ``demand`` is asked once for each name that no definition was met of. A macro that is called with the
    wrong number of arguments, or whose call does not end, gives a token of kind ``refused``: an error only
    for who parses that place.
    """

    def __init__(
        self,
        predefined: Mapping[str, str] | None = None,
        include: Include | None = None,
        demand: Demand | None = None,
    ) -> None:
        self.macros: dict[str, Macro] = builtin_macros()
        self.include = include
        self.demand = demand
        self._absent: set[str] = set()
        self._counter = 0
        self._budget = _MAX_TOKENS
        self._strict = True
        self._problems: list[Token] = []
        for name, text in (predefined or {}).items():
            self.define(name, text)

    def fork(self, demand: Demand | None = None) -> Preprocessor:
        """A copy: what one of the two defines later does not reach the other. ``demand`` is the copy's
        own."""
        other = Preprocessor(include=self.include, demand=demand)
        other.macros = dict(self.macros)
        other._counter = self._counter
        return other

    def define(self, name: str, text: str = "1") -> None:
        """As ``#define name text``; ``name`` may carry parameters, as in ``"min(a, b)"``."""
        file = "<predefined>"
        macro = parse_define(lex(f"{name} {text}", file), Place(file))
        self.macros[macro.name] = macro

    def run(self, text: str, file: str, strict: bool = True) -> list[Token]:
        """The tokens of ``text`` after all directives and macros; their ``file`` is ``file``.

        If not ``strict`` (files of a kernel tree), a directive that makes no sense, ``#error`` among them,
        leaves a token of kind ``refused`` and ends nothing; a condition that cannot be known is false.
        """
        self._budget = _MAX_TOKENS
        self._strict = strict
        source = self._active(lex(text, file), file, 0)
        return self._expand([], partial(next, source, None), 0)

    def expand(self, tokens: Sequence[Token]) -> list[Token]:
        """``tokens`` with all macros expanded."""
        self._budget = _MAX_TOKENS
        return self._expand_list(tokens)

    def defined(self, name: str) -> bool:
        """Whether there is a macro of that name."""
        return name in self.macros or self._demanded(name) is not None

    def _demanded(self, name: str) -> Macro | None:
        """A macro that nothing read so far defines."""
        if self.demand is None or name in self._absent:
            return None
        found = self.demand(name)
        if found is None:
            self._absent.add(name)
        else:
            self.macros[name] = found
        return found

    # --- directives ---------------------------------------------------------------------------

    def _active(self, tokens: list[Token], file: str, depth: int) -> Iterator[Token]:
        """The tokens outside of directives and of conditional groups that are off."""
        groups: list[tuple[Token, bool]] = []  # the opening #if, and whether its #else was met
        count = len(tokens)
        i = 0
        while i < count:
            token = tokens[i]
            if not token.first or token.text != "#":
                yield token
                i += 1
                continue
            line, i = directive_line(tokens, i)
            if not line:
                continue
            name = line[0].text
            try:
                if name in _CONDITIONAL:
                    i = self._conditional(name, line[1:], token, tokens, i, groups)
                elif name == "include":
                    yield from self._included(line[1:], token, depth)
                else:
                    self._directive(name, line[1:], token)
            except LastputError as error:
                if self._strict or error.slug not in _MENDABLE:
                    raise
                yield _refused(token, error.what)
            if self._problems:
                yield from self._problems
                self._problems.clear()
        if groups:
            opening = groups[-1][0]
            if self._strict:
                raise LastputError("directive", "this #if has no #endif", "add #endif", opening.place)
            yield _refused(opening, "this #if has no #endif")

    def _conditional(
        self,
        name: str,
        rest: Sequence[Token],
        at: Token,
        tokens: list[Token],
        i: int,
        groups: list[tuple[Token, bool]],
    ) -> int:
        """Over a directive of conditional groups, and over the groups that are off: where to go on."""
        if name in ("if", "ifdef", "ifndef"):
            groups.append((at, False))
            return i if self._condition(name, rest, at) else self._next_group(tokens, i, groups)
        if name == "endif":
            if not groups:
                raise LastputError("directive", "#endif without #if", "remove it", at.place)
            groups.pop()
            return i
        # Reached only at the end of a group that was on: all further ones are off.
        check_else(name, groups, at)
        return self._last_group(tokens, i, groups)

    def _condition(self, name: str, rest: Sequence[Token], at: Token) -> bool:
        if name in ("if", "elif"):
            try:
                return evaluate(rest, at.place, self.defined, self._expand_condition)
            except LastputError as error:
                if self._strict or error.slug not in _MENDABLE:
                    raise
                self._problems.append(_refused(at, error.what))
                return False
        if not rest or rest[0].kind != "ident":
            raise LastputError("directive", f"#{name} without a name", f"write #{name} NAME", at.place)
        return self.defined(rest[0].text) == name.endswith("ifdef")

    def _next_group(self, tokens: list[Token], i: int, groups: list[tuple[Token, bool]]) -> int:
        """From the start of a group that is off to the start of the one that is on, or past the end."""
        while i < len(tokens):
            i, name = skip_group(tokens, i)
            if name == "endif":
                groups.pop()
                return i
            if not name:
                return i
            at = tokens[i]
            line, i = directive_line(tokens, i)
            check_else(name, groups, at)
            if name == "else" or self._condition(name, line[1:], at):
                return i
        return i

    def _last_group(self, tokens: list[Token], i: int, groups: list[tuple[Token, bool]]) -> int:
        """From the end of a group that was on to after the #endif."""
        while i < len(tokens):
            i, name = skip_group(tokens, i)
            if name == "endif":
                groups.pop()
                break
            if name:
                check_else(name, groups, tokens[i])
                i = directive_line(tokens, i)[1]
        return i

    def _included(self, rest: list[Token], at: Token, depth: int) -> Iterator[Token]:
        if rest and rest[0].kind != "string" and rest[0].text != "<":
            rest = self._expand_list(rest)
        if rest and rest[0].kind == "string":
            name, angled = rest[0].text.strip('"'), False
        elif len(rest) > 2 and rest[0].text == "<" and any(t.text == ">" for t in rest):
            end = [t.text for t in rest].index(">")
            name, angled = "".join(t.text for t in rest[1:end]), True
        else:
            raise LastputError("directive", "#include without a file", "write #include <name.h>", at.place)
        text = self.include(name, angled, at.place) if self.include else None
        if text is None:
            return
        if depth >= _MAX_INCLUDES:
            raise LastputError(
                "nesting", f"{name} is included within itself", "guard it with #ifndef", at.place
            )
        yield from self._active(lex(text, name), name, depth + 1)

    def _directive(self, name: str, rest: list[Token], at: Token) -> None:
        if name == "define":
            macro = parse_define(rest, at.place)
            self.macros[macro.name] = macro
        elif name == "undef":
            if not rest or rest[0].kind != "ident":
                raise LastputError("directive", "#undef without a name", "write #undef NAME", at.place)
            self.macros.pop(rest[0].text, None)
            self._absent.add(rest[0].text)
        elif name == "error":
            text = " ".join(t.text for t in rest)
            raise LastputError(
                "hash-error",
                f"#error {text}".rstrip(),
                "define what the file asks for, or remove the line",
                at.place,
            )
        elif name not in ("pragma", "warning", "line", "ident") and not name.isdigit():
            raise LastputError("directive", f"#{name} is no directive", "remove the line", at.place)

    # --- expansion ----------------------------------------------------------------------------

    def _expand_condition(self, tokens: Sequence[Token]) -> list[Token]:
        # A macro may bring `defined NAME` with it, and that name must stay.
        self.macros["defined"] = Macro("defined", special="defined")
        try:
            return self._expand_list(tokens)
        finally:
            del self.macros["defined"]

    def _expand_list(self, tokens: Sequence[Token], depth: int = 0) -> list[Token]:
        return self._expand(list(reversed(tokens)), _no_more, depth)

    def _expand(self, stack: list[Token], more: Callable[[], Token | None], depth: int) -> list[Token]:
        """All tokens, expanded. ``stack`` holds those to be read next, last first; then ``more()``."""
        out: list[Token] = []
        append = out.append
        macros = self.macros
        while True:
            if stack:
                token = stack.pop()
            else:
                pulled = more()
                if pulled is None:
                    return out
                token = pulled
            if token.kind != "ident":
                append(token)
                continue
            macro = macros.get(token.text)
            if macro is None and self.demand is not None:
                macro = self._demanded(token.text)
            if macro is None or token.text in token.hide:
                append(token)
                continue
            if macro.special == "defined":
                append(token)
                _copy_operand(stack, out)
                continue
            args: list[list[Token]] = []
            hide = token.hide
            if macro.params is not None:
                following = stack.pop() if stack else more()
                if following is None or following.text != "(":
                    append(token)
                    if following is not None:
                        stack.append(following)
                    continue
                closing, args = collect_arguments(stack, more, len(macro.params) if macro.variadic else 0)
                if closing is None:
                    append(_refused(token, f"the call of macro {token.text} has no closing parenthesis"))
                    return out
                hide = hide & closing.hide
                problem = fit_arguments(macro, args)
                if problem:
                    append(_refused(token, problem))
                    continue
            if depth > _MAX_NESTING:
                raise LastputError(
                    "nesting",
                    f"calls of macro {token.text} are nested too deeply",
                    "simplify it",
                    token.place,
                )
            made = (
                [self._special(macro, token, args)]
                if macro.special
                else substitute(
                    macro, token, args, lambda arg: self._expand_list(arg, depth + 1), hide | {macro.name}
                )
            )
            self._budget -= len(made) + 1
            if self._budget < 0:
                raise LastputError(
                    "macro-size",
                    f"macros have grown to over {_MAX_TOKENS:,} tokens, here {token.text}",
                    "look for macros that repeat their arguments within each other",
                    token.place,
                )
            made.reverse()
            stack += made

    def _special(self, macro: Macro, use: Token, args: list[list[Token]]) -> Token:
        kind, text = "number", "0"
        match macro.special:
            case "line":
                text = str(use.line)
            case "file":
                kind, text = "string", '"' + use.file.replace("\\", "/").replace('"', "'") + '"'
            case "counter":
                text = str(self._counter)
                self._counter += 1
            case special:
                option = args[0][0].text if len(args[0]) == 1 else ""
                builtin = option == "1" or self._is_on(option)
                module = self._is_on(option + "_MODULE")
                text = str(int((builtin and special != "module") or (module and special != "builtin")))
        return Token(kind, text, use.file, use.line, use.column, use.space, use.first)

    def _is_on(self, name: str) -> bool:
        macro = self.macros.get(name) or self._demanded(name)
        return macro is not None and len(macro.body) == 1 and macro.body[0].text in ("1", "y")


def _copy_operand(stack: list[Token], out: list[Token]) -> None:
    """``NAME`` or ``(NAME`` after ``defined``, as it is."""
    if stack and stack[-1].text == "(":
        out.append(stack.pop())
    if stack:
        out.append(stack.pop())


def _no_more() -> Token | None:
    return None


def _refused(use: Token, why: str) -> Token:
    return Token("refused", why, use.file, use.line, use.column, use.space, use.first)
