"""What one header defines, and where: its macros, enumerators, types, functions and variables.

Nothing is preprocessed and nothing is parsed: the items of a file lie between semicolons and braces outside
of any brace. Both arms of an ``#if`` are items; who reads one of them asks which arm is on.
"""

from __future__ import annotations

__all__ = ["Kind", "Named", "included", "scan"]

import re
from collections.abc import Iterator
from enum import IntEnum

import msgspec


class Kind(IntEnum):
    """What a name stands for. ``PROTOTYPE`` is a function without its body, ``EXTERN`` a variable that is
    defined elsewhere."""

    MACRO = 0
    ENUMERATOR = 1
    TYPEDEF = 2
    STRUCT = 3
    FUNCTION = 4
    PROTOTYPE = 5
    VARIABLE = 6
    EXTERN = 7


class Named(msgspec.Struct, frozen=True, array_like=True):
    """``name`` is defined by the characters ``start`` to ``end`` of the text, from ``line`` on (from 1). For
    an enumerator that is the whole ``enum``, for a struct or union its declaration up to the semicolon."""

    name: str
    kind: Kind
    start: int
    end: int
    line: int


_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)+'", re.DOTALL)
_DIRECTIVE = re.compile(r"^[ \t]*#[ \t]*(\w*)(?:[^\n\\]|\\.|\\\n)*", re.MULTILINE)
_DEFINE = re.compile(r"[ \t]*#[ \t]*define[ \t]+(\w+)")
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.MULTILINE)
_STOP = re.compile(r"[{};]")
_BRACE = re.compile(r"[{}]")
_TAGGED = re.compile(
    r"\b(struct|union|enum)\b((?:\s+\w+|\s*\([^()]*(?:\([^()]*\)[^()]*)*\))*)\s*(?::\s*[\w\s]+)?$"
)
_ENUMERATOR = re.compile(r"(?:^|,)\s*(?:/\*\s*\*/\s*)*([A-Za-z_]\w*)")
_INNER_POINTER = re.compile(r"\(\s*(?:\w+\s+)*\*+\s*(?:const\s+)?(\w+)\s*(?:\[[^\]]*\]\s*)*\)")
_NAME_BEFORE_PAREN = re.compile(r"(\w+)\s*\(")
_LAST_NAME = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)*(?:__\w+(?:\([^()]*\))?\s*)*$")
_ATTRIBUTE = re.compile(
    r"\b__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)|\b__(?:printf|scanf|aligned|alloc_size)\s*\([^()]*\)"
)
_NO_NAMES = frozenset(
    ("struct", "union", "enum", "if", "while", "for", "switch", "return", "sizeof", "typeof")
)
_ATTRIBUTE_CALLS = re.compile(r"__\w+|asm|static_assert|_Static_assert|[A-Z_0-9]+")


def included(text: str) -> list[tuple[str, bool]]:
    """The files that a text includes, in order, and whether each stands in angle brackets."""
    return [(name, bracket == "<") for bracket, name in _INCLUDE.findall(text)]


def scan(text: str) -> list[Named]:
    """The definitions of a header, in order. Never fails: what looks like none is passed over."""
    plain = _COMMENT.sub(_blank, text)
    starts = [0]
    find = text.find
    at = find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = find("\n", at + 1)
    found: list[tuple[str, Kind, int, int]] = []

    def directive(match: re.Match[str]) -> str:
        if match[1] == "define":
            name = _DEFINE.match(match[0])
            if name is not None:
                found.append((name[1], Kind.MACRO, match.start(), match.end()))
        return re.sub(r"[^\n]", " ", match[0])

    plain = _DIRECTIVE.sub(directive, plain)
    found += _items(plain)
    return [Named(name, kind, start, end, _line(starts, start)) for name, kind, start, end in found]


def _blank(match: re.Match[str]) -> str:
    """Spaces of the same length: a directive goes on behind a comment of several lines."""
    return " " * len(match[0])


def _line(starts: list[int], at: int) -> int:
    low, high = 0, len(starts)
    while high - low > 1:
        middle = (low + high) // 2
        if starts[middle] <= at:
            low = middle
        else:
            high = middle
    return low + 1


