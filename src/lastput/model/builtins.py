"""The primitives that the compiler itself knows; docs/litmus-language.md describes them."""

from __future__ import annotations

__all__ = ["BUILTINS", "argument_count", "error_class", "size_type", "type_argument"]

from lastput.c import syntax as c
from lastput.engine.program import ErrorClass
from lastput.errors import LastputError

#: name -> (least, most) number of arguments
BUILTINS: dict[str, tuple[int, int]] = {
    "__alloc": (0, 1),
    "__alloc_from": (1, 1),
    "__any_value": (0, 0),
    "__builtin_constant_p": (1, 1),
    "__builtin_expect": (2, 2),
    "__copy_memory": (3, 3),
    "__free": (1, 1),
    "__if_slabs": (1, 1),
    "__live": (1, 1),
    "__offsetof": (2, 2),
    "__overwrite": (1, 1),
    "__slab_type": (1, 1),
    "IS_BUILTIN": (1, 1),
    "IS_ENABLED": (1, 1),
    "IS_MODULE": (1, 1),
    "IS_REACHABLE": (1, 1),
    "choose": (1, 1),
    "exit_thread": (0, 0),
    "fail": (3, 3),
    "memset": (3, 3),
    "pick": (2, 2),
    "pick_idle": (2, 2),
    "spawn": (2, 2),
    "wait_idle": (1, 1),
    "wait_until": (1, 1),
    "warn": (3, 3),
}


def argument_count(call: c.Call, name: str) -> None:
    """Refuse a wrong number of arguments."""
    least, most = BUILTINS[name]
    if not least <= len(call.args) <= most:
        raise LastputError(
            "primitive-arguments",
            f"{name}() takes {least} argument(s), {len(call.args)} given",
            "see the table of primitives in docs/litmus-language.md",
            call.place,
        )


def error_class(call: c.Call) -> ErrorClass:
    """The class named by the first argument of fail() or warn()."""
    first = call.args[0]
    if isinstance(first, c.Ident) and first.name in ErrorClass.__members__ and first.name != "NONE":
        return ErrorClass[first.name]
    names = ", ".join(e.name for e in ErrorClass if e)
    raise LastputError("error-class", "this is not an error class", f"write one of {names}", call.place)


def type_argument(call: c.Call) -> c.CType:
    """The type that stands as first argument of pick(), __offsetof() and their kin."""
    first = call.args[0]
    if isinstance(first, c.TypeArg):
        return first.type
    if isinstance(first, c.Ident):
        return c.CType(kind="named", name=first.name)
    raise LastputError(
        "type-argument",
        "a type is expected here",
        "write it as in pick(struct work_struct, pending)",
        call.place,
    )


def size_type(size: c.Expr) -> c.CType | None:
    """The type of the first ``sizeof`` in a size, as in ``struct_size(p, items, n)``: what is allocated."""
    todo: list[c.Expr] = [size]
    while todo:
        match todo.pop(0):
            case c.SizeofType(type=written):
                return written
            case c.Binary(left=left, right=right):
                todo += [left, right]
            case c.Cast(operand=inner):
                todo.append(inner)
            case c.Call(args=args):
                todo += args
            case _:
                pass
    return None
