"""The value of an ``#if`` expression."""

from __future__ import annotations

__all__ = ["evaluate"]

from collections.abc import Callable, Sequence
from typing import NoReturn

from lastput.c.lex import Token
from lastput.c.literals import char_value, number_value
from lastput.errors import LastputError, Place

_MAX_NESTING = 100
_BITS = 1 << 64

_LEVELS = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip


def evaluate(
    tokens: Sequence[Token],
    place: Place,
    is_defined: Callable[[str], bool],
    expand: Callable[[Sequence[Token]], list[Token]],
) -> bool:
    """Whether the condition ``tokens`` holds; names that are no macros are 0, as in C."""
    line: list[Token] = []
    i = 0
    while i < len(tokens):
        token = tokens[i]
        if token.text != "defined":
            line.append(token)
            i += 1
            continue
        name, i = _defined(tokens, i + 1, place)
        line.append(Token("number", str(int(is_defined(name))), token.file, token.line, token.column, True))
    parser = _Parser(expand(line), place, is_defined)
    value = parser.expression(0, True)
    if parser.pos < len(parser.tokens):
        parser.fail(f"`{parser.tokens[parser.pos].text}` is not expected here")
    return value != 0


def _defined(tokens: Sequence[Token], i: int, place: Place) -> tuple[str, int]:
    texts = [t.text for t in tokens[i : i + 3]]
    if texts and tokens[i].kind == "ident":
        return texts[0], i + 1
    if len(texts) == 3 and texts[0] == "(" and texts[2] == ")" and tokens[i + 1].kind == "ident":
        return texts[1], i + 3
    raise LastputError("condition", "`defined` without a name", "write defined(NAME)", place)


class _Parser:
    def __init__(self, tokens: list[Token], place: Place, is_defined: Callable[[str], bool]) -> None:
        self.tokens = tokens
        self.place = place
        self.is_defined = is_defined
        self.pos = 0
        self.depth = 0

    def fail(self, what: str) -> NoReturn:
        raise LastputError(
            "condition",
            f"#if cannot be evaluated: {what}",
            "write an expression of integer constants",
            self.place,
        )

    def text(self) -> str:
        return self.tokens[self.pos].text if self.pos < len(self.tokens) else ""

    def expect(self, text: str) -> None:
        if self.text() != text:
            self.fail(f"`{text}` is missing")
        self.pos += 1

    def expression(self, level: int, live: bool) -> int:
        """An expression whose operators bind tighter than ``level``; 0 is ``?:`` and all above it."""
        self.depth += 1
        if self.depth > _MAX_NESTING:
            raise LastputError("nesting", "#if is nested too deeply", "split the condition", self.place)
        left = self.operand(live)
        while True:
            op = self.text()
            tight = _LEVELS.get(op, 0)
            if tight > level:
                self.pos += 1
                alive = live and not ((op == "&&" and not left) or (op == "||" and left))
                left = self.apply(op, left, self.expression(tight, alive), alive)
            elif op == "?" and level == 0:
                self.pos += 1
                then = self.expression(0, live and left != 0)
                self.expect(":")
                other = self.expression(0, live and left == 0)
                left = then if left else other
            else:
                break
        self.depth -= 1
        return left

    def apply(self, op: str, a: int, b: int, live: bool) -> int:
        match op:
            case "||":
                return int(bool(a or b))
            case "&&":
                return int(bool(a and b))
            case "/" | "%":
                if not b:
                    if live:
                        self.fail("division by zero")
                    return 0
                quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
                return _wrap(quotient if op == "/" else a - quotient * b)
            case "<<":
                return _wrap(a << (b & 63))
            case ">>":
                return a >> (b & 63)
            case "==":
                return int(a == b)
            case "!=":
                return int(a != b)
            case "<":
                return int(a < b)
            case ">":
                return int(a > b)
            case "<=":
                return int(a <= b)
            case ">=":
                return int(a >= b)
            case "+":
                return _wrap(a + b)
            case "-":
                return _wrap(a - b)
            case "*":
                return _wrap(a * b)
            case "&":
                return a & b
            case "|":
                return a | b
        return a ^ b

    def operand(self, live: bool) -> int:
        signs: list[str] = []
        while self.text() in ("!", "-", "+", "~"):
            signs.append(self.text())
            self.pos += 1
        value = self.primary(live)
        for sign in reversed(signs):
            match sign:
                case "!":
                    value = int(not value)
                case "-":
                    value = _wrap(-value)
                case "~":
                    value = ~value
        return value

    def primary(self, live: bool) -> int:
        if self.pos >= len(self.tokens):
            self.fail("a value is missing")
        token = self.tokens[self.pos]
        self.pos += 1
        value: int | None = None
        if token.kind == "number":
            value = number_value(token.text)
        elif token.kind == "char":
            value = char_value(token.text)
        elif token.text == "(":
            value = self.expression(0, live)
            self.expect(")")
        elif token.text == "defined":
            name, self.pos = _defined(self.tokens, self.pos, self.place)
            value = int(self.is_defined(name))
        elif token.kind == "ident":
            value = 0
            if self.text() == "(":
                if not token.text.startswith("__has_"):
                    self.fail(f"{token.text}() is not defined")
                while self.pos < len(self.tokens) and self.text() != ")":
                    self.pos += 1
                self.expect(")")
        if value is None:
            self.fail(f"`{token.text}` is no integer constant")
        return _wrap(value)


def _wrap(value: int) -> int:
    value %= _BITS
    return value - _BITS if value >= _BITS // 2 else value
