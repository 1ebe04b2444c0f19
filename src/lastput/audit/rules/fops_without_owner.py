"""A file's operations lie in a module that an open file does not pin.

What it finds
    A ``struct file_operations`` of code that can be a module, without an owner, that is given to a
    function which makes files of it: misc_register(), cdev_init(), register_chrdev(),
    debugfs_create_file(), anon_inode_getfd() and their kin.

Why it breaks
    Opening a file takes a reference to ``f_op->owner``, and closing it puts that reference after
    ``->release()`` has returned. Without an owner the module can be removed while the file is open: the
    next operation, at the latest ``->release()``, runs in text that is gone.

Example
    static const struct file_operations foo_fops = {
            .open = foo_open,
            .release = foo_release,
    };
    static struct miscdevice foo_misc = { .fops = &foo_fops };

Instead
    Set ``.owner = THIS_MODULE``, or the owner that the caller gave, before the first file is made.

How lastput knows
    The initialiser has no owner; nothing in the tree stores one into the table; the table's address goes
    to a call or field of the list above, and not to a cdev with an owner of its own; Kbuild can make the
    file part of a module, and the module can be unloaded: it has an exit function, or no init function.

Known limits
    A table that is copied, and whose copy gets the owner, is not followed: only tables that are
    themselves published are reported. Files of a mounted filesystem need no owner, and are not.

History
    f_op->owner is taken in do_dentry_open() (fs/open.c) and put in __fput() (fs/file_table.c), 6.12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from lastput.c.raw.heads import split_arguments
from lastput.facts.base import Facts, member
from lastput.facts.modules import ModuleFact, entries_of, modules_of
from lastput.schema.finding import Cause, Confidence, Evidence, Finding, Where

CODE = "FIL001"
NAME = "fops-without-owner"

#: Calls that make files of the table that is one of their arguments, and their confidence: the files of
#: debugfs are removed at exit, which waits for the operations that run, not for the release.
_PUBLISHERS: dict[str, Confidence] = {
    "cdev_init": "high",
    "register_chrdev": "high",
    "__register_chrdev": "high",
    "anon_inode_getfd": "high",
    "anon_inode_getfd_secure": "high",
    "anon_inode_getfile": "high",
    "anon_inode_create_getfile": "high",
    "debugfs_create_file": "medium",
    "debugfs_create_file_unsafe": "medium",
    "debugfs_create_file_size": "medium",
}
#: Structs from whose field ``fops`` the core makes files.
_DEVICES = frozenset({"miscdevice"})

_TABLES = """
    SELECT v.id, v.file, p.path, v.name, v.line, v.static FROM variables v JOIN files p ON p.id = v.file
    WHERE v.type = 'file_operations' AND p.path LIKE '%.c'
    AND NOT EXISTS (SELECT 1 FROM field_row r WHERE r.variable = v.id AND r.field = 'owner')
    AND EXISTS (SELECT 1 FROM field_row r WHERE r.variable = v.id)
    ORDER BY p.path, v.line
"""
_CALLS = """
    SELECT c.name, c.arguments, c.line, f.name FROM functions f JOIN calls c ON c.function = f.id
    WHERE f.file = ? AND c.receiver = '' ORDER BY c.line
"""
_FIELDS = """
    SELECT v.type, v.name, r.line FROM field_row r JOIN variables v ON v.id = r.variable
    WHERE v.file = ? AND r.field = 'fops' AND r.value = ? ORDER BY r.line
"""


class _Published(msgspec.Struct, frozen=True):
    """Where files are made of a table, and by what."""

    where: Where
    api: str
    confidence: Confidence


def run(facts: Facts) -> Iterator[Finding]:
    for variable, file, path, name, line, static in facts.sql(_TABLES):
        modules = [one for one in modules_of(facts, path) if one.modular and _unloadable(facts, one)]
        if not modules or _owner_is_stored(facts, name, file, static):
            continue
        published = _published(facts, file, path, name)
        if published is not None:
            yield _finding(facts, variable, Where(path, line), name, modules[0], published)


def _unloadable(facts: Facts, module: ModuleFact) -> bool:
    roles = {one.role for one in entries_of(facts, module.id)}
    return "exit" in roles or "init" not in roles


def _owner_is_stored(facts: Facts, name: str, file: int, static: bool) -> bool:
    query = (
        "SELECT f.file FROM stores s JOIN functions f ON f.id = s.function"
        " WHERE s.field = 'owner' AND s.target = ?"
    )
    return any(not static or row[0] == file for row in facts.sql(query, f"{name}.owner"))


def _cdev_owned(facts: Facts, file: int, cdev: str) -> bool:
    """Whether the file gives a cdev of that name an owner: __fput() puts it after the release, too."""
    query = (
        "SELECT s.target FROM stores s JOIN functions f ON f.id = s.function"
        " WHERE s.field = 'owner' AND f.file = ?"
    )
    targets = (re.sub(r"(->|\.)owner$", "", row[0]) for row in facts.sql(query, file))
    return any(member(target) == member(cdev) for target in targets)


def _published(facts: Facts, file: int, path: str, name: str) -> _Published | None:
    """The first place in its own file where files are made of the table."""
    for api, arguments, line, function in facts.sql(_CALLS, file):
        confidence = _PUBLISHERS.get(api)
        given = split_arguments(arguments)
        if (
            confidence
            and f"&{name}" in given
            and not (api == "cdev_init" and _cdev_owned(facts, file, given[0]))
        ):
            return _Published(Where(path, line, 0, function), api, confidence)
    for kind, device, line in facts.sql(_FIELDS, file, f"&{name}"):
        if kind in _DEVICES:
            return _Published(Where(path, line), f"struct {kind} {device}", "high")
    return None


def _finding(
    facts: Facts, variable: int, where: Where, name: str, module: ModuleFact, published: _Published
) -> Finding:
    fields = facts.sql("SELECT field, value, line FROM field_row WHERE variable = ? ORDER BY id", variable)
    last = next((row for row in fields if row[0] == "release"), fields[0])
    stored = Evidence("pin", f"nothing stores an owner into {name}", searched=(where, published.where))
    return Finding(
        code=CODE,
        verdict="bug",
        confidence=published.confidence,
        message=f"{name} has no owner: an open file does not keep {module.name} loaded",
        where=where,
        object=name,
        statement=f"struct file_operations {name}",
        causes=(
            Cause(published.where, f"files are made of {name} by {published.api}"),
            Cause(where, f"opening one takes no reference to {module.name}: {name} has no owner"),
            Cause(
                Where(where.path, last[2]),
                f".{last[0]} = {last[1]} is used after rmmod {module.name}, which nothing refuses",
            ),
        ),
        evidence=(
            Evidence("module", f"{module.name} can be a module, and can be unloaded"),
            Evidence("pin", "the initialiser has no owner", where=where),
            stored,
        ),
        remedy=f"{name}.owner = THIS_MODULE",
        text=(module.name,),
    )
