"""Which files are linked together: the modules that share a file, or what else sees its statics."""

from __future__ import annotations

__all__ = ["Unit", "units"]

import hashlib
from functools import cached_property

import msgspec

from lastput.facts.base import Facts


class Unit(msgspec.Struct, frozen=True, dict=True):
    """Files of one module; of several, where they share files. A file that no Makefile names is alone.

    ``modules`` are names; ``modular``: one of them can be a .ko, ``unloadable``: and has an exit, or nothing
    that would keep it (no init either).
    """

    files: frozenset[int]
    modules: tuple[str, ...]
    modular: bool
    unloadable: bool

    @cached_property
    def token(self) -> bytes:
        """Another one whenever a file of the unit changes, or is linked elsewhere."""
        parts = msgspec.msgpack.encode((sorted(self.files), self.modules, self.modular, self.unloadable))
        return hashlib.blake2b(parts, digest_size=16).digest()


def units(facts: Facts) -> dict[int, Unit]:
    """The unit of every file that belongs to a module, by file id."""
    parent: dict[int, int] = {}

    def root(one: int) -> int:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    first: dict[int, int] = {}
    rows = facts.sql("SELECT p.id, m.module FROM module_files m JOIN files p ON p.path = m.path")
    for file, module in rows:
        known = first.setdefault(file, module)
        parent[root(module)] = root(known)
    files: dict[int, set[int]] = {}
    for file, module in first.items():
        files.setdefault(root(module), set()).add(file)
    names: dict[int, list[tuple[str, bool]]] = {}
    for module, name, modular in facts.sql("SELECT id, name, modular FROM modules ORDER BY id"):
        names.setdefault(root(module), []).append((name, bool(modular)))
    ends: dict[int, set[str]] = {}
    for file, role in facts.sql("SELECT DISTINCT file, role FROM entries"):
        ends.setdefault(file, set()).add(role)
    found: dict[int, Unit] = {}
    for top, members in files.items():
        roles = set().union(*(ends.get(file, set()) for file in members))
        modular = any(one for _, one in names[top])
        unit = Unit(
            frozenset(members),
            tuple(dict.fromkeys(name for name, _ in names[top])),
            modular,
            modular and ("exit" in roles or "init" not in roles),
        )
        found.update(dict.fromkeys(members, unit))
    return found
