"""What a condition says of which expression, and what a statement makes known."""

from __future__ import annotations

__all__ = ["Truth", "known_by", "learn", "read_condition", "spoils", "teaches"]

import re
from functools import lru_cache

from lastput.c.flow.graph import Kind, Node
from lastput.c.patterns import has_word

#: An expression and whether it is other than zero. ``IS_ERR(p)`` is an expression of its own.
Truth = tuple[str, bool]

_ASSIGNED = re.compile(r"^\(*\s*([A-Za-z_][\w.>\[\]-]*?)\s*=(?!=)\s*(.*)$")
_COMPARED = re.compile(r"^(.*?)\s*(==|!=|<=|>=|<|>)\s*(0|NULL|false|true)$")
_ERROR = re.compile(r"^\(?\s*(?:-\s*E[A-Z0-9]+\b|-\s*[1-9]|ERR_PTR|ERR_CAST|PTR_ERR\s*\(|dev_err_probe)")
_ZERO = re.compile(r"^(?:0[xX]?0*[uUlL]*|NULL|false)$")
_NUMBER = re.compile(r"^(?:[1-9]\d*|0[xX][\da-fA-F]+|true)[uUlL]*$")
_PLAIN = re.compile(r"^[A-Za-z_][\w.>-]*$")
_MACRO = re.compile(r"^(?:(?!IS_|PTR_)[A-Z][A-Z_]*|[a-z]\w*_WARN\w*)\((?:&?\w[\w.>-]*, )?([^,]*)(?:, .*)?\)$")
_VIEW = re.compile(r"^(?:to_\w+|container_of)\(\s*([A-Za-z_]\w*)\b")
_CHOICE = re.compile(r"^([^?:]+?)\s*\?\s*([^?:]*?)\s*:\s*([^?:]+)$")
_COMPOUND = re.compile(r"^\(*\s*([A-Za-z_][\w.>\[\]-]*?)\s*([-+|&^*/%]|<<|>>)=\s*(.*?);?$")
_BIT = re.compile(r"^(?:__)?(set|clear)_bit$")
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
    return bool(node.writes) or any(
        "&" in argument or _BIT.match(call.name) for call in node.calls for argument in call.arguments
    )


def learn(node: Node, facts: dict[str, bool]) -> dict[str, bool]:
    """The truths after ``node``, given those before it."""
    if not teaches(node):
        return facts
    after = dict(facts)
    compound = _COMPOUND.match(node.text)
    for write in node.writes:
        if compound is not None and write.target == compound[1]:
            _changed(after, compound[1], compound[2], _bare(compound[3]))
            continue
        known = _value(write.value, after)
        for key in [one for one in after if spoils(write.target, one)]:
            del after[key]
        if known is not None and node.kind is not Kind.CONDITION:
            after[write.target] = known
    for call in node.calls:
        for argument in call.arguments:
            for name in _OUT.findall(argument) if "&" in argument else ():
                for key in [one for one in after if spoils(name, one)]:
                    del after[key]
        bit = _BIT.match(call.name)
        if bit is not None and len(call.arguments) == 2:
            after[f"test_bit({call.arguments[0]}, {call.arguments[1]})"] = bit[1] == "set"
    return after


def _value(value: str, known: dict[str, bool]) -> bool | None:
    """Whether ``value`` is other than zero where ``known`` holds; None if that is not to be seen."""
    source = _bare(value)
    found = known_by(source)
    if found is not None:
        return found
    if source.startswith("&"):
        return True
    if _PLAIN.match(source):
        return known.get(source)
    if source.startswith("PTR_ERR_OR_ZERO("):
        return known.get(f"IS_ERR({source[16:-1].strip()})")
    choice = _CHOICE.match(source)
    if choice is not None:
        asked, truth = read_condition(choice[1])
        if asked in known:
            return _value(choice[2] or choice[1] if known[asked] == truth else choice[3], known)
        return None
    view = _VIEW.match(source)
    return True if view is not None and known.get(view[1]) else None


def _changed(known: dict[str, bool], target: str, sign: str, value: str) -> None:
    """What ``target |= value`` and the like leave known: bits that were set stay set, cleared ones clear.

    Two flags with names of their own are taken to be two bits.
    """
    stays = {"|": True, "&": False}.get(sign)
    flag = _bare(value[1:]) if value.startswith("~") else value
    for key in [one for one in known if spoils(target, one)]:
        asked = key.removeprefix(f"{target} & ")
        other = stays is not None and asked != key and asked.isidentifier() and flag.isidentifier()
        if known[key] != stays and not (other and asked != flag):
            del known[key]
    if sign == "|":
        known[f"{target} & {value}"] = True
    elif sign == "&" and value.startswith("~"):
        known[f"{target} & {flag}"] = False
