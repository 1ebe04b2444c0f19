"""From the bytes of one file to its facts. Pure: the same bytes give the same facts."""

from __future__ import annotations

__all__ = ["FileFacts", "extract", "worth_reading"]

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec
import numpy as np

from lastput.c.raw.calls import CallRow, StoreRow, find_all_calls
from lastput.c.raw.heads import Parameter, macro_uses, split_arguments, squeeze
from lastput.c.raw.initialisers import field_values, read_variable
from lastput.c.raw.macros import function_macros
from lastput.c.raw.records import read_record
from lastput.c.raw.scan import DECLARATION, INITIALISER, RECORD
from lastput.c.raw.source import Source
from lastput.facts.api import API, Callback, fill

#: Rows of one call: function index in the file, name, receiver, arguments, line, use, result.
CallFact = tuple[int, str, str, str, int, str, str]


class FileFacts(msgspec.Struct, array_like=True):
    """Everything that is stored about one file; the columns are those of ``schema.sql``."""

    balanced: bool
    functions: list[tuple[str, bool, bool, str, str, str, str, int, int, int, int, int]]
    calls: list[CallFact]
    stores: list[tuple[int, str, str, str, int]]
    variables: list[tuple[str, str, bool, bool, int]]
    fields: list[tuple[int, str, str, str, int]]
    file_macros: list[tuple[str, str, bool, int]]
    callbacks: list[tuple[int, str, str, str, str, int]]
    records: list[tuple[str, str, str, int, int]]
    macros: list[tuple[str, str, str, int]]
    exports: list[tuple[str, str, int]]


_BEFORE_STATEMENT = frozenset(map(ord, ";{})eo"))
_SEMICOLON, _RETURN, _COLON = 59, 114, 58
_MACRO = re.compile(rb"define[ \t]+\w+\(")
_ITEM = re.compile(rb"\n\w+\(")
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_WORD = re.compile(r"\w+")
_INNER = re.compile(r"static\s+(?:const\s+)?struct\s+\w+\s+(?:const\s+)?\w+\s*(?:\[[^\]]*\]\s*)?=\s*\{")
_BRACE = re.compile(r"[{}]")
_LONGEST_ARGUMENTS = 2000

_CALLBACKS: dict[str, list[Callback]] = {}
for _one in API.callback:
    for _name in _one.names:
        _CALLBACKS.setdefault(_name, []).append(_one)


def worth_reading(path: str, content: bytes) -> bool:
    """Whether a file can hold facts; headers with nothing but constants do not."""
    if path.endswith(".c") or b"{" in content:
        return True
    return b"(" in content and (_MACRO.search(content) or _ITEM.search(content)) is not None


def extract(path: str, content: bytes) -> FileFacts:
    """Read one file. Never raises for its content; ``balanced`` tells whether its braces pair up."""
    source = Source(path, content)
    facts = FileFacts(source.scan.balanced, [], [], [], [], [], [], [], [], [], [])
    _items(source, facts)
    known = {row[0] for row in facts.functions}
    variables = {row[0] for row in facts.variables}
    _fields(source, facts, known)
    bodies = np.array([(one.body, one.end) for one in source.functions], dtype=np.int64).reshape(-1, 2)
    calls, stores = find_all_calls(content, source.scan.code, bodies)
    for index in range(len(bodies)):
        _calls(source, facts, index, calls[index], known)
        if stores[index]:
            _stores(source, facts, index, stores[index], known, variables)
    for macro in function_macros(content):
        facts.macros.append((macro.name, ", ".join(macro.parameters), macro.body, source.line(macro.offset)))
    return facts


def _items(source: Source, facts: FileFacts) -> None:
    """Heads of functions, macros at file scope, structs."""
    code = source.code
    for function in source.functions:
        head = function.head
        facts.functions.append(
            (
                head.name, head.static, head.inline, head.section, head.returns,
                _parameters(head.parameters),
                head.macro, source.line(function.start), source.line(function.end - 1),
                function.start, function.body, function.end,
            )
        )  # fmt: skip
    functions = iter(source.functions)
    following = next(functions, None)
    for kind, start, body, _, end in source.scan.items.tolist():
        while following is not None and following.start < start:
            following = next(functions, None)
        if kind == DECLARATION:
            text = code[start:end]
            if "(" in text:
                _file_macros(source, facts, text, start)
        elif kind == RECORD:
            name, fields = read_record(
                code[start:body], code[body:end].rpartition("}")[0] + "}", _tail(code, body, end)
            )
            for field in fields:
                facts.records.append(
                    (name, field.name, field.type, field.pointers, source.line(body + field.offset))
                )
        elif following is not None and start <= following.start < body:
            lead = code[start : following.start]
            if "(" in lead:
                _file_macros(source, facts, lead, start)


def _parameters(parameters: tuple[Parameter, ...]) -> str:
    if not parameters:
        return "[]"
    return msgspec.json.encode([(one.type, one.name) for one in parameters]).decode()


def _tail(code: str, body: int, end: int) -> str:
    return code[body:end].rpartition("}")[2]


def _file_macros(source: Source, facts: FileFacts, text: str, start: int) -> None:
    for use in macro_uses(text):
        line = source.line(start + use.offset)
        facts.file_macros.append((use.name, use.arguments, use.static, line))
        if use.name.startswith("EXPORT_SYMBOL"):
            name = use.arguments.partition(",")[0].strip()
            facts.exports.append((name, use.name, line))
        _callbacks(facts, -1, use.name, use.arguments, "", line)


