"""Who is called: names to functions, and indirect calls to candidates, each marked how it was found."""

from __future__ import annotations

__all__ = [
    "Candidate",
    "Closure",
    "callees",
    "callers",
    "closure",
    "indirect",
    "linked",
    "program",
    "receiver_types",
    "resolve",
]

import re
from collections import deque
from collections.abc import Callable, Iterable

import msgspec

from lastput.facts.base import CallFact, Facts, FunctionFact, argument

_PROGRAMS = ("tools", "scripts", "samples", "usr", "Documentation")
_MANY = 64  # more candidates than this say nothing
_WRAPPED = re.compile(r"^(\w+)\(\s*(\w+)\s*\)$")


class Candidate(msgspec.Struct, frozen=True):
    """A function that a call may reach.

    ``how``: ``direct``; ``ops`` (a table puts it into that field of that struct type); ``field`` (a table or
    store puts it into a field of that name; the struct's type is not known); ``static_call``; ``macro`` (the
    call is a macro that calls it).
    """

    function: int
    how: str


class Closure(msgspec.Struct, frozen=True):
    """How a function was reached: from ``parent`` (0 for a start) at ``line``, and how."""

    parent: int
    line: int
    how: str


def resolve(facts: Facts, name: str, file: int) -> tuple[int, ...]:
    """Definitions that ``name`` means in a file: its own if there is one, else all that are not static.

    More than one is left where architectures or both arms of an ``#if`` define it.
    """
    known = facts.once(_known)
    found = known.get((name, file))
    if found is None:
        found = known[(name, file)] = _resolve(facts, name, file)
    return found


def _known(_: Facts) -> dict[tuple[str, int], tuple[int, ...]]:
    return {}


def _resolve(facts: Facts, name: str, file: int) -> tuple[int, ...]:
    defined = facts.once(_defined)
    rows = defined.get(name)
    if rows is None:
        rows = facts.sql("SELECT id, file, static FROM functions WHERE name = ?", name)
        rows.sort(key=lambda row: (facts.path(row[1]), row[0]))
        defined[name] = rows
    own = tuple(function for function, home, _ in rows if home == file)
    if own or not rows:
        return own
    seen = [
        (function, path)
        for function, path, static in ((one, facts.path(home), static) for one, home, static in rows)
        if not static or path.endswith(".h")
    ]
    home = program(facts.path(file))
    return tuple(function for function, path in seen[:_MANY] if linked(home, program(path)))


def _defined(_: Facts) -> dict[str, list[tuple[int, int, int]]]:
    return {}


def program(path: str) -> str:
    """What a file can be linked into: ``arch/x86``, a program that is not the kernel (``tools``), or "" for
    the kernel of every architecture."""
    first, _, rest = path.partition("/")
    if first == "arch":
        return f"arch/{rest.partition('/')[0]}"
    return first if first in _PROGRAMS else ""


def linked(one: str, two: str) -> bool:
    """Whether files of two ``program`` values can be in one image."""
    return one == two or (one == "" and two not in _PROGRAMS) or (two == "" and one not in _PROGRAMS)


def callers(facts: Facts, function: int) -> list[CallFact]:
    """Direct calls of a function: in its own file if it is static, else wherever no other one is meant."""
    fact = facts.function(function)
    local = fact.static and fact.path.endswith(".c")
    own = (
        ""
        if local
        else " OR NOT EXISTS (SELECT 1 FROM functions o WHERE o.name = c.name AND o.file = f.file)"
    )
    rows = facts.sql(
        "SELECT f.file, c.* FROM calls c JOIN functions f ON f.id = c.function"
        f" WHERE c.name = ? AND c.receiver = '' AND (f.file = ?{own})",
        fact.name,
        fact.file,
    )
    rows.sort(key=lambda row: (facts.path(row[0]), *row[1:3]))
    return [CallFact(*call) for _, *call in rows]


def callees(facts: Facts, call: CallFact) -> list[Candidate]:
    """What a call may reach. A call of a macro reaches what the macro's body calls by name."""
    fact = facts.function(call.function)
    if call.receiver or "(" in call.name:
        return indirect(facts, call, fact)
    direct = resolve(facts, call.name, fact.file)
    if direct:
        return [Candidate(one, "direct") for one in direct]
    found: dict[int, Candidate] = {}
    for name in _macro_calls(facts, call.name):
        for one in resolve(facts, name, fact.file):
            found.setdefault(one, Candidate(one, "macro"))
    return list(found.values()) if len(found) <= _MANY else []


_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


def _macro_calls(facts: Facts, name: str) -> list[str]:
    found: list[str] = []
    for (body,) in facts.sql("SELECT body FROM macros WHERE name = ? LIMIT 4", name):
        found += [one for one in _CALLED.findall(body) if one != name]
    return list(dict.fromkeys(found))


def indirect(facts: Facts, call: CallFact, caller: FunctionFact) -> list[Candidate]:
    """Candidates of ``p->ops->f(x)``, ``static_call(name)(x)`` and macros such as ``kvm_x86_call(f)(x)``."""
    wrapped = _WRAPPED.match(call.name)
    if wrapped is not None:
        return _static_call(facts, wrapped[1], wrapped[2])
    field = call.name
    types = receiver_types(facts, caller, call.receiver)
    found: dict[int, Candidate] = {}
    for struct in types:
        for one in _in_field(facts, field, struct):
            found.setdefault(one, Candidate(one, "ops"))
    if not types:
        for one in _in_field(facts, field, None):
            found.setdefault(one, Candidate(one, "field"))
    return list(found.values()) if len(found) <= _MANY or types else []


