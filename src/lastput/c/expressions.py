"""Expressions, by precedence, and initialisers."""

from __future__ import annotations

__all__ = ["ExpressionParser"]

from lastput.c.cursor import MAX_NESTING, Cursor
from lastput.c.lex import Token
from lastput.c.literals import char_value, number_value, string_value
from lastput.c.syntax import (
    Assign,
    Binary,
    Call,
    Cast,
    CommaList,
    Conditional,
    CType,
    Expr,
    Ident,
    Index,
    InitItem,
    InitList,
    Member,
    Number,
    SizeofType,
    StatementExpr,
    String,
    TypeArg,
    Unary,
)
from lastput.c.words import ATTRIBUTES, CONST_WORDS, RESERVED, TYPE_STARTS, TYPEOF_WORDS

_LEVELS = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_ASSIGNMENTS = frozenset(["=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="])
_PREFIX = frozenset(["-", "+", "!", "~", "*", "&", "++", "--", "&&"])
_SIZEOF = frozenset(("sizeof",))
_ALIGNOF = frozenset(("_Alignof", "alignof", "__alignof__", "__alignof"))


class ExpressionParser(Cursor):
    """Few frames a level of nesting: binary operators go over a stack of our own."""

    def expression(self) -> Expr:
        first = self.assignment()
        if self.text() != ",":
            return first
        items = [first]
        while self.accept(","):
            items.append(self.assignment())
        return CommaList(place=first.place, items=tuple(items))

    def assignment(self) -> Expr:
        """An expression without a comma."""
        self.deeper()
        operands = [self.unary()]
        waiting: list[str] = []
        used = 0
        while True:
            op = self.tokens[self.pos].text
            level = _LEVELS.get(op, 0)
            while waiting and _LEVELS[waiting[-1]] >= level:
                right = operands.pop()
                left = operands.pop()
                operands.append(Binary(place=left.place, op=waiting.pop(), left=left, right=right))
            if not level:
                break
            used += 1
            if used > MAX_NESTING:
                self.depth = MAX_NESTING
                self.deeper()
            self.pos += 1
            waiting.append(op)
            operands.append(self.unary())
        result = operands[0]
        if op == "?":
            self.pos += 1
            then = None if self.text() == ":" else self.expression()
            self.expect(":")
            result = Conditional(place=result.place, cond=result, then=then, other=self.assignment())
        elif op in _ASSIGNMENTS:
            self.pos += 1
            result = Assign(place=result.place, op=op, target=result, value=self.assignment())
        self.depth -= 1
        return result

    def unary(self) -> Expr:
        token = self.tokens[self.pos]
        text = token.text
        if token.kind == "punct":
            if text == "(":
                return self._parenthesis(token)
            if text in _PREFIX:
                self.pos += 1
                if text == "&&":
                    label = self.name("the name of a label")
                    return Unary(
                        place=token.place, op="&&", operand=Ident(place=label.place, name=label.text)
                    )
                self.deeper()
                operand = self.unary()
                self.depth -= 1
                return Unary(place=token.place, op=text + "x" * (len(text) == 2), operand=operand)
        elif token.kind == "number":
            value = number_value(text)
            if value is None and ("." in text or "p" in text.lower() or "e" in text.lower()):
                self.refuse("floating-point", f"the constant {text}", "use integers")
            self.pos += 1
            if value is None:
                self.fail("an integer constant", self.pos - 1)
            return self._postfix(Number(place=token.place, value=value, text=text))
        elif token.kind == "string":
            return self._postfix(self._string())
        elif token.kind == "char":
            self.pos += 1
            return Number(place=token.place, value=char_value(text), text=text)
        elif text in _SIZEOF or text in _ALIGNOF:
            return self._sizeof(token)
        elif token.kind == "ident" and text not in RESERVED:
            if text == "__extension__":
                self.pos += 1
                self.deeper()
                operand = self.unary()
                self.depth -= 1
                return operand
            if text not in TYPEOF_WORDS:
                self.pos += 1
                if self.tokens[self.pos].kind == "string" and text.isupper():
                    return self._postfix(self._string())  # KERN_INFO "text"
                if text.startswith("KERN_") and self.tokens[self.pos].kind == "ident":
                    self.deeper()
                    operand = self.unary()
                    self.depth -= 1
                    return operand
                if text == "_Generic" and self.text() == "(":
                    return self._postfix(self._generic(token))
                return self._postfix(Ident(place=token.place, name=text))
        return self.fail("an expression")

    def _parenthesis(self, token: Token) -> Expr:
        """A cast, a compound literal, a statement expression, or an expression in parentheses."""
        place = token.place
        self.deeper()
        if self.peek(1).text == "{":
            self.pos += 1
            body = self.block()
            self.expect(")")
            result: Expr = StatementExpr(place=place, body=body)
        elif self.type_in_parens(cast=True):
            self.pos += 1
            ctype = self.type_name()
            self.expect(")")
            if self.text() != "{":
                result = Cast(place=place, type=ctype, operand=self.unary())
                self.depth -= 1
                return result
            result = Cast(place=place, type=ctype, operand=self.initializer())
        else:
            self.pos += 1
            result = self.expression()
            self.expect(")")
        result = self._postfix(result)
        self.depth -= 1
        return result

    def _postfix(self, base: Expr) -> Expr:
        place = base.place
        used = 0
        while True:
            text = self.tokens[self.pos].text
            if text == "->" or text == ".":
                self.pos += 1
                field = self.name("the name of a member")
                base = Member(place=place, base=base, field=field.text, arrow=text == "->")
            elif text == "(":
                self.pos += 1
                base = Call(place=place, function=base, args=self.arguments())
            elif text == "[":
                self.pos += 1
                index = self.expression()
                self.expect("]")
                base = Index(place=place, base=base, index=index)
            elif text == "++" or text == "--":
                self.pos += 1
                base = Unary(place=place, op="x" + text, operand=base)
            else:
                return base
            used += 1
            if used > MAX_NESTING:
                self.depth = MAX_NESTING
                self.deeper()

    def arguments(self) -> tuple[Expr, ...]:
        """The arguments of a call, from after ``(`` to after ``)``; a type becomes a ``TypeArg``, and an
        empty argument, which only a macro takes, one of ``void``."""
        args: list[Expr] = []
        if self.accept(")"):
            return ()
        while True:
            args.append(self._argument())
            if not self.accept(","):
                self.expect(")")
                return tuple(args)

    def _argument(self) -> Expr:
        token = self.tokens[self.pos]
        if token.text == ",":
            return TypeArg(place=token.place, type=CType("void"))
        if self._type_argument(token):
            return TypeArg(place=token.place, type=self.type_name())
        return self.assignment()

    def _type_argument(self, token: Token) -> bool:
        """Whether the argument is a type; looked at from outside, so that nothing is parsed twice."""
        if token.kind != "ident" or token.text in self.variables:
            return False
        if token.text in TYPE_STARTS:
            return True
        known = self.is_typedef(token.text)
        ahead = 1
        while self.peek(ahead).text in CONST_WORDS or self.peek(ahead).text in ATTRIBUTES:
            ahead += 1
        if known and self.peek(ahead).text == "(":
            return self.peek(ahead + 1).text == "*"
        if self.peek(ahead).text != "*":
            return known and self.peek(ahead).text in (",", ")")
        while self.peek(ahead).text == "*" or self.peek(ahead).text in CONST_WORDS:
            ahead += 1
        return self.peek(ahead).text in (",", ")")

    def _sizeof(self, token: Token) -> Expr:
        self.pos += 1
        self.deeper()
        if self.text() == "(" and self.type_in_parens(cast=False):
            self.pos += 1
            ctype = self.type_name()
            self.expect(")")
        else:
            ctype = CType("typeof", length=self.unary())
        self.depth -= 1
        if token.text in _SIZEOF:
            return SizeofType(place=token.place, type=ctype)
        function = Ident(place=token.place, name="__alignof__")
        return Call(place=token.place, function=function, args=(TypeArg(place=token.place, type=ctype),))

    def _generic(self, token: Token) -> Expr:
        """``_Generic(x, type: e, default: e)`` as a call with its parts as arguments, in order."""
        self.pos += 1
        args = [self.assignment()]
        while self.accept(","):
            at = self.tokens[self.pos]
            if self.accept("default"):
                args.append(TypeArg(place=at.place, type=CType("void", "default")))
            else:
                args.append(TypeArg(place=at.place, type=self.type_name()))
            self.expect(":")
            args.append(self.assignment())
        self.expect(")")
        return Call(place=token.place, function=Ident(place=token.place, name="_Generic"), args=tuple(args))

    def _string(self) -> Expr:
        """Adjacent literals, joined; format macros between them (``PRIu64``) leave no text."""
        place = self.tokens[self.pos].place
        parts: list[str] = []
        while True:
            token = self.tokens[self.pos]
            if token.kind == "string":
                parts.append(string_value(token.text))
            elif token.kind != "ident" or not (
                self.peek(1).kind == "string" or token.text.isupper() or token.text.startswith("PRI")
            ):
                return String(place=place, value="".join(parts))
            self.pos += 1

    # --- initialisers -------------------------------------------------------------------------

    def initializer(self) -> Expr:
        """What may stand right of ``=`` in a declaration."""
        token = self.tokens[self.pos]
        if token.text != "{":
            return self.assignment()
        self.deeper()
        self.open_brace()
        items: list[InitItem] = []
        while not self.accept("}"):
            items.append(InitItem(self._designators(), self.initializer()))
            if not self.accept(","):
                self.expect("}")
                break
        self.depth -= 1
        return InitList(place=token.place, items=tuple(items))

    def _designators(self) -> tuple[str | Expr, ...]:
        if self.tokens[self.pos].kind == "ident" and self.peek(1).text == ":":
            self.pos += 2
            return (self.tokens[self.pos - 2].text,)
        path: list[str | Expr] = []
        while True:
            if self.accept("."):
                path.append(self.name("the name of a member").text)
            elif self.text() == "[":
                self.pos += 1
                index = self.assignment()
                if self.accept("..."):
                    index = Binary(place=index.place, op="...", left=index, right=self.assignment())
                self.expect("]")
                path.append(index)
            else:
                break
        if path:
            self.expect("=")
        return tuple(path)
