"""Expressions back to C, for the words of a trace."""

from __future__ import annotations

__all__ = ["unparse"]

from lastput.c import syntax as c


def unparse(expr: c.Expr) -> str:
    """One line of C that reads like the source (spacing normalised, casts kept, types shortened)."""
    match expr:
        case c.Number(value=value, text=text):
            return text or str(value)
        case c.String(value=value):
            return f'"{value}"'
        case c.Ident(name=name):
            return name
        case c.Unary(op=op, operand=operand):
            inner = _tight(operand)
            return f"{inner}{op[1:]}" if op in ("x++", "x--") else f"{op.replace('x', '')}{inner}"
        case c.Binary(op=op, left=left, right=right):
            return f"{_tight(left)} {op} {_tight(right)}"
        case c.Assign(op=op, target=target, value=value):
            return f"{unparse(target)} {op} {unparse(value)}"
        case c.Conditional(cond=cond, then=then, other=other):
            middle = f" {unparse(then)} " if then is not None else ""
            return f"{unparse(cond)} ?{middle}: {unparse(other)}"
        case c.Call(function=function, args=args):
            return f"{_tight(function)}({', '.join(unparse(a) for a in args)})"
        case c.Member(base=base, field=field, arrow=arrow):
            return f"{_tight(base)}{'->' if arrow else '.'}{field}"
        case c.Index(base=base, index=index):
            return f"{_tight(base)}[{unparse(index)}]"
        case c.Cast(operand=operand):
            return unparse(operand)
        case c.CommaList(items=items):
            return ", ".join(unparse(i) for i in items)
        case c.StatementExpr(body=body):
            last = body.body[-1] if body.body else None
            return unparse(last.expr) if isinstance(last, c.ExprStmt) and last.expr else "({ ... })"
        case c.InitList():
            return "{ ... }"
        case c.TypeArg(type=type) | c.SizeofType(type=type):
            return f"{type.kind} {type.name}".strip()
    return "..."


def _tight(expr: c.Expr) -> str:
    text = unparse(expr)
    if isinstance(expr, (c.Binary, c.Assign, c.Conditional, c.CommaList)):
        return f"({text})"
    if isinstance(expr, c.Unary) and not expr.op.startswith("x"):
        return f"({text})"
    return text
