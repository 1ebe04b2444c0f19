"""Calls that make files of a table of operations: those of the core, and what the tree wraps around them."""

from __future__ import annotations

__all__ = ["Publisher", "publishers"]

import json

import msgspec

from lastput.facts.base import Facts, argument


class Publisher(msgspec.Struct, frozen=True):
    """A function that makes files of its argument ``table`` (from 0). ``core`` is the core's function that it
    ends in, ``kind`` the way in which the core holds the table: ``cdev``, ``anon`` or ``debugfs``."""

    name: str
    table: int
    core: str
    kind: str


#: name, argument of the table, kind. Read in fs/char_dev.c, fs/anon_inodes.c and fs/debugfs/inode.c of 6.12.
_CORE = (
    ("cdev_init", 1, "cdev"),
    ("register_chrdev", 2, "cdev"),
    ("__register_chrdev", 4, "cdev"),
    ("anon_inode_getfd", 1, "anon"),
    ("anon_inode_getfd_secure", 1, "anon"),
    ("anon_inode_getfile", 1, "anon"),
    ("anon_inode_getfile_fmode", 1, "anon"),
    ("anon_inode_create_getfile", 1, "anon"),
    ("debugfs_create_file", 4, "debugfs"),
    ("debugfs_create_file_unsafe", 4, "debugfs"),
    ("debugfs_create_file_size", 4, "debugfs"),
)

_WRAPPERS = """
    SELECT DISTINCT f.id, f.name, f.parameters FROM names n CROSS JOIN call_row c ON c.name = n.id
    JOIN functions f ON f.id = c.function
    WHERE n.name IN ({}) AND instr(f.parameters, 'struct file_operations') ORDER BY f.id
"""


def publishers(facts: Facts) -> dict[str, Publisher]:
    """By name. A wrapper hands the table that it is given to a publisher, at any depth."""
    found = {name: Publisher(name, table, name, kind) for name, table, kind in _CORE}
    while True:
        marks = ", ".join("?" * len(found))
        new = [
            wrapper
            for function, name, parameters in facts.sql(_WRAPPERS.format(marks), *found)
            if name not in found and (wrapper := _wrapper(facts, function, name, parameters, found))
        ]
        if not new:
            return found
        found.update({one.name: one for one in new})


def _wrapper(
    facts: Facts, function: int, name: str, parameters: str, known: dict[str, Publisher]
) -> Publisher | None:
    names = [one for _, one in json.loads(parameters)]
    for call in facts.calls_in(function):
        inner = known.get(call.name)
        given = argument(call.arguments, inner.table) if inner else ""
        if inner and given in names:
            return Publisher(name, names.index(given), inner.core, inner.kind)
    return None
