"""Macros: reading a ``#define``, and putting arguments into a body (``#``, ``##``, variadic)."""

from __future__ import annotations

__all__ = [
    "Macro",
    "builtin_macros",
    "collect_arguments",
    "fit_arguments",
    "parse_define",
    "stringify",
    "substitute",
]

from collections.abc import Callable, Sequence

import msgspec

from lastput.c.lex import NO_HIDE, Token, lex
from lastput.errors import LastputError, Place


class Macro(msgspec.Struct, frozen=True, gc=False):
    """A macro. ``params`` is None for an object-like one; a variadic one has its last for the rest.

    ``slots[i]`` is the parameter that ``body[i]`` names, or -1. ``simple``: the body has no ``#`` nor
    ``##`` nor parameters. ``special`` names what is computed by the preprocessor itself: ``line``,
    ``file``, ``counter``, ``enabled``, ``builtin``, ``module``.
    """

    name: str
    params: tuple[str, ...] | None = None
    variadic: bool = False
    body: tuple[Token, ...] = ()
    slots: tuple[int, ...] = ()
    simple: bool = True
    special: str = ""


def builtin_macros() -> dict[str, Macro]:
    """What is always defined, and may be redefined."""
    special = {
        "__LINE__": "line",
        "__FILE__": "file",
        "__COUNTER__": "counter",
        "IS_ENABLED": "enabled",
        "IS_REACHABLE": "enabled",
        "IS_BUILTIN": "builtin",
        "IS_MODULE": "module",
    }
    return {
        name: Macro(name, ("option",) if name.startswith("IS_") else None, special=kind)
        for name, kind in special.items()
    }


def parse_define(tokens: Sequence[Token], place: Place) -> Macro:
    """The macro of the line ``#define`` + ``tokens``."""
    if not tokens or tokens[0].kind != "ident":
        raise LastputError("directive", "#define without a name", "write #define NAME value", place)
    name = tokens[0].text
    if name == "defined":
        raise LastputError("directive", "`defined` is no name for a macro", "choose another name", place)
    if len(tokens) > 1 and tokens[1].text == "(" and not tokens[1].space:
        params, variadic, rest = _parameters(tokens, place)
    else:
        params, variadic, rest = None, False, 1
    body = tuple(tokens[rest:])
    index = {param: i for i, param in enumerate(params or ())}
    slots = tuple(index.get(t.text, -1) if t.kind == "ident" else -1 for t in body)
    simple = all(s < 0 for s in slots) and not any(
        t.text == "##" or (t.text == "#" and params is not None) or t.text == "__VA_OPT__" for t in body
    )
    return Macro(name, params, variadic, body, slots, simple)


def _parameters(tokens: Sequence[Token], place: Place) -> tuple[tuple[str, ...], bool, int]:
    params: list[str] = []
    variadic = False
    i = 2
    if i < len(tokens) and tokens[i].text == ")":
        return (), False, i + 1
    while i + 1 < len(tokens) and not variadic:
        token = tokens[i]
        if token.text == "...":
            params.append("__VA_ARGS__")
            variadic = True
        elif token.kind == "ident":
            params.append(token.text)
            if tokens[i + 1].text == "..." and i + 2 < len(tokens):
                variadic = True
                i += 1
        else:
            break
        if tokens[i + 1].text == ")":
            return tuple(params), variadic, i + 2
        if tokens[i + 1].text != ",":
            break
        i += 2
    raise LastputError(
        "directive",
        f"the parameters of macro {tokens[0].text} are no list of names in parentheses",
        "write #define NAME(a, b) value, with a ... for any further arguments",
        place,
    )


def stringify(arg: Sequence[Token], at: Token) -> Token:
    """``#arg``: the spelling of an argument as a string literal, at the place of ``at``."""
    parts: list[str] = []
    for i, token in enumerate(arg):
        if i and token.space:
            parts.append(" ")
        text = token.text
        if token.kind in ("string", "char"):
            text = text.replace("\\", "\\\\").replace('"', '\\"')
        parts.append(text)
    return Token("string", '"' + "".join(parts) + '"', at.file, at.line, at.column, at.space)


# Stands for an argument without tokens on one side of ``##``.
_NOTHING = "nothing"


