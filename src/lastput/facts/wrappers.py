"""Functions and macros that only forward to a counting call: ``kvm_get_kvm`` is ``refcount_inc``.

They are found in the code. A forwarder is short, counts once, and counts what its parameter leads to.
"""

from __future__ import annotations

__all__ = ["Counting", "counted", "counting_calls"]

import re

import msgspec

from lastput.facts.api import API, Reference, fill
from lastput.facts.base import Facts, argument

_LINES = 30
_CALLS = {"get": 4, "try_get": 5, "put": 8}  # a put may also free
_ROUNDS = 4
_ONE_CALL = re.compile(r"[\s({]*(?:do\s*\{\s*)?(\w+)\s*\((.*?)\)[\s;)}]*(?:while\s*\(\s*0\s*\))?$")
_INNER = re.compile(r"\(\s*&?\s*(\w+)\s*[,)\-.]")
_ROOT = re.compile(r"^[&*(\s]*(?:\([^)]*\)\s*)?(\w+)")


class Counting(msgspec.Struct, frozen=True):
    """A call by ``name`` that counts. ``action`` is get, try_get or put; ``kind`` the kind of api.toml;
    ``parameter`` says which argument leads to the counter, and ``counter`` how (``&kvm->users_count``, in the
    names of the forwarder). ``function`` is its definition, 0 for a call of the table or a macro;
    ``static`` ones count in file ``file`` only. ``through`` is the call it forwards to."""

    name: str
    action: str
    kind: str
    parameter: int
    counter: str
    through: str
    function: int = 0
    file: int = 0
    static: bool = False


def counting_calls(facts: Facts, kinds: tuple[str, ...] = ()) -> list[Counting]:
    """The calls of the table for ``kinds`` (all if empty), and all forwarders to them, nearest first."""
    known: dict[tuple[str, int], Counting] = {}
    level: list[Counting] = []
    for reference in API.reference:
        if not kinds or reference.kind in kinds:
            level += _table(reference)
    for one in level:
        known[(one.name, 0)] = one
    found = list(level)
    forwarders = _macro_forwarders(facts)
    for _ in range(_ROUNDS):
        following: list[Counting] = []
        for one in level:
            for forwarder in (*_functions(facts, one), *_macros(one, forwarders)):
                key = (forwarder.name, forwarder.file if forwarder.static else 0)
                if key not in known:
                    known[key] = forwarder
                    following.append(forwarder)
        found += following
        level = following
    return found


def _table(reference: Reference) -> list[Counting]:
    slot = int(reference.object.strip("{}"))
    return [
        Counting(name, action, reference.kind, slot, "", name)
        for action, names in (("get", reference.get), ("try_get", reference.try_get), ("put", reference.put))
        for name in names
    ]


def _functions(facts: Facts, base: Counting) -> list[Counting]:
    """Functions whose one counting call is ``base``."""
    where = " AND f.file = ?" if base.static else " AND ? IS NOT NULL"
    rows = facts.sql(
        "SELECT f.id, f.file, f.name, f.static, f.parameters, c.arguments, p.path FROM calls c"
        " JOIN functions f ON f.id = c.function JOIN files p ON p.id = f.file"
        " WHERE c.name = ? AND c.receiver = '' AND f.end_line - f.line <= ?"
        f"{where} AND f.parameters != '[]'"
        " AND (SELECT count(*) FROM call_row n WHERE n.function = f.id) <= ? ORDER BY f.id",
        base.name, _LINES, base.file, _CALLS[base.action],
    )  # fmt: skip
    found: dict[int, Counting] = {}
    twice: set[int] = set()
    for function, file, name, static, parameters, arguments, path in rows:
        if function in found:
            twice.add(function)
            continue
        counter = argument(arguments, base.parameter)
        root = _ROOT.match(counter)
        if root is not None and counter[root.end() :].lstrip().startswith("("):
            root = _INNER.search(counter, root.end())  # to_foo(x), &foo_base(x)->ref
        names = [one for _, one in msgspec.json.decode(parameters, type=list[tuple[str, str]])]
        if root is None or root[1] not in names:
            continue
        found[function] = Counting(
            name, base.action, base.kind, names.index(root[1]), counter, base.name, function, file,
            bool(static) and path.endswith(".c"),
        )  # fmt: skip
    return [one for one in found.values() if one.function not in twice and _counts_once(facts, one)]


def _counts_once(facts: Facts, one: Counting) -> bool:
    """Whether the function calls nothing that takes back what it counts."""
    opposite = {
        name
        for reference in API.reference
        if reference.kind == one.kind
        for name in ((*reference.get, *reference.try_get) if one.action == "put" else reference.put)
    }
    marks = ", ".join("?" * len(opposite))
    return not facts.sql(
        f"SELECT 1 FROM calls WHERE function = ? AND name IN ({marks}) LIMIT 1",
        one.function,
        *sorted(opposite),
    )


def _macro_forwarders(facts: Facts) -> dict[str, list[tuple[str, str, str, int]]]:
    """Macros whose body is one call, by the name called: name, parameters, arguments of the call, file."""
    found: dict[str, list[tuple[str, str, str, int]]] = {}
    for name, parameters, body, file in facts.sql(
        "SELECT name, parameters, body, file FROM macros ORDER BY id"
    ):
        match = _ONE_CALL.match(body)
        if match is not None and match[1] != name:
            found.setdefault(match[1], []).append((name, parameters, match[2], file))
    return found


def _macros(base: Counting, forwarders: dict[str, list[tuple[str, str, str, int]]]) -> list[Counting]:
    """Macros whose body is a call of ``base``."""
    found = []
    for name, parameters, arguments, file in () if base.static else forwarders.get(base.name, ()):
        counter = argument(arguments, base.parameter)
        root = _ROOT.match(counter)
        names = [one.strip() for one in parameters.split(",")]
        if root is not None and root[1] in names:
            found.append(
                Counting(name, base.action, base.kind, names.index(root[1]), counter, base.name, 0, file)
            )
    return found


def counted(base: Counting, arguments: str) -> str:
    """What a call counts, in the names of the caller."""
    return fill(f"{{{base.parameter}}}", arguments)
