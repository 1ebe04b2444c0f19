"""``.owner = THIS_MODULE`` in a table of functions that the core calls."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from lastput.c.raw.scan import INITIALISER
from lastput.c.raw.source import Source
from lastput.fix.case import Case, Plan, Unable
from lastput.schema.claim import Site
from lastput.schema.patch import Edit

CODES = ("FIL001", "FIL002")
ORDER = 20

_FIELD = re.compile(r"^([ \t]*)\.(\w+)([ \t]*)=([ \t]*)", re.MULTILINE)
_MODULE = re.compile(r"([\w.\[\]]+)\.(\w+) = THIS_MODULE$")
_TAB = 8


def plans(case: Case) -> Iterator[Plan]:
    """Its own field in each of the tables, aligned as their first one."""
    tables = [site for site in case.claim.sites if site.role == "ops" and site.text]
    missing = _MODULE.match(case.claim.missing)
    if missing is None or not tables:
        raise Unable("the owner is not one that is known when it is compiled")
    names = _names(case, tables)
    edits = tuple(_edit(case.facts.source(path), name, line, missing[2]) for path, name, line in names)
    told = names[0][1] if len(names) == 1 else "its tables"
    subject = (
        f"set .{missing[2]} of {told}" if len(names) == 1 else f"set .{missing[2]} in the tables of functions"
    )
    listed = " and ".join(filter(None, (", ".join(one[1] for one in names[:-1]), names[-1][1])))
    does = f"Set .{missing[2]} of {listed} to THIS_MODULE, so that who uses it keeps the module."
    yield Plan("set-owner", edits, subject, does)


def _names(case: Case, tables: list[Site]) -> list[tuple[str, str, int]]:
    """The tables that the finding is about: path, name and line of each."""
    path = tables[0].path
    found = [(one.path, one.text, one.line) for one in tables]
    for name in case.finding.object.split(", "):
        rows = case.facts.sql(
            "SELECT v.line, v.macro FROM variables v JOIN files f ON f.id = v.file"
            " WHERE v.name = ? AND f.path = ?",
            name, path,
        )  # fmt: skip
        if rows and all(name != other for _, other, _ in found):
            found.append((path, name, int(rows[0][0])))
        if rows and rows[0][1]:
            raise Unable(f"{rows[0][1]}() makes {name}, and takes no owner")
    return found


def _edit(source: Source, name: str, line: int, field: str) -> Edit:
    """The new first field of the initialiser of ``name``."""
    base = name.partition(".")[0].partition("[")[0]
    for kind, start, body, end, _ in source.scan.items.tolist():
        if kind == INITIALISER and source.line(start) <= line <= source.line(max(end - 1, start)):
            head = source.code[start:body]
            if re.search(rf"\b{re.escape(base)}\b[^=]*=\s*$", head) is None:
                continue
            if name != base:
                raise Unable(f"{name} is a part of another table")
            return _first_field(source, body, end, field)
    raise Unable(f"the initialiser of {name} is not found")


def _first_field(source: Source, body: int, end: int, field: str) -> Edit:
    text = source.content[body:end].decode("latin-1")
    first = _FIELD.search(text)
    newline = text.find("\n")
    if first is None or newline < 0 or text[1:newline].strip():
        raise Unable("the initialiser does not name its fields, one a line")
    indent, gap, blanks = first[1], first[3], first[4]
    column = len(f"{indent}.{first[2]}{gap}".expandtabs(_TAB))
    word = f"{indent}.{field}"
    width = len(word.expandtabs(_TAB))
    if "\t" in gap:
        pad = "\t" * max(1, -(-(column - width) // _TAB)) if column > width else " "
    else:
        pad = " " * max(1, column - width) if len(gap) > 1 else gap or " "
    if "\t" in blanks:
        value = len(f"{indent}.{first[2]}{gap}={blanks}".expandtabs(_TAB))
        own = len(f"{word}{gap}=".expandtabs(_TAB))
        blanks = "\t" * max(1, -(-(value - own) // _TAB))
    at = body + newline + 1
    row = f"{word}{pad if gap or len(gap) > 1 else ' '}={blanks or ' '}THIS_MODULE,\n"
    return Edit(source.path, at, at, row, source.line(at))
