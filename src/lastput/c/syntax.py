"""The syntax tree of the C that lastput models: plain data, no behaviour.

Positions are those of the token as written by the author of the file, also when the token came
out of a macro (then: the place where the outermost macro was used). Expressions and statements
are closed unions, listed in ``Expr`` and ``Stmt``.
"""

from __future__ import annotations

__all__ = [
    "Asm",
    "Assign",
    "AtomicBlock",
    "Binary",
    "Block",
    "Break",
    "CType",
    "Call",
    "Case",
    "Cast",
    "CommaList",
    "Conditional",
    "Continue",
    "Declaration",
    "DeclarationStmt",
    "Directive",
    "DoWhile",
    "EnumDef",
    "Expr",
    "ExprStmt",
    "FieldDecl",
    "For",
    "ForEachInstance",
    "FunctionDef",
    "FunctionStub",
    "Goto",
    "Ident",
    "If",
    "Index",
    "InitItem",
    "InitList",
    "Label",
    "Member",
    "Number",
    "ParamDecl",
    "Return",
    "SizeofType",
    "Skipped",
    "StatementExpr",
    "Stmt",
    "String",
    "StructDef",
    "Switch",
    "TopLevel",
    "TypeArg",
    "TypedefDef",
    "Unary",
    "Unit",
    "While",
]

import msgspec

from lastput.c.lex import Token
from lastput.errors import Place


class Node(msgspec.Struct, frozen=True, kw_only=True):
    place: Place


# --- types as written -------------------------------------------------------------------------


class CType(msgspec.Struct, frozen=True):
    """A type as written.

    ``kind`` is one of ``void``, ``int`` (every arithmetic type: ``name`` keeps the spelling, e.g.
    ``unsigned long``, ``bool``, ``u32``), ``struct`` / ``union`` (``name`` = tag or "" when
    anonymous, ``fields`` only when anonymous, else None), ``enum``, ``named`` (a typedef name, whether
    the parser saw its typedef or not), ``pointer`` (``inner``), ``array`` (``inner``, ``length`` an
    expression or None), ``function`` (``inner`` = return type, ``params``, ``variadic``),
    ``typeof`` (``length`` = the expression; for ``__auto_type`` that is the initialiser). ``packed`` and
    ``aligned``: attributes of a struct with a body say so, ``aligned`` also those of its members.

    A struct or union with both tag and body, and the members of any enum, wherever they stand, are
    lifted out: they become a ``StructDef`` or ``EnumDef`` before the file-scope item, or in
    ``FunctionDef.tags``. What stays behind is the type with its tag alone.
    """

    kind: str
    name: str = ""
    inner: CType | None = None
    length: Expr | None = None
    fields: tuple[FieldDecl, ...] | None = None
    params: tuple[ParamDecl, ...] = ()
    variadic: bool = False
    const: bool = False
    packed: bool = False
    aligned: bool = False


class FieldDecl(msgspec.Struct, frozen=True):
    """A member of a struct; an anonymous inner struct or union has ``name`` ""."""

    name: str
    type: CType
    place: Place
    bits: Expr | None = None


class ParamDecl(msgspec.Struct, frozen=True):
    name: str
    type: CType
    place: Place


# --- expressions ------------------------------------------------------------------------------


class Number(Node, frozen=True, kw_only=True):
    value: int
    text: str = ""


class String(Node, frozen=True, kw_only=True):
    """Adjacent literals are joined; ``value`` is without quotes, escapes resolved."""

    value: str


class Ident(Node, frozen=True, kw_only=True):
    name: str


class Unary(Node, frozen=True, kw_only=True):
    """``op`` is one of ``- + ! ~ * & ++x --x x++ x--``, or ``&&`` for the address of a label."""

    op: str
    operand: Expr


class Binary(Node, frozen=True, kw_only=True):
    """``op`` is a C binary operator, ``&&`` and ``||`` among them."""

    op: str
    left: Expr
    right: Expr


class Assign(Node, frozen=True, kw_only=True):
    """``op`` is ``=`` or a compound assignment such as ``+=``."""

    op: str
    target: Expr
    value: Expr


class Conditional(Node, frozen=True, kw_only=True):
    """``cond ? then : other``; ``then`` is None for the GNU ``cond ?: other``."""

    cond: Expr
    then: Expr | None
    other: Expr


class Call(Node, frozen=True, kw_only=True):
    function: Expr
    args: tuple[Expr, ...]


class Member(Node, frozen=True, kw_only=True):
    base: Expr
    field: str
    arrow: bool


class Index(Node, frozen=True, kw_only=True):
    base: Expr
    index: Expr


class Cast(Node, frozen=True, kw_only=True):
    """A cast; a compound literal ``(struct x){...}`` has an ``InitList`` as operand."""

    type: CType
    operand: Expr


class SizeofType(Node, frozen=True, kw_only=True):
    """``sizeof(type)``, or ``sizeof expr`` as a ``typeof`` type."""

    type: CType


class TypeArg(Node, frozen=True, kw_only=True):
    """A type where an argument of a call is expected, as in ``__offsetof(struct x, member)``."""

    type: CType


class CommaList(Node, frozen=True, kw_only=True):
    items: tuple[Expr, ...]


class StatementExpr(Node, frozen=True, kw_only=True):
    """GNU ``({ ... })``: the value is that of the last expression statement."""

    body: Block


class InitItem(msgspec.Struct, frozen=True):
    """One item of an initialiser; ``path`` holds designators: field names and index expressions.

    The GNU range ``[a ... b] =`` is a ``Binary`` with the operator ``...`` in the path.
    """

    path: tuple[str | Expr, ...]
    value: Expr


