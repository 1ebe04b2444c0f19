"""Where a parser stands in its tokens, what it knows of names, and how it says what it met."""

from __future__ import annotations

__all__ = ["MAX_NESTING", "Cursor"]

from collections.abc import Sequence
from typing import NoReturn

from lastput.c.lex import Token
from lastput.c.syntax import Block, CType, EnumDef, Expr, ParamDecl, Skipped, StructDef, TypedefDef
from lastput.c.words import (
    ARITHMETIC_NAMES,
    ATTRIBUTES,
    ATTRIBUTES_WITH_ARGS,
    CONST_WORDS,
    RESERVED,
    TYPE_STARTS,
)
from lastput.errors import LastputError

MAX_NESTING = 200

_CLEANUPS = frozenset(("__cleanup", "cleanup", "__cleanup__"))

_REMEDY = "litmus C is kernel C, after the preprocessor; docs/litmus-language.md has what it adds"


class Cursor:
    """The state that all parts of the parser share.

    ``typedefs``: names of types, grown as typedefs are met. ``variables``: names of variables and
    functions seen so far, whatever their scope; such a name is no type. ``tags``: definitions lifted
    out of the item at hand.
    """

    def __init__(self, tokens: Sequence[Token], file: str, typedefs: set[str], strict: bool) -> None:
        last = tokens[-1] if tokens else Token("end", "", file, 0, 0)
        end = Token("end", "", last.file, last.line, last.column)
        self.tokens = [*tokens, end, end, end]
        self.count = len(tokens)
        self.pos = 0
        self.depth = 0
        self.file = file
        self.strict = strict
        self.typedefs = typedefs
        self.variables: set[str] = set()
        self.tags: list[StructDef | EnumDef | TypedefDef] = []
        self.skipped: list[Skipped] = []
        self.cleanup = ""
        # Closing braces by opening ones, where somebody has looked them up.
        self.braces: dict[int, int] | None = None

    # --- parts of the parser that call each other, defined further down the chain --------------

    def expression(self) -> Expr:
        raise NotImplementedError

    def assignment(self) -> Expr:
        raise NotImplementedError

    def initializer(self) -> Expr:
        raise NotImplementedError

    def type_name(self) -> CType:
        raise NotImplementedError

    def parameters(self) -> tuple[tuple[ParamDecl, ...], bool]:
        raise NotImplementedError

    def block(self) -> Block:
        raise NotImplementedError

    # --- tokens -------------------------------------------------------------------------------

    def text(self) -> str:
        return self.tokens[self.pos].text

    def peek(self, ahead: int) -> Token:
        """The token ``ahead`` of the current one; past the end it is the end."""
        return self.tokens[min(self.pos + ahead, self.count)]

    def accept(self, text: str) -> bool:
        if self.tokens[self.pos].text == text and self.pos < self.count:
            self.pos += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        token = self.tokens[self.pos]
        if token.text != text or self.pos >= self.count:
            self.fail(f"`{text}`")
        self.pos += 1
        return token

    def open_brace(self) -> None:
        """Over ``{``; one that is never closed is refused here, before all that follows is read."""
        if self.braces is not None and self.pos not in self.braces:
            self.fail("a `}` that closes this `{`")
        self.expect("{")

    def name(self, expected: str) -> Token:
        token = self.tokens[self.pos]
        if token.kind != "ident" or token.text in RESERVED:
            self.fail(expected)
        self.pos += 1
        return token

    def closing(self, start: int) -> int:
        """The index of the bracket that closes the one at ``start``, or of the end."""
        tokens = self.tokens
        depth = 0
        for i in range(start, self.count):
            text = tokens[i].text
            if text in ("(", "[", "{"):
                depth += 1
            elif text in (")", "]", "}"):
                depth -= 1
                if depth <= 0:
                    return i
        return self.count

    def skip_parens(self) -> None:
        """Over a group in parentheses, if one stands here."""
        if self.text() == "(":
            end = self.closing(self.pos)
            if end >= self.count:
                self.fail("`)`", self.count)
            self.pos = end + 1

    def fail(self, expected: str, at: int | None = None, remedy: str = _REMEDY) -> NoReturn:
        """Raise: ``expected`` is what should have stood at token ``at`` (the current one)."""
        token = self.tokens[min(self.pos if at is None else at, self.count)]
        place = token.place
        if token.kind == "refused":
            remedy = "mend the macro call, or define what the directive asks for"
            raise LastputError("macro-call", token.text, remedy, place)
        if token.kind == "bad":
            raise LastputError(
                "bad-character", f"met {token.text!r} where {expected} should be", "remove it", place
            )
        met = "the end" if token.kind == "end" else f"`{token.text[:40]}`"
        raise LastputError("syntax", f"met {met} where {expected} should be", remedy, place)

    def refuse(self, slug: str, met: str, remedy: str) -> NoReturn:
        """Raise: what stands here is C, and outside of what lastput models."""
        raise LastputError(
            slug, f"{met} is outside of what lastput models", remedy, self.tokens[self.pos].place
        )

    def deeper(self) -> None:
        """Counts one level of nesting; the caller takes it back with ``depth -= 1``."""
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise LastputError(
                "nesting",
                f"code is nested more than {MAX_NESTING} deep",
                "split it",
                self.tokens[self.pos].place,
            )

    # --- attributes ---------------------------------------------------------------------------

    def skip_attributes(self, after_declarator: bool = False) -> None:
        """Over attributes; notes one that runs code at the end of a scope in ``cleanup``."""
        while True:
            token = self.tokens[self.pos]
            if token.kind != "ident":
                return
            text = token.text
            if text in ATTRIBUTES or text in CONST_WORDS:
                self.pos += 1
            elif (
                text in ATTRIBUTES_WITH_ARGS
                or text in ("asm", "__asm__", "asm_inline")
                or (after_declarator and text.startswith("__"))
            ):
                self._attribute_with_args()
            else:
                return

    def _attribute_with_args(self) -> None:
        start = self.pos
        self.pos += 1
        self.skip_parens()
        words = [t.text for t in self.tokens[start : self.pos]]
        if words[0] in ("__free", "__cleanup_value") or not _CLEANUPS.isdisjoint(words):
            self.cleanup = "".join(words)

    # --- is it a type? ------------------------------------------------------------------------

    def is_type_word(self, token: Token) -> bool:
        """Whether this token alone says that a type begins."""
        text = token.text
        if token.kind != "ident":
            return False
        if text in TYPE_STARTS or text in ATTRIBUTES or text in ("__attribute__", "__attribute"):
            return True
        return self.is_typedef(text)

    def is_typedef(self, name: str) -> bool:
        return name not in self.variables and (name in ARITHMETIC_NAMES or name in self.typedefs)

    def type_in_parens(self, cast: bool) -> bool:
        """Whether the parenthesis at hand opens a type, as in a cast (else: as in ``sizeof``)."""
        token = self.peek(1)
        if token.kind != "ident":
            return False
        text = token.text
        if text in TYPE_STARTS or text in ATTRIBUTES or text in ("__attribute__", "__attribute"):
            return text != "__extension__" or self.is_type_word(self.peek(2))
        if text in self.variables or text in RESERVED:
            return False
        after = self.peek(2).text
        if self.is_typedef(text):
            return after in (")", "*", "(", "[") or self.is_type_word(self.peek(2))
        if after == "*":
            i = 3
            while self.peek(i).text == "*" or self.peek(i).text in CONST_WORDS | ATTRIBUTES:
                i += 1
            return self.peek(i).text == ")"
        if after != ")":
            return after in CONST_WORDS or after in ATTRIBUTES
        if text.endswith("_t"):
            return True
        if not cast:
            return False
        follower = self.peek(3)
        if follower.kind in ("number", "string", "char"):
            return True
        if follower.kind == "ident":
            return follower.text not in RESERVED
        return follower.text in ("{", "!", "~")
