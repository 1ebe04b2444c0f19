"""Types and declarators: what stands left and right of a declared name."""

from __future__ import annotations

__all__ = ["DeclarationParser", "Specifiers"]

from collections.abc import Callable

import msgspec

from lastput.c.cursor import MAX_NESTING
from lastput.c.expressions import ExpressionParser
from lastput.c.lex import Token
from lastput.c.syntax import (
    CType,
    Declaration,
    EnumDef,
    Expr,
    FieldDecl,
    ParamDecl,
    Skipped,
    StructDef,
    TypedefDef,
)
from lastput.c.words import (
    ALIGNED_WORDS,
    ARITHMETIC_NAMES,
    ARITHMETIC_WORDS,
    ATTRIBUTES,
    ATTRIBUTES_WITH_ARGS,
    CONST_WORDS,
    PACKED_WORDS,
    RESERVED,
    STORAGE_WORDS,
    TYPE_STARTS,
    TYPEOF_WORDS,
)
from lastput.errors import Place


class Specifiers(msgspec.Struct):
    """What stands before the declarators. ``auto``: the type is that of the initialiser."""

    type: CType
    storage: str = ""
    typedef: bool = False
    inline: bool = False
    weak: bool = False
    auto: bool = False
    cleanup: str = ""


_INLINE = frozenset(("inline", "__inline", "__inline__", "__always_inline"))
_Wrap = Callable[[CType], CType]


