"""Tokens to the syntax tree: files at top level, function bodies when somebody asks for them."""

from __future__ import annotations

__all__ = ["parse_function", "parse_unit"]

from collections.abc import Collection, Sequence

from lastput.c.lex import Token
from lastput.c.statements import StatementParser
from lastput.c.syntax import Declaration, Directive, FunctionDef, FunctionStub, Skipped, TopLevel, Unit
from lastput.c.words import ATTRIBUTES, ATTRIBUTES_WITH_ARGS, RESERVED, SKIPPED_LINES, STORAGE_WORDS
from lastput.errors import LastputError, Place


def parse_unit(
    tokens: Sequence[Token], file: str, directives: Collection[str], strict: bool, typedefs: set[str]
) -> Unit:
    """The file-scope items of preprocessed ``tokens``.

    ``directives`` are the names of macro-like lines that become a ``Directive``. ``typedefs`` holds the
    names of types known from files read before, and grows. ``strict`` (litmus files): what does not
    parse is an error; else (files of a kernel tree) it is listed in ``skipped``. Function bodies are not
    looked at. Raises LastputError (``syntax``, ``bad-character``, ``macro-call``, ``nesting``).
    """
    try:
        return _UnitParser(tokens, file, typedefs, strict, frozenset(directives)).unit()
    except RecursionError:
        raise _too_deep(Place(file)) from None


def parse_function(stub: FunctionStub, typedefs: Collection[str]) -> FunctionDef:
    """The function with its body parsed. Raises LastputError as ``parse_unit`` does."""
    known = typedefs.copy() if isinstance(typedefs, set) else set(typedefs)
    parser = StatementParser(stub.body, stub.place.file, known, True)
    parser.variables.add(stub.name)
    parser.variables.update(p.name for p in stub.type.params if p.name)
    try:
        body = parser.block()
    except RecursionError:
        raise _too_deep(stub.place) from None
    return FunctionDef(
        place=stub.place,
        name=stub.name,
        type=stub.type,
        body=body,
        storage=stub.storage,
        end=body.end,
        tags=tuple(parser.tags),
        names=frozenset(parser.variables),
    )


def _too_deep(place: Place) -> LastputError:
    return LastputError("nesting", "code is nested too deeply", "split it", place)