def substitute(
    macro: Macro,
    use: Token,
    args: Sequence[Sequence[Token]],
    expand: Callable[[Sequence[Token]], list[Token]],
    hide: frozenset[str],
) -> list[Token]:
    """The body of ``macro`` with ``args`` in place, not yet rescanned.

    Tokens of the body get the place of ``use``, those of arguments keep the place where the author
    wrote them. ``expand`` macro-expands an argument completely. ``hide`` is added to all.
    """
    file, line, column = use.file, use.line, use.column
    body, slots = macro.body, macro.slots
    if macro.simple:
        return [Token(t.kind, t.text, file, line, column, t.space, False, hide) for t in body]
    out: list[Token] = []
    expanded: dict[int, list[Token]] = {}
    count = len(body)
    rest = len(macro.params or ()) - 1 if macro.variadic else -1
    i = 0
    while i < count:
        token = body[i]
        slot = slots[i]
        if token.text == "##" and out and i + 1 < count:
            i += 1
            right = slots[i]
            if right == rest >= 0 and out[-1].text == "," and body[i - 2].text == ",":
                # GNU: `, ## rest` drops the comma when there is no rest, and pastes nothing.
                if not args[right]:
                    out.pop()
                else:
                    if right not in expanded:
                        expanded[right] = expand(args[right])
                    out.extend(_hidden(expanded[right], hide))
            elif right >= 0:
                _paste(out, _hidden(args[right], hide), use, hide)
            else:
                t = body[i]
                _paste(out, [Token(t.kind, t.text, file, line, column, t.space, False, hide)], use, hide)
        elif token.text == "#" and macro.params is not None and i + 1 < count and slots[i + 1] >= 0:
            i += 1
            at = Token("punct", "#", file, line, column, token.space)
            out.append(stringify(args[slots[i]], at))
        elif token.text == "__VA_OPT__" and rest >= 0 and i + 1 < count and body[i + 1].text == "(":
            end = _closing(body, i + 1)
            if args[rest]:
                inner = msgspec.structs.replace(macro, body=body[i + 2 : end], slots=slots[i + 2 : end])
                out.extend(substitute(inner, use, args, expand, hide))
            i = end
        elif slot >= 0:
            if i + 1 < count and body[i + 1].text == "##":
                arg = _hidden(args[slot], hide)
                out.extend(arg or [Token(_NOTHING, "", file, line, column)])
            else:
                if slot not in expanded:
                    expanded[slot] = expand(args[slot])
                arg = _hidden(expanded[slot], hide)
                if arg and arg[0].space != token.space:
                    arg[0] = msgspec.structs.replace(arg[0], space=token.space)
                out.extend(arg)
        else:
            out.append(Token(token.kind, token.text, file, line, column, token.space, False, hide))
        i += 1
    return [t for t in out if t.kind != _NOTHING]


def _closing(body: Sequence[Token], start: int) -> int:
    depth = 0
    for i in range(start, len(body)):
        depth += {"(": 1, ")": -1}.get(body[i].text, 0)
        if not depth:
            return i
    return len(body)


def _hidden(tokens: Sequence[Token], hide: frozenset[str]) -> list[Token]:
    # Only names can be macros, and only the closing parenthesis passes its set on.
    return [
        Token(t.kind, t.text, t.file, t.line, t.column, t.space, False, t.hide | hide if t.hide else hide)
        if t.kind == "ident" or t.text == ")"
        else t
        for t in tokens
    ]


def _paste(out: list[Token], right: list[Token], use: Token, hide: frozenset[str]) -> None:
    """``##`` of the last of ``out`` and the first of ``right``; what makes no token stays two."""
    if not right:
        return
    left = out.pop()
    if left.kind == _NOTHING:
        out.extend(right)
        return
    pasted = lex(left.text + right[0].text, "") if right[0].text else []
    if len(pasted) != 1:
        out.append(left)
        out.extend(right)
        return
    inherited = (left.hide & right[0].hide if right[0].hide else NO_HIDE) | hide
    out.append(
        Token(pasted[0].kind, pasted[0].text, use.file, use.line, use.column, left.space, False, inherited)
    )
    out.extend(right[1:])


def collect_arguments(
    stack: list[Token], more: Callable[[], Token | None], limit: int
) -> tuple[Token | None, list[list[Token]]]:
    """The closing parenthesis (None: there is none) and the arguments before it, at most ``limit``."""
    args: list[list[Token]] = [[]]
    depth = 0
    while True:
        token = stack.pop() if stack else more()
        if token is None:
            return None, args
        text = token.text
        if text == "(":
            depth += 1
        elif text == ")":
            if not depth:
                return token, args
            depth -= 1
        elif text == "," and not depth and len(args) != limit:
            args.append([])
            continue
        args[-1].append(token)


def fit_arguments(macro: Macro, args: list[list[Token]]) -> str:
    """Make ``args`` as many as the parameters; says what is wrong with them, or nothing."""
    wanted = len(macro.params or ())
    if macro.variadic and len(args) == wanted - 1:
        args.append([])
    if wanted == 0 and len(args) == 1 and not args[0]:
        args.clear()
    if len(args) == wanted:
        return ""
    return f"macro {macro.name} takes {wanted} argument{'s' * (wanted != 1)}, not {len(args)}"
