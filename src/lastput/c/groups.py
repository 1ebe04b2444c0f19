"""Lines and groups of the preprocessor: where a directive ends, and where an ``#if`` group does."""

from __future__ import annotations

__all__ = ["check_else", "directive_line", "skip_group"]

from lastput.c.lex import Token
from lastput.errors import LastputError


def directive_line(tokens: list[Token], i: int) -> tuple[list[Token], int]:
    """The directive whose ``#`` is ``tokens[i]``, without it; and where the next line starts."""
    end = i + 1
    count = len(tokens)
    while end < count and not tokens[end].first:
        end += 1
    return tokens[i + 1 : end], end


def skip_group(tokens: list[Token], i: int) -> tuple[int, str]:
    """From within a group that is off to the directive that ends it.

    Gives the index of the ``#`` of an ``else`` or ``elif``; for an ``endif`` the index after its line.
    """
    depth = 0
    count = len(tokens)
    while i < count:
        token = tokens[i]
        i += 1
        if not token.first or token.text != "#" or i >= count or tokens[i].first:
            continue
        name = tokens[i].text
        if name in ("if", "ifdef", "ifndef"):
            depth += 1
        elif name == "endif":
            if not depth:
                return directive_line(tokens, i - 1)[1], name
            depth -= 1
        elif not depth and name in ("else", "elif", "elifdef", "elifndef"):
            return i - 1, name
    return count, ""


def check_else(name: str, groups: list[tuple[Token, bool]], at: Token) -> None:
    if not groups:
        raise LastputError("directive", f"#{name} without #if", "remove it", at.place)
    opening, closed = groups[-1]
    if closed:
        raise LastputError("directive", f"#{name} after #else", "remove it", at.place)
    if name == "else":
        groups[-1] = (opening, True)