def _in_field(facts: Facts, field: str, struct: str | None) -> list[int]:
    """Functions that initialisers put into a field, of one struct type or of any."""
    condition = "" if struct is None else " AND type = ?"
    values = (field,) if struct is None else (field, struct)
    rows = facts.sql(f"SELECT value, file FROM fields WHERE field = ?{condition} ORDER BY id", *values)
    rows.sort(key=lambda row: facts.path(row[1]))
    found: dict[int, None] = {}
    for value, file in rows:
        word = value.lstrip("& ")
        for one in resolve(facts, word, file) if word.isidentifier() else ():
            found[one] = None
    # Inner tables: .ops = { .f = g } has the outer struct's type; its path ends in the same field.
    for value, file in facts.sql(
        "SELECT s.value, f.file FROM stores s JOIN functions f ON f.id = s.function WHERE s.field = ?", field
    ):
        word = value.lstrip("& ")
        for one in resolve(facts, word, file) if struct is None and word.isidentifier() else ():
            found[one] = None
    return list(found)


def receiver_types(facts: Facts, caller: FunctionFact, receiver: str) -> tuple[str, ...]:
    """Struct tags that the receiver of a call may point to, from parameters, fields and file variables."""
    steps = [step for step in re.split(r"->|\.", re.sub(r"\[[^\]]*\]", "", receiver)) if step.strip()]
    if not steps:
        return ()
    last = steps[-1].strip("&*() ")
    if len(steps) == 1:
        for one in caller.parameters:
            if one.name == last and "struct " in one.type:
                return (one.type.partition("struct ")[2].split()[0].rstrip("*"),)
        rows = facts.sql("SELECT DISTINCT type FROM variables WHERE name = ? AND file = ?", last, caller.file)
        return tuple(row[0] for row in rows)
    root = steps[0].strip("&*() ")
    types: set[str] = set()
    for one in caller.parameters:
        if one.name == root and "struct " in one.type:
            types = {one.type.partition("struct ")[2].split()[0].rstrip("*")}
    for step in steps[1:]:
        name = step.strip("&*() ")
        if types:
            marks = ", ".join("?" * len(types))
            rows = facts.sql(
                f"SELECT DISTINCT type FROM records WHERE field = ? AND record IN ({marks})",
                name,
                *sorted(types),
            )
        else:
            rows = facts.sql("SELECT DISTINCT type FROM records WHERE field = ?", name)
        types = {row[0] for row in rows}
        if not types:
            return ()
    return tuple(sorted(types)) if len(types) <= 4 else ()


def _static_targets(facts: Facts) -> dict[str, list[tuple[str, int]]]:
    """What each static call may be set to, by its name."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name, target, file in facts.sql(
        "SELECT object, target, file FROM callbacks WHERE role = 'static_call' ORDER BY id"
    ):
        found.setdefault(name, []).append((target, file))
    return found


def _static_call(facts: Facts, macro: str, name: str) -> list[Candidate]:
    """Targets of a static call: DEFINE_STATIC_CALL and static_call_update, or the ops table it mirrors."""
    names = [name]
    if macro != "static_call":
        # A macro that pastes: #define kvm_x86_call(func) static_call(kvm_x86_##func)
        names = []
        for parameters, body in facts.sql("SELECT parameters, body FROM macros WHERE name = ?", macro):
            pasted = re.search(r"static_call\w*\(\s*([\w#\s]+?)\s*\)", body)
            if pasted is not None and parameters:
                names.append(re.sub(rf"\s*##\s*{re.escape(argument(parameters, 0))}\b", name, pasted[1]))
    found: dict[int, Candidate] = {}
    for one in names:
        for target, file in facts.once(_static_targets).get(one, ()):
            for function in resolve(facts, target, file):
                found.setdefault(function, Candidate(function, "static_call"))
        # kvm_x86_vm_destroy mirrors .vm_destroy of a table of type kvm_x86_ops.
        parts = one.split("_")
        for cut in range(1, len(parts)):
            table, field = "_".join(parts[:cut]), "_".join(parts[cut:])
            if facts.sql("SELECT 1 FROM variables WHERE type = ? LIMIT 1", f"{table}_ops"):
                for function in _in_field(facts, field, f"{table}_ops"):
                    found.setdefault(function, Candidate(function, "static_call"))
    return list(found.values())


def closure(
    facts: Facts,
    starts: Iterable[int],
    follow: Iterable[str] = ("direct", "macro"),
    enter: Callable[[FunctionFact], bool] | None = None,
    limit: int = 20_000,
) -> dict[int, Closure]:
    """Functions that can be reached from ``starts`` by calls found in one of the ways of ``follow``.

    ``enter`` says whether to look into a function that was reached (all if None): a walk that does not
    stop at the border of its module or directory soon holds half of the kernel. A chain is read back through
    ``parent``. Stops after ``limit`` functions.
    """
    ways = frozenset(follow)
    found = {one: Closure(0, 0, "start") for one in starts}
    queue = deque(found)
    while queue and len(found) < limit:
        function = queue.popleft()
        if enter is not None and not enter(facts.function(function)):
            continue
        for call in facts.calls_in(function):
            if (call.receiver or "(" in call.name) and ways <= {"direct", "macro"}:
                continue
            for one in callees(facts, call):
                if one.how in ways and one.function not in found:
                    found[one.function] = Closure(function, call.line, one.how)
                    queue.append(one.function)
    return found
