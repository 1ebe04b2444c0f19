"""Statements, and the blocks that litmus C adds to them."""

from __future__ import annotations

__all__ = ["StatementParser"]

from typing import NoReturn

from lastput.c.declarations import DeclarationParser
from lastput.c.lex import Token
from lastput.c.syntax import (
    Asm,
    AtomicBlock,
    Block,
    Break,
    Call,
    Case,
    Continue,
    Declaration,
    DeclarationStmt,
    DoWhile,
    Expr,
    ExprStmt,
    For,
    ForEachInstance,
    Goto,
    Ident,
    If,
    Label,
    Return,
    Stmt,
    Switch,
    While,
)
from lastput.c.words import (
    ATTRIBUTES,
    ATTRIBUTES_WITH_ARGS,
    CONST_WORDS,
    RESERVED,
    STORAGE_WORDS,
    TYPE_STARTS,
)

_ATOMIC = frozenset(("atomic", "plain", "acquire", "release"))
_ASM = frozenset(("asm", "__asm__", "__asm", "asm_inline"))
_NOT_CODE = frozenset(("static_assert", "_Static_assert"))


class StatementParser(DeclarationParser):
    def block(self) -> Block:
        opening = self.tokens[self.pos]
        self.open_brace()
        self.deeper()
        body: list[Stmt] = []
        while True:
            token = self.tokens[self.pos]
            if token.text == "}":
                self.pos += 1
                self.depth -= 1
                return Block(place=opening.place, body=tuple(body), end=token.place)
            if token.kind == "end":
                self.fail("`}`")
            body.append(self.statement())

    def statement(self) -> Stmt:
        """One statement; a label stands alone, what it labels is the next one."""
        token = self.tokens[self.pos]
        text = token.text
        if token.kind == "ident":
            method = _KEYWORDS.get(text)
            if method is not None:
                return method(self, token)
            after = self.tokens[self.pos + 1].text
            if after == ":" and text not in RESERVED:
                self.pos += 2
                self.skip_attributes()
                return Label(place=token.place, name=text)
            if after == "{" and text in _ATOMIC:
                self.pos += 1
                return AtomicBlock(place=token.place, kind=text, body=self.block())
            if after == ";" and text == "fallthrough":
                self.pos += 2
                return ExprStmt(place=token.place, expr=None)
            if after == "(" and text in _NOT_CODE:
                self.pos += 1
                self.skip_parens()
                self.expect(";")
                return ExprStmt(place=token.place, expr=None)
            if self.starts_declaration():
                return self._declaration(token)
        elif text == "{":
            return self.block()
        elif text == ";":
            self.pos += 1
            return ExprStmt(place=token.place, expr=None)
        expr = self.expression()
        if self.text() != ";":
            self._missing_semicolon(expr)
        self.pos += 1
        return ExprStmt(place=token.place, expr=expr)

    def _missing_semicolon(self, expr: Expr) -> NoReturn:
        if isinstance(expr, Call) and isinstance(expr.function, Ident):
            name = expr.function.name
            self.fail(f"`;` after {name}(...)", remedy=f"if {name} is a loop macro, #define it")
        self.fail("`;`")

    def starts_declaration(self) -> bool:
        """Whether a declaration rather than an expression begins here."""
        token = self.tokens[self.pos]
        text = token.text
        if text == "__free":
            return False  # the primitive, not the attribute: that one follows a declarator
        if text in TYPE_STARTS or text in STORAGE_WORDS or text in ATTRIBUTES or text in ATTRIBUTES_WITH_ARGS:
            return text != "__extension__" or self.is_type_word(self.peek(1))
        if text in self.variables or text in RESERVED:
            return False
        after = self.tokens[self.pos + 1]
        if after.kind == "ident":
            return after.text not in RESERVED or after.text in TYPE_STARTS or after.text in STORAGE_WORDS
        if after.text == "(":
            return self.is_typedef(text) and self.peek(2).text == "*"
        if after.text != "*":
            return False
        ahead = 2
        while self.peek(ahead).text == "*" or self.peek(ahead).text in ATTRIBUTES | CONST_WORDS:
            ahead += 1
        if self.peek(ahead).kind != "ident":
            return False
        end = self.peek(ahead + 1)
        return end.text in (";", "=", ",", "[") or (end.kind == "ident" and end.text.startswith("__"))

    def _declaration(self, token: Token) -> Stmt:
        specs = self.specifiers()
        declarations: list[Declaration] = []
        if not self.accept(";"):
            while True:
                start = self.pos
                item = self.declare(specs, token)
                if isinstance(item, Declaration):
                    if item.type.kind == "function" and specs.type.kind == "named":
                        self.fail("`;`", start)  # a call after a line without its semicolon
                    declarations.append(item)
                else:
                    self.tags.append(item)
                if not self.accept(","):
                    self.expect(";")
                    break
        return DeclarationStmt(place=token.place, declarations=tuple(declarations))

    def _body(self) -> Stmt:
        """The statement that another one governs: labels before it are held together with it."""
        token = self.tokens[self.pos]
        self.deeper()
        first = self.statement()
        if isinstance(first, Label | Case):
            body: list[Stmt] = [first]
            while isinstance(body[-1], Label | Case):
                body.append(self.statement())
            first = Block(place=token.place, body=tuple(body), end=self.tokens[self.pos - 1].place)
        self.depth -= 1
        return first

    def _condition(self) -> Expr:
        self.expect("(")
        cond = self.expression()
        self.expect(")")
        return cond

    # --- one method a keyword -----------------------------------------------------------------

    def _if(self, token: Token) -> Stmt:
        self.pos += 1
        cond = self._condition()
        then = self._body()
        other = self._body() if self.accept("else") else None
        return If(place=token.place, cond=cond, then=then, other=other)

    def _while(self, token: Token) -> Stmt:
        self.pos += 1
        return While(place=token.place, cond=self._condition(), body=self._body())

    def _do(self, token: Token) -> Stmt:
        self.pos += 1
        body = self._body()
        self.expect("while")
        cond = self._condition()
        self.expect(";")
        return DoWhile(place=token.place, body=body, cond=cond)

    def _for(self, token: Token) -> Stmt:
        self.pos += 1
        self.expect("(")
        at = self.tokens[self.pos]
        init: Stmt | None = None
        if not self.accept(";"):
            if at.kind == "ident" and self.starts_declaration():
                init = self._declaration(at)
            else:
                init = ExprStmt(place=at.place, expr=self.expression())
                self.expect(";")
        cond = None if self.text() == ";" else self.expression()
        self.expect(";")
        step = None if self.text() == ")" else self.expression()
        self.expect(")")
        return For(place=token.place, init=init, cond=cond, step=step, body=self._body())

    def _for_each_instance(self, token: Token) -> Stmt:
        self.pos += 1
        self.expect("(")
        ctype = self.type_name()
        self.expect(",")
        var = self.name("the name of a variable").text
        self.expect(")")
        self.variables.add(var)
        return ForEachInstance(place=token.place, type=ctype, var=var, body=self._body())

    def _switch(self, token: Token) -> Stmt:
        self.pos += 1
        return Switch(place=token.place, value=self._condition(), body=self._body())

    def _case(self, token: Token) -> Stmt:
        self.pos += 1
        value = self.assignment()
        high = self.assignment() if self.accept("...") else None
        self.expect(":")
        return Case(place=token.place, value=value, high=high)

    def _default(self, token: Token) -> Stmt:
        self.pos += 1
        self.expect(":")
        return Case(place=token.place, value=None)

    def _goto(self, token: Token) -> Stmt:
        self.pos += 1
        if self.text() == "*":
            self.refuse("computed-goto", "goto to a computed address", "use a switch")
        label = self.name("the name of a label").text
        self.expect(";")
        return Goto(place=token.place, label=label)

    def _break(self, token: Token) -> Stmt:
        self.pos += 1
        self.expect(";")
        return Break(place=token.place)

    def _continue(self, token: Token) -> Stmt:
        self.pos += 1
        self.expect(";")
        return Continue(place=token.place)

    def _return(self, token: Token) -> Stmt:
        self.pos += 1
        value = None if self.text() == ";" else self.expression()
        self.expect(";")
        return Return(place=token.place, value=value)

    def _asm(self, token: Token) -> Stmt:
        start = self.pos
        while self.tokens[self.pos].kind == "ident":
            self.pos += 1
        if self.text() != "(":
            self.fail("`(`")
        self.skip_parens()
        text = " ".join(t.text for t in self.tokens[start : self.pos])
        self.expect(";")
        return Asm(place=token.place, text=text)

    def _local_labels(self, token: Token) -> Stmt:
        self.pos += 1
        while True:
            self.name("the name of a label")
            if not self.accept(","):
                break
        self.expect(";")
        return ExprStmt(place=token.place, expr=None)


_KEYWORDS = {
    "if": StatementParser._if,
    "while": StatementParser._while,
    "do": StatementParser._do,
    "for": StatementParser._for,
    "for_each_instance": StatementParser._for_each_instance,
    "switch": StatementParser._switch,
    "case": StatementParser._case,
    "default": StatementParser._default,
    "goto": StatementParser._goto,
    "break": StatementParser._break,
    "continue": StatementParser._continue,
    "return": StatementParser._return,
    "__label__": StatementParser._local_labels,
    **dict.fromkeys(sorted(_ASM), StatementParser._asm),
}