class DeclarationParser(ExpressionParser):
    # --- specifiers ---------------------------------------------------------------------------

    def specifiers(self) -> Specifiers:
        """Storage, qualifiers and the type, in any order."""
        specs = Specifiers(CType("void"))
        base: CType | None = None
        guess = False  # the type is a name never seen: it may turn out to be an attribute
        const = False
        words: list[str] = []
        self.cleanup = ""
        while True:
            token = self.tokens[self.pos]
            text = token.text
            if token.kind != "ident":
                break
            if text in CONST_WORDS:
                const = True
                self.pos += 1
            elif text in STORAGE_WORDS:
                self.pos += 1
                if text == "typedef":
                    specs.typedef = True
                elif text in ("static", "extern"):
                    specs.storage = text
                specs.inline |= text in _INLINE
            elif text in ATTRIBUTES or text in ATTRIBUTES_WITH_ARGS:
                specs.inline |= text in _INLINE
                specs.weak |= text == "__weak"
                self.pos += 1 if text in ATTRIBUTES else 0
                self.skip_attributes()
            elif text in ARITHMETIC_WORDS:
                if base is not None and not (guess and self._perhaps_attribute(base.name)):
                    break
                if text in ("float", "double"):
                    self.refuse("floating-point", f"type {text}", "use integers: kernel code does without")
                base = None
                words.append(text)
                self.pos += 1
            elif text in TYPE_STARTS:
                if words or (base is not None and not (guess and self._perhaps_attribute(base.name))):
                    break
                base = self._type_word(token, specs)
                guess = False
            elif words or text in RESERVED:
                break
            elif base is None:
                base = self._named(text)
                guess = base.kind == "named" and not self.is_typedef(text)
                self.pos += 1
            elif guess and self._perhaps_attribute(base.name) and self._type_follows():
                base = None
            else:
                break
        if words:
            base = CType("void" if words == ["void"] else "int", " ".join(words))
        if base is None:
            self.fail("a type")
        specs.type = msgspec.structs.replace(base, const=True) if const else base
        specs.cleanup = self.cleanup
        if specs.inline:
            specs.storage = f"{specs.storage} inline".strip()
        if specs.weak:
            specs.storage = f"{specs.storage} weak".strip()
        return specs

    def _perhaps_attribute(self, name: str) -> bool:
        """Whether a name never seen may be an attribute: in what the user wrote, only if it looks so."""
        return not self.strict or name.startswith("__") or name.isupper()

    def _type_follows(self) -> bool:
        """Whether the name at hand, after an unknown name, is the type and that one an attribute."""
        after = self.peek(1)
        if self.tokens[self.pos].text in self.variables:
            return False
        return (after.kind == "ident" and after.text not in ATTRIBUTES) or (
            after.text == "*" and self.peek(2).text not in (";", "=")
        )

    def _named(self, name: str) -> CType:
        if name in ARITHMETIC_NAMES and name not in self.typedefs:
            return CType("int", name)
        return CType("named", name)

    def _type_word(self, token: Token, specs: Specifiers) -> CType:
        text = token.text
        if text in ("struct", "union"):
            return self._struct()
        if text == "enum":
            return self._enum()
        self.pos += 1
        if text == "__auto_type":
            specs.auto = True
            return CType("typeof")
        if text in TYPEOF_WORDS:
            self.deeper()
            is_type = self.type_in_parens(cast=False)
            self.expect("(")
            ctype = self.type_name() if is_type else CType("typeof", length=self.expression())
            self.expect(")")
            self.depth -= 1
            return ctype
        return self.fail("a type", self.pos - 1)

    def _struct(self) -> CType:
        first = self.pos
        place = self.tokens[self.pos].place
        kind = self.tokens[self.pos].text
        self.pos += 1
        self.skip_attributes()
        tag = ""
        if self.tokens[self.pos].kind == "ident":
            tag = self.name("the name of a struct").text
        self.skip_attributes()
        if self.text() != "{":
            if not tag:
                self.fail(f"the name of a {kind} or its body")
            return CType(kind, tag)
        self.deeper()
        body = self.pos
        self.open_brace()
        fields: list[FieldDecl] = []
        while not self.accept("}"):
            self._field(fields)
        self.depth -= 1
        end = self.pos
        self.skip_attributes()
        around = {t.text for t in (*self.tokens[first:body], *self.tokens[end : self.pos])}
        aligned = not ALIGNED_WORDS.isdisjoint(t.text for t in self.tokens[first : self.pos])
        packed = not PACKED_WORDS.isdisjoint(around)
        ctype = CType(kind, tag, fields=tuple(fields), packed=packed, aligned=aligned)
        if tag:
            self.tags.append(StructDef(place=place, type=ctype))
            return CType(kind, tag)
        return ctype

    def _field(self, fields: list[FieldDecl]) -> None:
        token = self.tokens[self.pos]
        if self.accept(";"):
            return
        if token.kind == "ident" and self.peek(1).text == "(" and not self.is_type_word(token):
            self._field_macro(token, fields)
            return
        specs = self.specifiers()
        if self.accept(";"):
            if specs.type.fields is not None:
                fields.append(FieldDecl("", specs.type, token.place))
            return
        while True:
            self.skip_attributes()
            at = self.tokens[self.pos]
            name, wrap = (None, _same) if self.text() == ":" else self.declarator()
            bits: Expr | None = self.assignment() if self.accept(":") else None
            self.skip_attributes(after_declarator=True)
            if name or bits is None:
                place = (name or at).place
                fields.append(FieldDecl(name.text if name else "", wrap(specs.type), place, bits))
            if not self.accept(","):
                self.expect(";")
                return

    def _field_macro(self, token: Token, fields: list[FieldDecl]) -> None:
        """``NAME(...);`` in a struct: a bitmap, or a macro that nothing defines."""
        if token.text == "DECLARE_BITMAP":
            self.pos += 2
            name = self.name("the name of a bitmap")
            self.expect(",")
            length = self.assignment()
            self.expect(")")
            ctype = CType("array", inner=CType("int", "unsigned long"), length=length)
            fields.append(FieldDecl(name.text, ctype, name.place))
        elif token.text in ("static_assert", "_Static_assert"):
            self.pos += 1
            self.skip_parens()
        elif self.strict:
            self.fail(
                "a member",
                remedy=f"{token.text} is no macro that lastput knows: define it, or write the member",
            )
        else:
            self.pos += 1
            self.skip_parens()
            self.skipped.append(Skipped(token.text, token.place, "a macro in a struct that nothing defines"))
        self.expect(";")

    def _enum(self) -> CType:
        place = self.tokens[self.pos].place
        self.pos += 1
        self.skip_attributes()
        tag = ""
        if self.tokens[self.pos].kind == "ident":
            tag = self.name("the name of an enum").text
        self.skip_attributes()
        if self.text() == ":" and tag and self.is_type_word(self.peek(1)):
            self.pos += 1
            self.type_name()
        if self.text() != "{":
            if not tag:
                self.fail("the name of an enum or its body")
            return CType("enum", tag)
        self.open_brace()
        members: list[tuple[str, Expr | None]] = []
        while not self.accept("}"):
            member = self.name("the name of an enum constant").text
            self.skip_attributes()
            members.append((member, self.assignment() if self.accept("=") else None))
            if not self.accept(","):
                self.expect("}")
                break
        self.skip_attributes()
        self.tags.append(EnumDef(place=place, name=tag, members=tuple(members)))
        return CType("enum", tag)

    # --- declarators --------------------------------------------------------------------------

    def declarator(self, abstract: bool = False) -> tuple[Token | None, _Wrap]:
        """The declared name (None if ``abstract`` and absent), and what makes its type of the base."""
        self.deeper()
        stars: list[bool] = []
        while True:
            self.skip_attributes()
            if self.text() not in ("*", "^"):
                break
            self.pos += 1
            const = self.text() in CONST_WORDS
            stars.append(const)
            if len(stars) > MAX_NESTING:
                self.depth = MAX_NESTING
                self.deeper()
        inner: _Wrap = _same
        name: Token | None = None
        token = self.tokens[self.pos]
        if token.kind == "ident" and token.text not in RESERVED:
            while token.text.startswith("__") and self._name_follows():
                self.pos += 1  # an attribute that we have not heard of
                token = self.tokens[self.pos]
            name = self.name("a name")
        elif token.text == "(" and (not abstract or self._nested_declarator()):
            self.pos += 1
            name, inner = self.declarator(abstract)
            self.expect(")")
        elif not abstract:
            self.fail("a name")
        suffixes: list[CType] = []
        while True:
            text = self.text()
            if text == "[":
                self.pos += 1
                while self.text() in ("static", "const", "restrict"):
                    self.pos += 1
                length = None if self.text() == "]" else self.expression()
                self.expect("]")
                suffixes.append(CType("array", length=length))
            elif text == "(":
                self.pos += 1
                params, variadic = self.parameters()
                suffixes.append(CType("function", params=params, variadic=variadic))
            else:
                break
            if len(suffixes) > MAX_NESTING:
                self.depth = MAX_NESTING
                self.deeper()
        self.depth -= 1

        def wrap(base: CType) -> CType:
            for const in stars:
                base = CType("pointer", inner=base, const=const)
            for suffix in reversed(suffixes):
                base = msgspec.structs.replace(suffix, inner=base)
            return inner(base)

        return name, wrap

    def _name_follows(self) -> bool:
        after = self.peek(1)
        return (
            after.kind == "ident" and after.text not in ATTRIBUTES and after.text not in ATTRIBUTES_WITH_ARGS
        )

    def _nested_declarator(self) -> bool:
        """Whether ``(`` opens a declarator rather than parameters, where no name need stand."""
        after = self.peek(1)
        if after.text in ("*", "^", "(", "["):
            return True
        return after.kind == "ident" and self.peek(2).text in ("*", ")") and after.text in ATTRIBUTES

    def parameters(self) -> tuple[tuple[ParamDecl, ...], bool]:
        """From after ``(`` to after ``)``."""
        params: list[ParamDecl] = []
        if self.accept(")"):
            return (), False
        if self.text() == "void" and self.peek(1).text == ")":
            self.pos += 2
            return (), False
        while True:
            token = self.tokens[self.pos]
            if self.accept("..."):
                self.expect(")")
                return tuple(params), True
            specs = self.specifiers()
            name, wrap = self.declarator(abstract=True)
            self.skip_attributes(after_declarator=True)
            place = (name or token).place
            params.append(ParamDecl(name.text if name else "", wrap(specs.type), place))
            if not self.accept(","):
                self.expect(")")
                return tuple(params), False

    def type_name(self) -> CType:
        """A type without a name, as in a cast."""
        specs = self.specifiers()
        name, wrap = self.declarator(abstract=True)
        if name is not None:
            self.pos -= 1
            self.fail("the end of a type")
        self.skip_attributes()
        return wrap(specs.type)

    def _name_place(self, token: Token, name: Token | str | None) -> Place:
        return name.place if isinstance(name, Token) else token.place

    # --- declarations -------------------------------------------------------------------------

    def declare(self, specs: Specifiers, at: Token) -> Declaration | TypedefDef:
        """One declarator with its initialiser; notes the name as a type or as none."""
        self.cleanup = specs.cleanup
        name, wrap = self.declarator()
        assert name is not None
        ctype = wrap(specs.type)
        self.skip_attributes(after_declarator=True)
        cleanup = self.cleanup
        if specs.typedef:
            self.typedefs.add(name.text)
            return TypedefDef(place=name.place, name=name.text, type=ctype)
        self.variables.add(name.text)
        init = self.initializer() if self.accept("=") else None
        if specs.auto:
            ctype = wrap(CType("typeof", length=init))
        return Declaration(
            place=name.place, name=name.text, type=ctype, init=init, storage=specs.storage, cleanup=cleanup
        )


def _same(base: CType) -> CType:
    return base
