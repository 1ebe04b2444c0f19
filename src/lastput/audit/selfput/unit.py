"""The module that a file is part of: its files, whether it can be unloaded, and what ends it."""

from __future__ import annotations

__all__ = ["Unit", "unit_of"]

import re

import msgspec

from lastput.facts.base import Facts
from lastput.facts.modules import entries_of, modules_of
from lastput.facts.resolve import resolve

_EXIT = re.compile(r"^\s*module_exit\s*\(\s*(\w+)\s*\)", re.MULTILINE)
_INIT = re.compile(r"^\s*module_init\s*\(", re.MULTILINE)


class Unit(msgspec.Struct, frozen=True):
    """A module as far as its end matters.

    ``files`` are ids. ``exits`` are functions that delete_module(2) runs; a driver macro has none of its
    own. ``why`` says what decided ``unloadable``.
    """

    name: str
    files: frozenset[int]
    unloadable: bool
    why: str
    exits: tuple[int, ...] = ()


def unit_of(facts: Facts, path: str, file: int) -> Unit:
    """The module that ``path`` links into; the one that can be unloaded, if there are several.

    delete_module() refuses a module that has an init function and no exit (kernel/module/main.c:775, 6.12).
    """
    modules = modules_of(facts, path)
    if not modules:
        return _from_files(facts, path.rpartition("/")[2].removesuffix(".c"), frozenset({file}))
    found: list[Unit] = []
    for module in modules:
        if not module.modular:
            found.append(
                Unit(module.name, frozenset(), False, f"{module.name} is built in: it cannot be a module")
            )
            continue
        rows = facts.sql(
            "SELECT p.id FROM module_files m JOIN files p ON p.path = m.path WHERE m.module = ?", module.id
        )
        files = frozenset(row[0] for row in rows)
        entries = entries_of(facts, module.id)
        if not entries:
            found.append(_from_files(facts, module.name, files))
            continue
        ends = [one for one in entries if one.role == "exit"]
        exits: dict[int, None] = {}
        for one in ends:
            where = facts.sql("SELECT id FROM files WHERE path = ?", one.path)
            exits.update(dict.fromkeys(resolve(facts, one.target, where[0][0]) if where else ()))
        if ends or all(one.role != "init" for one in entries):
            why = f"{module.name} can be a module, and can be unloaded"
            found.append(Unit(module.name, files, True, why, tuple(exits)))
        else:
            why = f"{module.name} has an init function and no exit: it cannot be unloaded"
            found.append(Unit(module.name, files, False, why))
    return next((one for one in found if one.unloadable), found[0])


def _from_files(facts: Facts, name: str, files: frozenset[int]) -> Unit:
    """Of files for which no entry is known: what their text says."""
    exits: dict[int, None] = {}
    init = False
    for file in facts.in_order(files):
        try:
            text = facts.source(facts.path(file)).code
        except OSError:
            continue
        init = init or _INIT.search(text) is not None
        for match in _EXIT.finditer(text):
            exits.update(dict.fromkeys(resolve(facts, match[1], file)))
    if exits or not init:
        return Unit(name, files, True, f"{name} can be a module, and can be unloaded", tuple(exits))
    return Unit(name, files, False, f"{name} has an init function and no exit: it cannot be unloaded")
