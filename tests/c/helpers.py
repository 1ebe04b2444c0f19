"""Short ways from C text to trees, and from trees to text that a test can compare."""

from __future__ import annotations

from collections.abc import Mapping

from lastput.c import syntax as c
from lastput.c.parse import parse_function, parse_unit
from lastput.c.preprocess import Preprocessor

DIRECTIVES = frozenset(
    """MODULE THREAD THREADS DAEMON BOOT POOL POOL_MAY_LEAK KTHREADS SOURCE ASSUME_NOOP
    module_init module_exit""".split()  # noqa: SIM905
)


def expanded(text: str, predefined: Mapping[str, str] | None = None) -> str:
    """The text of all tokens after the preprocessor, with one space between them."""
    return " ".join(t.text for t in Preprocessor(predefined).run(text, "a.c"))


def unit(text: str, strict: bool = True, typedefs: set[str] | None = None) -> c.Unit:
    known = set() if typedefs is None else typedefs
    return parse_unit(Preprocessor().run(text, "a.c"), "a.c", DIRECTIVES, strict, known)


def function(text: str) -> c.FunctionDef:
    """The last function of ``text``."""
    typedefs: set[str] = set()
    stubs = [i for i in unit(text, typedefs=typedefs).items if isinstance(i, c.FunctionStub)]
    return parse_function(stubs[-1], typedefs)


def statements(text: str, before: str = "") -> tuple[c.Stmt, ...]:
    return function(f"{before}\nvoid f(void)\n{{\n{text}\n}}\n").body.body


def expression(text: str, before: str = "") -> c.Expr:
    (statement,) = statements(f"{text};", before)
    assert isinstance(statement, c.ExprStmt)
    assert statement.expr is not None
    return statement.expr


def kind(ctype: c.CType | None) -> str:
    """A type in words: ``pointer to array[3] of struct x``."""
    if ctype is None:
        return "nothing"
    const = "const " if ctype.const else ""
    if ctype.kind == "pointer":
        return f"{const}pointer to {kind(ctype.inner)}"
    if ctype.kind == "array":
        return f"array[{show(ctype.length)}] of {kind(ctype.inner)}"
    if ctype.kind == "function":
        params = ", ".join(kind(p.type) for p in ctype.params) + ", ..." * ctype.variadic
        return f"function({params}) giving {kind(ctype.inner)}"
    if ctype.kind == "typeof":
        return f"{const}typeof {show(ctype.length)}"
    if ctype.fields is not None:
        fields = "; ".join(f"{f.name}: {kind(f.type)}" for f in ctype.fields)
        return f"{const}{ctype.kind} {{{fields}}}"
    if ctype.kind in ("struct", "union", "enum", "named"):
        return f"{const}{ctype.kind} {ctype.name}"
    return const + (ctype.name or ctype.kind)


def show(node: c.Expr | None) -> str:
    """An expression with all its structure, as in ``(+ a (* b 2))``."""
    match node:
        case None:
            return ""
        case c.Number(value=value):
            return str(value)
        case c.String(value=text):
            return f'"{text}"'
        case c.Ident(name=name):
            return name
        case c.Unary(op=op, operand=x):
            return f"({op} {show(x)})"
        case c.Binary(op=op, left=a, right=b):
            return f"({op} {show(a)} {show(b)})"
        case c.Assign(op=op, target=a, value=b):
            return f"({op} {show(a)} {show(b)})"
        case c.Conditional(cond=a, then=t, other=b):
            return f"(?: {show(a)} {show(t)} {show(b)})"
        case c.Call(function=f, args=args):
            return f"{show(f)}({', '.join(map(show, args))})"
        case c.Member(base=a, field=field, arrow=arrow):
            return f"{show(a)}{'->' if arrow else '.'}{field}"
        case c.Index(base=a, index=i):
            return f"{show(a)}[{show(i)}]"
        case c.Cast(type=t, operand=x):
            return f"<{kind(t)}>{show(x)}"
        case c.SizeofType(type=t):
            return f"sizeof<{kind(t)}>"
        case c.TypeArg(type=t):
            return f"<{kind(t)}>"
        case c.CommaList(items=items):
            return f"[{', '.join(map(show, items))}]"
        case c.StatementExpr(body=body):
            return f"({{ {len(body.body)} }})"
        case c.InitList(items=items):
            return "{" + ", ".join(_item(i) for i in items) + "}"


def _item(item: c.InitItem) -> str:
    path = "".join(f".{p}" if isinstance(p, str) else f"[{show(p)}]" for p in item.path)
    return f"{path} = {show(item.value)}" if path else show(item.value)
