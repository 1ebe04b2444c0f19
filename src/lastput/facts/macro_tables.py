"""Tables that a macro makes at file scope: ``DEFINE_SHOW_ATTRIBUTE(foo)`` makes ``foo_fops``, with its owner.

Such macros are found by their definition in the tree (include/linux/seq_file.h, fs.h, debugfs.h of 6.12,
and drivers' own), not by a list; a macro that only calls one makes what that makes.
"""

from __future__ import annotations

__all__ = ["MacroTable", "definitions", "macro_tables", "write_macro_tables"]

import re
import sqlite3
from collections.abc import Collection, Mapping

import msgspec

from lastput.c.raw.heads import group, split_arguments, squeeze
from lastput.c.raw.initialisers import field_values, read_variable
from lastput.c.raw.scan import INITIALISER
from lastput.c.raw.source import Source
from lastput.facts.core import core_tables, has_core

_PASTE = "_PASTE_"  # stands for ## in a template, so that one word is left
_PASTES = re.compile(r"\s*##\s*")
_CALL = re.compile(r"\b(\w+)\s*\(")
_WORDS = re.compile(r"\w+")
_DEPTH = 4  # macros that call macros

_Definition = tuple[str, str]  # parameters, body


class MacroTable(msgspec.Struct, frozen=True):
    """A variable that a macro defines. All texts are over the macro's ``parameters``; ``fields`` are
    (path, field, value)."""

    parameters: tuple[str, ...]
    name: str
    type: str
    static: bool
    const: bool
    fields: tuple[tuple[str, str, str], ...]


def macro_tables(
    candidates: Mapping[str, _Definition], core: Mapping[str, tuple[MacroTable, ...]] | None = None
) -> dict[str, tuple[MacroTable, ...]]:
    """The tables that each macro makes; ``candidates`` gives parameters and body of each candidate, ``core``
    what macros make that are known without a definition."""
    templates = {name: _template(*one) for name, one in candidates.items()}
    found = {name: tables for name, tables in (core or {}).items() if name not in templates}
    read = {name: _read(*one) for name, one in templates.items() if "= {" in one[1]}
    found |= {name: tables for name, tables in read.items() if tables}
    level = found
    for _ in range(_DEPTH):
        following: dict[str, tuple[MacroTable, ...]] = {}
        for name, (parameters, body) in templates.items():
            if name in found:
                continue
            tables = [
                _filled(table, group(body, call.end()), parameters)
                for call in _CALL.finditer(body)
                for table in level.get(call[1], ())
            ]
            if tables:
                following[name] = tuple(tables)
        if not following:
            break
        found |= following
        level = following
    return found


def _template(parameters: str, body: str) -> tuple[tuple[str, ...], str]:
    """Parameters renamed to words that nothing else is called, and the body with them."""
    names = split_arguments(parameters)
    values = {name: f"PARAMETER_{index}_" for index, name in enumerate(names)}
    text = _WORDS.sub(lambda word: values.get(word[0], word[0]), body)
    return tuple(values[name] for name in names), _PASTES.sub(_PASTE, text)


def _read(parameters: tuple[str, ...], body: str) -> tuple[MacroTable, ...]:
    source = Source("", f"; {body};".encode("latin-1", "replace"))
    found = []
    for kind, start, opened, stop, _ in source.scan.items.tolist():
        head = read_variable(source.code[start:opened]) if kind == INITIALISER else None
        if head is None:
            continue
        fields = tuple(
            (one.path, one.field, squeeze(source.code[one.start : one.end]))
            for one in field_values(source.scan.code, opened, stop)
            if one.field
        )
        found.append(MacroTable(parameters, head.name, head.type, head.static, head.const, fields))
    return tuple(found)


def _filled(
    table: MacroTable, arguments: str, parameters: tuple[str, ...] = (), paste: str = _PASTE
) -> MacroTable:
    """``table`` with the arguments of one use; ``parameters`` are those of the macro that uses it."""
    values = dict(zip(table.parameters, split_arguments(arguments), strict=False))

    def fill(text: str) -> str:
        return _WORDS.sub(
            lambda word: paste.join(values.get(part, part) for part in word[0].split(_PASTE)), text
        )

    return MacroTable(
        parameters, fill(table.name), fill(table.type), table.static, table.const,
        tuple((fill(path), fill(field), fill(value)) for path, field, value in table.fields),
    )  # fmt: skip


def _core(connection: sqlite3.Connection) -> dict[str, tuple[MacroTable, ...]]:
    found: dict[str, tuple[MacroTable, ...]] = {}
    for one in core_tables() if has_core(connection) else ():
        parameters = split_arguments(one.parameters)
        made = MacroTable(parameters, one.name, one.type, one.static, one.const, one.fields)
        found[one.macro] = (*found.get(one.macro, ()), made)
    return found


def definitions(connection: sqlite3.Connection) -> dict[str, _Definition]:
    """Macros that are used at file scope, or called by such, and may make a table.

    A name that is defined more than once counts as the first definition that has an initialiser.
    """
    found: dict[str, _Definition] = {}
    rows = connection.execute(
        "SELECT m.name, m.parameters, m.body FROM macros m JOIN files p ON p.id = m.file"
        " WHERE instr(m.body, '= {') OR m.name IN (SELECT name FROM file_macros)"
        " ORDER BY p.path, m.line"
    )
    for name, parameters, body in rows:
        if name not in found or ("= {" in body and "= {" not in found[name][1]):
            found[name] = (parameters, body)
    return found


def write_macro_tables(connection: sqlite3.Connection, files: Collection[int] | None = None) -> None:
    """Put the tables that macros make into ``variables`` and ``field_row``, for some files or all anew."""
    if files is None:
        connection.execute(
            "DELETE FROM field_row WHERE variable IN (SELECT id FROM variables WHERE macro != '')"
        )
        connection.execute("DELETE FROM variables WHERE macro != ''")
    tables = macro_tables(definitions(connection), _core(connection))
    (number,) = connection.execute("SELECT coalesce(max(id), 0) FROM variables").fetchone()
    variables: list[tuple[object, ...]] = []
    fields: list[tuple[object, ...]] = []
    for macro in sorted(tables):
        uses = connection.execute(
            "SELECT file, arguments, static, line FROM file_macros WHERE name = ? ORDER BY id", (macro,)
        )
        for file, arguments, static, line in uses:
            if files is not None and file not in files:
                continue
            for table in tables[macro]:
                made = _filled(table, arguments, paste="")
                number += 1
                variables.append(
                    (number, file, made.name, made.type, made.static or static, made.const, line, macro)
                )
                fields += [(number, *one, line) for one in made.fields if not one[2][:1].isdigit()]
    connection.executemany("INSERT INTO variables VALUES (?, ?, ?, ?, ?, ?, ?, ?)", variables)
    connection.executemany("INSERT INTO field_row VALUES (NULL, ?, ?, ?, ?, ?)", fields)