class InitList(Node, frozen=True, kw_only=True):
    items: tuple[InitItem, ...]


Expr = (
    Number
    | String
    | Ident
    | Unary
    | Binary
    | Assign
    | Conditional
    | Call
    | Member
    | Index
    | Cast
    | SizeofType
    | TypeArg
    | CommaList
    | StatementExpr
    | InitList
)


# --- statements -------------------------------------------------------------------------------


class Block(Node, frozen=True, kw_only=True):
    body: tuple[Stmt, ...]
    end: Place


class AtomicBlock(Node, frozen=True, kw_only=True):
    """``atomic { }`` and its kin: one indivisible step. ``kind`` is atomic|plain|acquire|release."""

    kind: str
    body: Block


class ExprStmt(Node, frozen=True, kw_only=True):
    """An expression for its effect; None for the empty statement ``;``."""

    expr: Expr | None


class DeclarationStmt(Node, frozen=True, kw_only=True):
    declarations: tuple[Declaration, ...]


class If(Node, frozen=True, kw_only=True):
    cond: Expr
    then: Stmt
    other: Stmt | None


class While(Node, frozen=True, kw_only=True):
    cond: Expr
    body: Stmt


class DoWhile(Node, frozen=True, kw_only=True):
    body: Stmt
    cond: Expr


class For(Node, frozen=True, kw_only=True):
    init: Stmt | None
    cond: Expr | None
    step: Expr | None
    body: Stmt


class ForEachInstance(Node, frozen=True, kw_only=True):
    """``for_each_instance(struct T, var) body``: over all live objects of a type."""

    type: CType
    var: str
    body: Stmt


class Switch(Node, frozen=True, kw_only=True):
    value: Expr
    body: Stmt


class Case(Node, frozen=True, kw_only=True):
    """``case value:`` (``high`` for the GNU range), or ``default:`` when ``value`` is None."""

    value: Expr | None
    high: Expr | None = None


class Label(Node, frozen=True, kw_only=True):
    name: str


class Goto(Node, frozen=True, kw_only=True):
    label: str


class Break(Node, frozen=True, kw_only=True):
    pass


class Continue(Node, frozen=True, kw_only=True):
    pass


class Return(Node, frozen=True, kw_only=True):
    value: Expr | None


class Asm(Node, frozen=True, kw_only=True):
    """Inline assembly: parsed so that it can be refused where it is reached."""

    text: str


Stmt = (
    Block
    | AtomicBlock
    | ExprStmt
    | DeclarationStmt
    | If
    | While
    | DoWhile
    | For
    | ForEachInstance
    | Switch
    | Case
    | Label
    | Goto
    | Break
    | Continue
    | Return
    | Asm
)


# --- top level --------------------------------------------------------------------------------


class Declaration(Node, frozen=True, kw_only=True):
    """A variable (file scope or local), or a function prototype when ``type.kind`` is function.

    ``cleanup`` is the attribute that runs code at the end of the variable's scope, as written
    (``__free(kfree)``, ``__cleanup(f)``), else "": it must not be lost on anyone who counts references.
    """

    name: str
    type: CType
    init: Expr | None = None
    storage: str = ""  # words of "static", "extern", "inline", "weak"
    cleanup: str = ""


class FunctionDef(Node, frozen=True, kw_only=True):
    """A function with its body; ``end`` is the closing brace.

    ``tags`` are the structs, enums and typedefs that are defined within the body, ``names`` what is declared
    there, in whatever block.
    """

    name: str
    type: CType
    body: Block
    storage: str = ""
    end: Place
    tags: tuple[StructDef | EnumDef | TypedefDef, ...] = ()
    names: frozenset[str] = frozenset()


class StructDef(Node, frozen=True, kw_only=True):
    """A struct or union with a body at file scope: ``type`` carries tag and fields."""

    type: CType


class EnumDef(Node, frozen=True, kw_only=True):
    name: str
    members: tuple[tuple[str, Expr | None], ...]


class TypedefDef(Node, frozen=True, kw_only=True):
    name: str
    type: CType


class FunctionStub(Node, frozen=True, kw_only=True):
    """A function whose body has not been parsed yet: ``lastput.c.parse.parse_function`` does it.

    A kernel file is read whole but only the functions that are reached need to parse. ``body`` is the
    expanded tokens from the opening to the closing brace.
    """

    name: str
    type: CType
    body: tuple[Token, ...]
    storage: str = ""


class Directive(Node, frozen=True, kw_only=True):
    """A macro-like line of the litmus language at file scope.

    ``NAME(args...);`` as in ``MODULE(kvm_intel, kvm);``, ``SOURCE("a.c", f, g);``,
    ``POOL(struct kvm, 2);``, ``module_init(f);``; or ``NAME(args...) { body }`` as in
    ``THREAD(vmm) { ... }``, then ``body`` is set. Order among the other items is kept.
    """

    name: str
    args: tuple[Expr, ...]
    body: Block | None = None


TopLevel = Declaration | FunctionStub | StructDef | EnumDef | TypedefDef | Directive


class Skipped(msgspec.Struct, frozen=True):
    """What was read at file scope and says nothing to lastput, or could not be parsed (``why``)."""

    name: str
    place: Place
    why: str


class Unit(msgspec.Struct, frozen=True):
    """A parsed file: items in source order, and everything that is not among them."""

    file: str
    items: tuple[TopLevel, ...]
    skipped: tuple[Skipped, ...] = ()
