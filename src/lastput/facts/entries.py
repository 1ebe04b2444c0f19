"""What begins and ends a module: module_init and module_exit, and the driver macros made of them.

Driver macros are found by their definition in the tree (include/linux/device/driver.h defines
``module_driver``, include/linux/pci.h makes ``module_pci_driver`` of it, and so on), not by a list; a tree
that is no kernel builds on those of one.
"""

from __future__ import annotations

__all__ = ["DriverMacro", "driver_macros", "write_entries"]

import re
import sqlite3
from collections.abc import Collection

import msgspec

from lastput.c.raw.heads import group, split_arguments
from lastput.facts.core import core_drivers, has_core

_CALL = re.compile(r"\b(\w+)\s*\(")
_EXIT = re.compile(r"\bmodule_exit\s*\(\s*([\w#\s]+?)\s*\)")
_INIT = re.compile(r"\bmodule_init\s*\(\s*([\w#\s]+?)\s*\)")
_FUNCTION = re.compile(r"\bvoid\s+__exit\s+[\w#\s]+\(\s*void\s*\)\s*\{\s*(.*?)\}")
_SETUP = re.compile(r"\bint\s+__init\s+[\w#\s]+\(\s*void\s*\)\s*\{\s*(.*?)\}")


class DriverMacro(msgspec.Struct, frozen=True):
    """A macro that makes module_init and module_exit: ``init`` and ``exit`` are the calls in them, as text,
    over the macro's parameters; "" if it makes none."""

    name: str
    parameters: tuple[str, ...]
    init: str
    exit: str


def driver_macros(connection: sqlite3.Connection) -> dict[str, DriverMacro]:
    """All macros of the tree that end in module_init or module_exit, through each other."""
    core = core_drivers() if has_core(connection) else ()
    found = {
        name: DriverMacro(name, split_arguments(parameters), init, exit)
        for name, parameters, init, exit in core
    }
    rows = connection.execute(
        "SELECT m.name, m.parameters, m.body FROM macros m JOIN files p ON p.id = m.file"
        " WHERE instr(m.body, 'module_') OR instr(m.body, '_driver(') ORDER BY p.path, m.line"
    ).fetchall()
    for name, parameters, body in rows:
        if _EXIT.search(body) is not None and name not in ("module_exit", "module_init"):
            inner, setup = _FUNCTION.search(body), _SETUP.search(body)
            found[name] = DriverMacro(name, split_arguments(parameters), _statement(setup), _statement(inner))
    changed = True
    while changed:
        changed = False
        for name, parameters, body in rows:
            if name in found or name in ("module_exit", "module_init"):
                continue
            for call in _CALL.finditer(body):
                base = found.get(call[1])
                if base is None:
                    continue
                arguments = split_arguments(group(body, call.end()))
                values = dict(zip(base.parameters, arguments, strict=False))
                if (
                    base.parameters
                    and base.parameters[-1] == "..."
                    and len(arguments) >= len(base.parameters)
                ):
                    values["__VA_ARGS__"] = ", ".join(arguments[len(base.parameters) - 1 :])
                own = split_arguments(parameters)
                found[name] = DriverMacro(name, own, _replace(base.init, values), _replace(base.exit, values))
                changed = True
                break
    return found


def _statement(match: re.Match[str] | None) -> str:
    return match[1].strip().removeprefix("return ").rstrip("; ") if match is not None else ""


def _replace(text: str, values: dict[str, str]) -> str:
    text = re.sub(
        r",?\s*##\s*__VA_ARGS__",
        lambda _: f", {values['__VA_ARGS__']}" if values.get("__VA_ARGS__") else "",
        text,
    )
    return re.sub(r"\w+", lambda word: values.get(word[0], word[0]), text)


def write_entries(connection: sqlite3.Connection, files: Collection[int] | None = None) -> None:
    """Fill the table ``entries``: for some files, which have none yet, or for all anew."""
    rows = (
        "INSERT INTO entries SELECT NULL, file, substr(role, 8), target, '', via, line FROM callbacks"
        " WHERE role IN ('module_init', 'module_exit')"
    )
    if files is None:
        connection.execute("DELETE FROM entries")
        connection.execute(rows)
    else:
        connection.executemany(f"{rows} AND file = ?", [(one,) for one in files])
    for name, macro in sorted(driver_macros(connection).items()):
        uses = connection.execute(
            "SELECT file, arguments, line FROM file_macros WHERE name = ?", (name,)
        ).fetchall()
        for file, arguments, line in uses:
            if files is not None and file not in files:
                continue
            values = dict(zip(macro.parameters, split_arguments(arguments), strict=False))
            for role, call in (("init", macro.init), ("exit", macro.exit)):
                text = _replace(call, values)
                callee = _CALL.match(text)
                target = callee[1] if callee is not None else text
                given = split_arguments(group(text, callee.end())) if callee is not None else ()
                what = next((one.lstrip("&( ").rstrip(")") for one in given), "")
                connection.execute(
                    "INSERT INTO entries VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                    (file, role, target, what, name, line),
                )
