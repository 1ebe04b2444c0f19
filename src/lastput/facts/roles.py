"""As what a function is called later: the ways in which its address leaves its file."""

from __future__ import annotations

__all__ = ["Role", "roles"]

import msgspec

from lastput.facts.base import Facts


class Role(msgspec.Struct, frozen=True):
    """One way in. ``role`` is a role of api.toml, ``ops`` (a field of a table), ``store`` (a field at run
    time), ``exported``, or ``argument`` (handed to some other call).

    ``object``: the work or timer; the struct tag for ``ops``; the target for ``store``; the position for
    ``argument``. ``via``: the call or macro, the field, or the table's name for ``ops`` as ``table.field``.
    """

    role: str
    object: str
    via: str
    path: str
    line: int


def roles(facts: Facts, function: int) -> list[Role]:
    """Every way in which the address of a function is taken, or its name made known."""
    fact = facts.function(function)
    if fact.static and fact.path.endswith(".c"):
        here = "= ?"
        files: tuple[object, ...] = (fact.file,)
    else:
        # Another file may have a function of its own by that name.
        here = "NOT IN (SELECT file FROM functions WHERE name = ? AND file != ?)"
        files = (fact.name, fact.file)
    values = (fact.name, f"&{fact.name}", *files)
    found = facts.sql(
        "SELECT c.role, c.object, c.via, p.path, c.line FROM callbacks c JOIN files p ON p.id = c.file"
        f" WHERE c.target = ? AND c.file {here} ORDER BY c.id",
        fact.name, *files,
    )  # fmt: skip
    found += facts.sql(
        "SELECT 'ops', v.type, v.name || '.' || r.path, p.path, r.line FROM field_row r"
        " JOIN variables v ON v.id = r.variable JOIN files p ON p.id = v.file"
        f" WHERE r.value IN (?, ?) AND v.file {here} ORDER BY r.id",
        *values,
    )
    found += facts.sql(
        "SELECT 'store', s.target, s.field, p.path, s.line FROM stores s"
        f" JOIN functions f ON f.id = s.function JOIN files p ON p.id = f.file"
        f" WHERE s.value IN (?, ?) AND f.file {here} ORDER BY s.id",
        *values,
    )
    if not fact.static:
        found += facts.sql(
            "SELECT 'exported', '', e.macro, p.path, e.line FROM exports e JOIN files p ON p.id = e.file"
            " WHERE e.name = ? ORDER BY e.id",
            fact.name,
        )
    return [Role(*row) for row in found]
