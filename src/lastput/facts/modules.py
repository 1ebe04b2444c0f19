"""Modules: what a file links into, what ends a module, on which others it depends."""

from __future__ import annotations

__all__ = ["Entry", "ModuleFact", "can_be_module", "dependencies", "entries_of", "modules_of"]

import msgspec

from lastput.facts.base import Facts
from lastput.facts.resolve import linked, program


class ModuleFact(msgspec.Struct, frozen=True):
    """A row of ``modules``; ``modular``: kbuild can make a .ko of it."""

    id: int
    name: str
    directory: str
    config: str
    modular: bool


class Entry(msgspec.Struct, frozen=True):
    """A row of ``entries``: what ``role`` (init or exit) of a module calls, and on which object."""

    role: str
    target: str
    object: str
    via: str
    path: str
    line: int


def modules_of(facts: Facts, path: str) -> list[ModuleFact]:
    """What a .c file links into; several where architectures share it, none if no Makefile names it."""
    rows = facts.sql(
        "SELECT m.id, m.name, m.directory, m.config, m.modular FROM module_files f"
        " JOIN modules m ON m.id = f.module"
        " WHERE f.path = ? ORDER BY m.id",
        path,
    )
    return [ModuleFact(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]


def can_be_module(facts: Facts, path: str) -> bool | None:
    """Whether the code of a file can be in a .ko; None if no Makefile names it (a header, say)."""
    found = modules_of(facts, path)
    return any(one.modular for one in found) if found else None


def entries_of(facts: Facts, module: int) -> list[Entry]:
    """What loads and ends a module. One with no exit cannot be unloaded (if it has an init)."""
    rows = facts.sql(
        "SELECT e.role, e.target, e.object, e.via, p.path, e.line FROM module_files m"
        " JOIN files p ON p.path = m.path"
        " JOIN entries e ON e.file = p.id WHERE m.module = ? ORDER BY e.id",
        module,
    )
    return [Entry(*row) for row in rows]


def dependencies(facts: Facts, module: int) -> dict[str, list[str]]:
    """Modules whose exported functions this one calls: name to the symbols, both sorted.

    While it is loaded, it holds a reference on each of them (ref_module(), kernel/module/main.c).
    """
    rows = facts.sql(
        "SELECT DISTINCT o.name, e.name, o.directory, p.path FROM module_files m"
        " JOIN files p ON p.path = m.path JOIN functions f ON f.file = p.id"
        " JOIN calls c ON c.function = f.id AND c.receiver = ''"
        " JOIN exports e ON e.name = c.name JOIN files q ON q.id = e.file"
        " JOIN module_files k ON k.path = q.path JOIN modules o ON o.id = k.module"
        " WHERE m.module = ? AND o.modular AND o.id != m.module"
        " AND NOT EXISTS (SELECT 1 FROM functions d WHERE d.name = c.name AND d.file = p.id)"
        " AND NOT EXISTS (SELECT 1 FROM module_files same"
        " WHERE same.module = m.module AND same.path = q.path)"
        " ORDER BY o.name, e.name",
        module,
    )
    home = facts.sql("SELECT directory FROM modules WHERE id = ?", module)
    own = program(f"{home[0][0]}/" if home else "")
    found: dict[str, dict[str, None]] = {}
    for name, symbol, directory, path in rows:
        if linked(own, program(f"{directory}/")) and linked(own, program(path)):
            found.setdefault(name, {})[symbol] = None
    return {name: list(symbols) for name, symbols in found.items()}