class _UnitParser(StatementParser):
    def __init__(
        self, tokens: Sequence[Token], file: str, typedefs: set[str], strict: bool, directives: frozenset[str]
    ) -> None:
        super().__init__(tokens, file, typedefs, strict)
        self.directives = directives
        self.items: list[TopLevel] = []
        self.braces: dict[int, int] = _matching_braces(self.tokens)

    def unit(self) -> Unit:
        while self.pos < self.count:
            start = self.pos
            kept, skipped = len(self.items), len(self.skipped)
            try:
                self._item()
            except (LastputError, RecursionError) as error:
                if self.strict:
                    raise
                why = error.what if isinstance(error, LastputError) else "code is nested too deeply"
                del self.items[kept:], self.skipped[skipped:]
                self.tags.clear()
                self.depth = 0
                # What is nested too deeply is not tried again from each level.
                reached = self.pos if why.startswith("code is nested") else start
                self.pos = start
                self._skip(_item_name(self.tokens[start : start + 20]), why)
                self.pos = max(self.pos, reached)
            self._lift_tags(kept)
        return Unit(self.file, tuple(self.items), tuple(self.skipped))

    def _lift_tags(self, before: int) -> None:
        if self.tags:
            self.items[before:before] = self.tags
            self.tags.clear()

    def _item(self) -> None:
        token = self.tokens[self.pos]
        text = token.text
        if self.accept(";"):
            return
        if token.kind == "refused" and not self.strict:
            self.pos += 1
            self.skipped.append(Skipped("#", token.place, token.text))
            return
        if token.kind == "ident" and self.peek(1).text == "(":
            if text in self.directives:
                self._directive(token)
                return
            if text in SKIPPED_LINES:
                self._skip(text, "says nothing about object lifetimes")
                return
        macro = self._macro_ahead()
        if macro:
            if self.strict:
                self.fail(
                    "a declaration, a function or a line of the litmus language",
                    remedy=f"{macro} is no macro that lastput knows: #define it, or remove the line",
                )
            self._skip(macro, "a macro that nothing defines")
            return
        if text in _ASM:
            if self.strict:
                self.fail("a declaration or a function")
            self._skip("asm", "assembly")
            return
        self._external(token)

    def _macro_ahead(self) -> str:
        """The name of what looks like a macro, perhaps after ``static``, where a type should be."""
        ahead = 0
        while self.peek(ahead).text in STORAGE_WORDS or self.peek(ahead).text in ATTRIBUTES:
            ahead += 1
        token = self.peek(ahead)
        if token.kind != "ident" or self.peek(ahead + 1).text != "(" or token.text in RESERVED:
            return ""
        if self.is_type_word(token) or token.text in ATTRIBUTES_WITH_ARGS or token.text in _ASM:
            return ""
        return token.text

    def _external(self, token: Token) -> None:
        """A declaration, or a function with its body."""
        specs = self.specifiers()
        if self.accept(";"):
            return
        first = True
        while True:
            item = self.declare(specs, token)
            if (
                first
                and isinstance(item, Declaration)
                and item.type.kind == "function"
                and self.text() == "{"
            ):
                self._function(item)
                return
            first = False
            self.items.append(item)
            if not self.accept(","):
                self.expect(";")
                return

    def _function(self, head: Declaration) -> None:
        start = self.pos
        self.open_brace()
        end = self.braces[start]
        self.pos = end + 1
        self.items.append(
            FunctionStub(
                place=head.place,
                name=head.name,
                type=head.type,
                body=tuple(self.tokens[start : end + 1]),
                storage=head.storage,
            )
        )

    def _directive(self, token: Token) -> None:
        self.pos += 2
        args = self.arguments()
        body = None
        if self.text() == "{":
            known = set(self.variables)
            body = self.block()
            self.variables = known
        elif not self.accept(";") and self.strict:
            self.fail("`;` or `{`")
        self.items.append(Directive(place=token.place, name=token.text, args=args, body=body))

    # --- what is passed over ------------------------------------------------------------------

    def _skip(self, name: str, why: str) -> None:
        """Over one item: to its semicolon, or over its body."""
        token = self.tokens[self.pos]
        self.skipped.append(Skipped(name, token.place, why))
        tokens = self.tokens
        start = i = self.pos
        parens = 0
        while i < self.count:
            text = tokens[i].text
            if text == "{":
                end = self.braces.get(i)
                if end is None:
                    i = self._next_line_start(i)
                    break
                i = end
                after = tokens[i + 1]
                if not parens and (after.kind in ("ident", "end") and after.column == 1):
                    i += 1
                    break
            elif text == "(":
                parens += 1
            elif text == ")":
                parens -= 1
            elif text == ";" and parens <= 0:
                i += 1
                break
            elif i > start and tokens[i].column == 1 and text in _OPENERS:
                break
            i += 1
        self.pos = max(i, start + 1)

    def _next_line_start(self, i: int) -> int:
        """The next token that stands at the start of a line, as file-scope items of the kernel do."""
        i += 1
        while i < self.count and not (self.tokens[i].column == 1 and self.tokens[i].text in _OPENERS):
            i += 1
        return i


_ASM = frozenset(("asm", "__asm__", "__asm", "asm_inline"))

# Words that begin a file-scope item wherever they stand at the start of a line.
_OPENERS = STORAGE_WORDS | {"struct", "union", "enum", "void", "int", "unsigned", "long", "bool", "const"}


def _item_name(tokens: Sequence[Token]) -> str:
    """A name for an item that does not parse: the one before its first parenthesis, or its first."""
    for i, token in enumerate(tokens):
        if token.text == "(" and i and tokens[i - 1].kind == "ident":
            return tokens[i - 1].text
        if token.text in (";", "{", "="):
            return tokens[i - 1].text if i and tokens[i - 1].kind == "ident" else tokens[0].text
    return tokens[0].text


def _matching_braces(tokens: Sequence[Token]) -> dict[int, int]:
    """For each opening brace its closing one; parentheses are not looked at."""
    match: dict[int, int] = {}
    waiting: list[int] = []
    for i, token in enumerate(tokens):
        if token.text == "{":
            waiting.append(i)
        elif token.text == "}" and waiting:
            match[waiting.pop()] = i
    return match
