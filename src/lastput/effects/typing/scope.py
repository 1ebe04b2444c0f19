"""The variables of one function: how each is declared, and what it is set to."""

from __future__ import annotations

__all__ = ["Scope", "Variable", "Within", "read_scope"]

import re
from collections.abc import Iterator

import msgspec

from lastput.c.raw.heads import Parameter, split_arguments

_KEYWORDS = frozenset(
    ("return", "goto", "else", "case", "do", "typedef", "sizeof", "if", "while", "switch", "break",
     "continue", "default", "for", "extern", "asm")
)  # fmt: skip
#: Words of a type that do not name it.
_QUALIFIERS = frozenset(
    ("const", "volatile", "struct", "union", "enum", "__user", "__iomem", "__rcu", "__percpu",
     "__always_unused", "__maybe_unused")
)  # fmt: skip
_DECLARED = re.compile(
    r"(?:[;{}]|\bfor\s*\(|:\s*\n)\s*(?P<quals>(?:(?:static|const|volatile|register|unsigned|signed|long|short"
    r"|__\w+|struct|union|enum)\s+)*)(?P<word>[A-Za-z_]\w*)\b(?=[\s*])(?P<rest>[\s*]+(?:const\s+|__\w+\s+)*)(?=[A-Za-z_])"
)
_NAME = re.compile(r"\s*((?:const\b|[\s*])*)([A-Za-z_]\w*)")
_ASSIGNED = re.compile(r"(?<![\w.>])([A-Za-z_]\w*)\s*=(?!=)\s*")
_STORED = re.compile(
    r"(?<![\w.>*&])((?:\([^()]*\)\s*)?[A-Za-z_]\w*(?:\[[^\]]*\])*(?:(?:->|\.)\w+(?:\[[^\]]*\])*)+)\s*=(?!=)"
    r"\s*(?:\([^()]*\*\s*\)\s*)?([A-Za-z_]\w*)\s*;"
)
_CONTAINER = re.compile(
    r"\b(?:container_of(?:_const|_safe)?|list_entry|hlist_entry|rb_entry|rb_entry_safe)\s*\(\s*"
    r"(?:[a-z]\w*\s*\(\s*)?(\w+)\s*\)?\s*,\s*(?:(?:const\s+)?(?:struct|union)\s+(\w+)|(?:__)?typeof(?:__)?\s*\(\s*\*\s*(\w+)\s*\)"
    r"|(\w+))\s*,\s*([\w.\[\]]+)\s*\)"
)
_FROM = re.compile(
    r"\b(?:from_timer|timer_container_of|from_tasklet|from_work)\s*\(\s*(\w+)\s*,\s*(\w+)\s*,\s*([\w.]+)\s*\)"
)


class Within(msgspec.Struct, frozen=True):
    """Where ``container_of`` says that the object is embedded: in a ``record``, as ``path``."""

    record: str
    path: str


class Variable(msgspec.Struct, frozen=True):
    """``record`` is the tag or typedef, or a plain type such as ``int``; ``pointers`` counts the stars.
    ``values`` are the expressions that it is set to; ``stores`` the members that are set to it; ``within``
    the objects that it is a part of. ``parameter`` is its position, -1 for a local variable."""

    name: str
    record: str
    pointers: int
    parameter: int = -1
    static: bool = False
    values: tuple[str, ...] = ()
    stores: tuple[str, ...] = ()
    within: tuple[Within, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """The variables of a function by name. Two that are declared in different blocks under one name count as
    one, unless their types differ: then the record is "", which nothing is."""

    variables: dict[str, Variable]


def read_scope(parameters: tuple[Parameter, ...], text: str) -> Scope:
    """The scope of a function whose body, without comments, is ``text``."""
    found: dict[str, list[object]] = {}
    values: dict[str, list[str]] = {}
    for index, parameter in enumerate(parameters):
        if parameter.name:
            record, pointers = _type(parameter.type)
            found[parameter.name] = [record, pointers, index, False]
    for name, record, pointers, static, value in _declarations(text):
        if name not in found:
            found[name] = [record, pointers, -1, static]
        elif found[name][0] != record:
            found[name][0] = ""
        if value:
            values.setdefault(name, []).append(value)
    for match in _ASSIGNED.finditer(text):
        if match[1] in found:
            value = _until(text, match.end())
            if value and value not in values.setdefault(match[1], []):
                values[match[1]].append(value)
    stores: dict[str, list[str]] = {}
    for match in _STORED.finditer(text):
        if match[2] in found and match[1] not in stores.setdefault(match[2], []):
            stores[match[2]].append(" ".join(match[1].split()))
    within: dict[str, list[Within]] = {}
    for name, one in _embeddings(text, found):
        if name in found and one not in within.setdefault(name, []):
            within[name].append(one)
    return Scope({
        name: Variable(name, str(record), int(str(pointers)), int(str(position)), bool(static),
                       tuple(values.get(name, ())), tuple(stores.get(name, ())), tuple(within.get(name, ())))
        for name, (record, pointers, position, static) in found.items()
    })  # fmt: skip


def _type(text: str) -> tuple[str, int]:
    """Tag (or typedef) and stars of a type as written."""
    words = [one for one in re.findall(r"\w+", text) if one not in _QUALIFIERS]
    return (words[-1] if words else ""), text.count("*") + text.count("[")


def _declarations(text: str) -> Iterator[tuple[str, str, int, bool, str]]:
    """Name, record, pointers, whether static, and initial value of each local variable."""
    for match in _DECLARED.finditer(text):
        word = match["word"]
        if word in _KEYWORDS:
            continue
        start = match.start("rest")
        static = "static" in match["quals"]
        for part in split_arguments(_until(text, start, ";")):
            named = _NAME.match(part)
            if named is None:
                break
            tail = part[named.end() :].lstrip()
            free = re.match(r"__\w+\s*(?:\([^()]*\))?\s*", tail)
            tail = tail[free.end() :] if free is not None else tail
            if tail and tail[0] not in "=[:":
                break
            equals = re.match(r"(?:\[[^\]]*\]\s*)*=\s*(.*)", tail, re.DOTALL)
            pointers = named[1].count("*") + (1 if tail.startswith("[") else 0)
            yield named[2], word, pointers, static, " ".join(equals[1].split()) if equals else ""


def _until(text: str, start: int, ends: str = ";,") -> str:
    """The text from ``start`` to one of ``ends`` outside of all brackets, or to a bracket that closes what
    is open there."""
    depth = 0
    for index in range(start, min(len(text), start + 4000)):
        letter = text[index]
        if letter in "([{":
            depth += 1
        elif letter in ")]}":
            if depth == 0:
                return text[start:index].strip()
            depth -= 1
        elif depth == 0 and letter in ends:
            return " ".join(text[start:index].split()) if ends != ";" else text[start:index]
    return ""


def _embeddings(text: str, known: dict[str, list[object]]) -> Iterator[tuple[str, Within]]:
    if "container_of" in text or "_entry" in text:
        for match in _CONTAINER.finditer(text):
            other = match[3]
            record = match[2] or (str(known[other][0]) if other in known else match[4] or "")
            if record:
                yield match[1], Within(record, match[5].partition("[")[0])
    if "from_" in text or "timer_container_of" in text:
        for match in _FROM.finditer(text):
            if match[1] in known:
                yield match[2], Within(str(known[match[1]][0]), match[3])
