"""What a condition says of which expression, and what a statement makes known."""

from __future__ import annotations

__all__ = ["Truth", "known_by", "learn", "read_condition", "spoils", "teaches"]

import re
from functools import lru_cache

from lastput.audit.patterns import has_word
from lastput.c.flow.graph import Kind, Node

#: An expression and whether it is other than zero. ``IS_ERR(p)`` is an expression of its own.
Truth = tuple[str, bool]

_ASSIGNED = re.compile(r"^\(*\s*([A-Za-z_][\w.>\[\]-]*?)\s*=(?!=)\s*(.*)$")
_COMPARED = re.compile(r"^(.*?)\s*(==|!=|<=|>=|<|>)\s*(0|NULL|false|true)$")
_ERROR = re.compile(r"^\(?\s*(?:-\s*E[A-Z0-9]+\b|-\s*[1-9]|ERR_PTR|ERR_CAST|PTR_ERR\s*\(|dev_err_probe)")
_ZERO = re.compile(r"^(?:0[xX]?0*[uUlL]*|NULL|false)$")
_NUMBER = re.compile(r"^(?:[1-9]\d*|0[xX][\da-fA-F]+|true)[uUlL]*$")
_PLAIN = re.compile(r"^[A-Za-z_][\w.>-]*$")
_MACRO = re.compile(r"^(?!IS_|PTR_)[A-Z][A-Z_]*\((?:\w+, )?([^,]*)(?:, .*)?\)$")
_VIEW = re.compile(r"^(?:to_\w+|container_of)\(\s*([A-Za-z_]\w*)\b")
_OUT = re.compile(r"&\s*([A-Za-z_]\w*)\b(?!\s*(?:->|\.|\[))")


@lru_cache(maxsize=100_000)
def read_condition(text: str) -> Truth:
    """The expression that ``text`` asks for, and its truth when the condition holds.

    ``x < 0`` counts as "x is not zero", as kernel calls return; ``x > 0`` stays an expression of its own.
    """
    truth = True
    text = _unwrapped(_bare(text))
    while text.startswith("!") and not text.startswith("!="):
        truth = not truth
        text = _bare(text[1:])
    compared = _COMPARED.match(text)
    if compared is not None and compared[1].count("(") == compared[1].count(")"):
        left, sign, right = _bare(compared[1]), compared[2], compared[3]
        if sign == "!=" or (sign == "<" and right == "0"):
            text, truth = left, truth != (right == "true")
        elif sign == "==" or (sign == ">=" and right == "0"):
            text, truth = left, truth == (right == "true")
    assigned = _ASSIGNED.match(text)
    if assigned is not None:
        text = assigned[1]
    return text, truth


def _unwrapped(text: str) -> str:
    """What a macro such as ``WARN_ON(x)`` passes on as the truth of the condition."""
    found = _MACRO.match(text)
    return _bare(found[1]) if found is not None and found[1].count("(") == found[1].count(")") else text


def _bare(text: str) -> str:
    """Without parentheses around the whole."""
    text = text.strip()
    while text.startswith("(") and text.endswith(")"):
        depth = 0
        for index, letter in enumerate(text):
            depth += (letter == "(") - (letter == ")")
            if depth == 0 and index < len(text) - 1:
                return text
        text = text[1:-1].strip()
    return text


@lru_cache(maxsize=100_000)
def known_by(value: str) -> bool | None:
    """Whether a value written in the source is other than zero; None if that is not to be seen."""
    value = _bare(value)
    if _ZERO.match(value):
        return False
    return True if _ERROR.match(value) or _NUMBER.match(value) else None


def spoils(target: str, expression: str) -> bool:
    """Whether a write to ``target`` may change ``expression``."""
    return target in expression and has_word(expression, target, ".>")


def teaches(node: Node) -> bool:
    """Whether ``learn`` may find something in ``node``."""
    return bool(node.writes) or any("&" in argument for call in node.calls for argument in call.arguments)


def learn(node: Node, facts: dict[str, bool]) -> dict[str, bool]:
    """The truths after ``node``, given those before it."""
    if not teaches(node):
        return facts
    after = dict(facts)
    for write in node.writes:
        known = known_by(write.value)
        source = _bare(write.value)
        if known is None and _PLAIN.match(source):
            known = after.get(source)
        if known is None and source.startswith("PTR_ERR_OR_ZERO("):
            known = after.get(f"IS_ERR({source[16:-1].strip()})")
        view = _VIEW.match(source)
        if known is None and view is not None and after.get(view[1]):
            known = True
        for key in [one for one in after if spoils(write.target, one)]:
            del after[key]
        if known is not None and node.kind is not Kind.CONDITION:
            after[write.target] = known
    for call in node.calls:
        for argument in call.arguments:
            for name in _OUT.findall(argument) if "&" in argument else ():
                for key in [one for one in after if spoils(name, one)]:
                    del after[key]
    return after