def _items(plain: str) -> Iterator[tuple[str, Kind, int, int]]:
    """The items outside of any brace, except within ``extern "C" {``."""
    at = 0
    while True:
        stop = _STOP.search(plain, at)
        if stop is None:
            return
        start = at + len(plain[at : stop.start()]) - len(plain[at : stop.start()].lstrip())
        head = plain[start : stop.start()]
        if stop[0] == ";":
            yield from _declared(head, start, stop.end())
            at = stop.end()
        elif stop[0] == "}":
            at = stop.end()
        else:
            close = _closing(plain, stop.start())
            if head.strip() == "extern":
                at = stop.end()
                continue
            tagged = _TAGGED.search(head)
            if tagged is None and not head.rstrip().endswith("="):
                name = _function_name(head)
                if name:
                    yield name, Kind.FUNCTION, start, close
                at = close
                continue
            end = plain.find(";", close)
            end = len(plain) if end < 0 else end + 1
            if tagged is None:
                name = _variable_name(head.rstrip()[:-1])
                if name:
                    yield name, Kind.VARIABLE, start, end
            else:
                yield from _type(plain, head, tagged, start, stop.start(), close, end)
            at = end


def _closing(plain: str, opening: int) -> int:
    """Past the brace that closes the one at ``opening``."""
    depth = 0
    for match in _BRACE.finditer(plain, opening):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(plain)


def _type(
    plain: str, head: str, tagged: re.Match[str], start: int, opening: int, close: int, end: int
) -> Iterator[tuple[str, Kind, int, int]]:
    """A definition of a struct, union or enum, and what is declared with it."""
    body = plain[opening + 1 : close - 1]
    after = _ATTRIBUTE.sub("", plain[close : end - 1])
    if tagged[1] == "enum":
        level = _without_parens(body)
        for name in _ENUMERATOR.findall(level):
            yield name, Kind.ENUMERATOR, start, end
    else:
        tags = [word for word in re.findall(r"\b\w+\b(?!\s*\()", tagged[2]) if not word.startswith("__")]
        if tags:
            yield tags[-1], Kind.STRUCT, start, end
    if re.match(r"(?:__extension__\s+)?typedef\b", head):
        for declarator in after.split(","):
            name = _variable_name(declarator)
            if name:
                yield name, Kind.TYPEDEF, start, end
    elif after.strip():
        name = _variable_name(after.partition("=")[0])
        if name:
            yield name, Kind.EXTERN if head.startswith("extern") else Kind.VARIABLE, start, end


def _without_parens(text: str) -> str:
    while True:
        shorter = re.sub(r"\([^()]*\)", "", text)
        if shorter == text:
            return text
        text = shorter


def _declared(head: str, start: int, end: int) -> Iterator[tuple[str, Kind, int, int]]:
    """A typedef, a prototype or a variable that ends in a semicolon."""
    words = head.split(None, 1)
    if len(words) < 2:
        return
    if words[0] == "typedef":
        inner = _INNER_POINTER.search(head)
        bare = _ATTRIBUTE.sub("", head)
        name = inner[1] if inner else _function_name(bare) or _variable_name(bare)
        if name:
            yield name, Kind.TYPEDEF, start, end
        return
    name = _function_name(head.partition("=")[0])
    if name:
        yield name, Kind.PROTOTYPE, start, end
        return
    if "=" in head or "(" not in head or words[0] in ("extern", "static"):
        name = _variable_name(_ATTRIBUTE.sub("", head.partition("=")[0]))
        tag = re.fullmatch(r"(struct|union|enum)\s+\w+", head.strip())
        if name and tag is None:
            extern = words[0] == "extern" and "=" not in head
            yield name, Kind.EXTERN if extern else Kind.VARIABLE, start, end


def _function_name(head: str) -> str:
    """The name before the parameters; attributes with arguments may stand before and behind them."""
    for match in _NAME_BEFORE_PAREN.finditer(head):
        name = match[1]
        if name in _NO_NAMES:
            continue
        before = head[: match.start()].rstrip()
        if not before and not _ATTRIBUTE_CALLS.fullmatch(name):
            return ""  # a macro that stands for itself
        if _ATTRIBUTE_CALLS.fullmatch(name) and not _names_function(head, match.end() - 1):
            continue
        return name if before else ""
    return ""


def _names_function(head: str, opening: int) -> bool:
    """Whether the parenthesis at ``opening`` holds parameters: nothing that declares follows it."""
    depth = 0
    for at in range(opening, len(head)):
        depth += {"(": 1, ")": -1}.get(head[at], 0)
        if depth == 0:
            rest = re.sub(r"\b(?:__\w+|[A-Z_]+)\b(?:\s*\((?:[^()]|\([^()]*\))*\))?", "", head[at + 1 :])
            return not rest.strip()
    return False


def _variable_name(text: str) -> str:
    inner = _INNER_POINTER.search(text)
    if inner is not None:
        return inner[1]
    found = _LAST_NAME.search(text.strip())
    return found[1] if found is not None and not found[1].isdigit() and found[1] not in _NO_NAMES else ""