def _fields(source: Source, facts: FileFacts, known: set[str]) -> None:
    """Variables with an initialiser in braces, and what their fields hold; static ones of functions, too."""
    code = source.code
    places = [
        (start, body, stop)
        for kind, start, body, stop, _ in source.scan.items.tolist()
        if kind == INITIALISER
    ]
    for start, body, stop in (*places, *_inner_tables(source)):
        head = read_variable(code[start:body])
        if head is None:
            continue
        index = len(facts.variables)
        facts.variables.append((head.name, head.type, head.static, head.const, source.line(start)))
        for value in field_values(source.scan.code, body, stop):
            text = code[value.start : value.end]
            if not value.field and text.lstrip("& ") not in known and text[0] != "&":
                continue
            text = squeeze(text)[:_LONGEST_ARGUMENTS]
            line = source.line(value.start)
            facts.fields.append((index, value.path, value.field, text, line))
            if (paren := text.find("(")) > 0 and text[:paren] in _CALLBACKS:
                _callbacks(facts, -1, text[:paren], text[paren + 1 : -1], "", line)


def _inner_tables(source: Source) -> Iterator[tuple[int, int, int]]:
    """Static structs with an initialiser inside of functions: where each begins, its brace, and its end."""
    code = source.code
    for function in source.functions:
        at = function.body
        while (at := code.find("static", at, function.end)) >= 0:
            found = _INNER.match(code, at, function.end)
            end = _closing(code, found.end() - 1, function.end) if found is not None else 0
            if found is not None and end:
                yield found.start(), found.end() - 1, end
            at = end or at + len("static")


def _closing(code: str, opened: int, limit: int) -> int:
    """The offset behind the brace that closes the one at ``opened``; 0 if there is none."""
    depth = 0
    for found in _BRACE.finditer(code, opened, limit):
        depth += 1 if found[0] == "{" else -1
        if not depth:
            return found.end()
    return 0


def _calls(source: Source, facts: FileFacts, index: int, calls: list[CallRow], known: set[str]) -> None:
    """Calls of one function, and the functions that they hand over."""
    text = source.code
    original = source.text
    lines = source.lines
    for call in calls:
        name = original[call.name : call.word_end]
        receiver = text[call.callee : call.name]
        arguments = original[call.open + 1 : call.close]
        if "\n" in arguments or "\t" in arguments or "/*" in arguments:
            if "/" in arguments:
                arguments = _COMMENT.sub(" ", arguments)
            arguments = squeeze(arguments)
        if len(arguments) > _LONGEST_ARGUMENTS:
            arguments = arguments[:_LONGEST_ARGUMENTS]
        if receiver:
            receiver = squeeze(receiver)
        elif "(" in name:
            name = squeeze(name)
        use, result = _use(call, text)
        line = bisect_right(lines, call.name)
        facts.calls.append((index, name, receiver, arguments.strip(), line, use, result))
        if not receiver:
            if name in _CALLBACKS:
                _callbacks(facts, index, name, arguments, result, line)
            elif arguments:
                _arguments(facts, index, name, arguments, line, known)
        elif arguments:
            _arguments(facts, index, name, arguments, line, known)


def _stores(
    source: Source,
    facts: FileFacts,
    index: int,
    stores: list[StoreRow],
    known: set[str],
    variables: set[str],
) -> None:
    """Fields that one function sets to something of interest."""
    text = source.code
    for store in stores:
        value = text[store.value : store.value_end]
        target = text[store.target : store.field_end]
        field = text[store.field : store.field_end]
        plain = value.lstrip("& ")
        root = _WORD.match(target)
        if (
            plain in known
            or (value[0] == "&" and plain.partition(".")[0] in variables)
            or plain in variables
            or plain == "THIS_MODULE"
            or field in ("owner", "module")
            or (root is not None and root[0] in variables)
        ):
            line = source.line(store.field)
            facts.stores.append((index, squeeze(target), field, squeeze(value), line))


def _use(call: CallRow, text: str) -> tuple[str, str]:
    """What becomes of the value: ignored, assigned (and to what), returned or used."""
    if call.target >= 0:
        return "assigned", squeeze(text[call.target : call.callee].rpartition("=")[0])
    if call.before == _RETURN:
        return "returned", ""
    if call.after == _SEMICOLON:
        if call.before in _BEFORE_STATEMENT:
            return "ignored", ""
        if call.before == _COLON:
            begin = max(text.rfind(letter, 0, call.callee) for letter in ";{}")
            return ("used" if "?" in text[begin : call.callee] else "ignored"), ""
    return "used", ""


def _callbacks(facts: FileFacts, index: int, name: str, arguments: str, result: str, line: int) -> None:
    """What a call of the API table hands over."""
    for callback in _CALLBACKS.get(name, ()):
        what = squeeze(fill(callback.object, arguments, result))
        for template in callback.function:
            target = fill(template, arguments, result).lstrip("& ").strip()
            if target and target not in ("NULL", "0"):
                facts.callbacks.append((index, callback.role, squeeze(target), what, name, line))


def _arguments(facts: FileFacts, index: int, name: str, arguments: str, line: int, known: set[str]) -> None:
    """Functions of this file that are handed to any other call."""
    if known.isdisjoint(_WORD.findall(arguments)):
        return
    for position, argument in enumerate(split_arguments(arguments)):
        word = argument.lstrip("& ")
        if word in known and word != name:
            facts.callbacks.append((index, "argument", word, str(position), name, line))
