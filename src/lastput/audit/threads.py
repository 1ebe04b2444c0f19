"""Kernel threads of modules that can be unloaded, and what in the same module waits for their end."""

from __future__ import annotations

__all__ = ["Thread", "joined", "tail_calls", "threads", "waits"]

from collections.abc import Iterator

import msgspec

from lastput.c.flow.graph import Call, Graph, Node
from lastput.c.flow.paths import reached
from lastput.facts.base import Facts, FunctionFact, member
from lastput.facts.bodies import Bodies
from lastput.facts.modules import entries_of, modules_of
from lastput.facts.resolve import resolve
from lastput.schema.finding import Where

_JOINS = ("kthread_stop", "kthread_stop_put", "kthread_stop_many")
_THREADS = """
    SELECT c.file, c.function, c.target, c.object, c.via, c.line FROM callbacks c
    WHERE c.role = 'kthread' AND c.function != 0 ORDER BY c.id
"""
_CALLS = """
    SELECT c.arguments, f.name, c.line, p.path FROM names n CROSS JOIN call_row c ON c.name = n.id
    JOIN functions f ON f.id = c.function JOIN files p ON p.id = f.file
    WHERE n.name IN ({}) ORDER BY p.path, c.line
"""


class Thread(msgspec.Struct, frozen=True):
    """One place that makes a thread. ``files`` are the paths of its module (of all that share the file, on
    whatever architecture), ``task`` is where it is kept."""

    module: str
    files: tuple[str, ...]
    function: FunctionFact
    creator: FunctionFact
    where: Where
    via: str
    task: str


def threads(facts: Facts) -> list[Thread]:
    """Every thread whose function stands in the file that makes it, in a module that can be unloaded."""
    found: list[Thread] = []
    for file, creator, target, task, via, line in facts.sql(_THREADS):
        path = facts.path(file)
        modules = [one for one in modules_of(facts, path) if one.modular]
        own = [one for one in resolve(facts, target, file) if facts.function(one).file == file]
        if own and any(entry.role == "exit" for one in modules for entry in entries_of(facts, one.id)):
            marks = ", ".join("?" * len(modules))
            rows = facts.sql(
                f"SELECT DISTINCT path FROM module_files WHERE module IN ({marks}) ORDER BY path",
                *(one.id for one in modules),
            )
            made = facts.function(creator)
            files = tuple(row[0] for row in rows)
            where = Where(path, line, 0, made.name)
            found.append(Thread(modules[0].name, files, facts.function(own[0]), made, where, via, task))
    return found


def joined(facts: Facts, thread: Thread) -> bool:
    """Whether the module has a kthread_stop() of a task that may be this one.

    A task kept under a name is looked for by that name; one in a local variable, and a stop of one, may be
    any.
    """
    kept = _kept(facts, thread)
    for arguments, *_ in _calls(facts, thread, _JOINS):
        stopped = member(arguments)
        if not kept or stopped in kept or ("->" not in arguments and "." not in arguments):
            return True
    return False


def _kept(facts: Facts, thread: Thread) -> set[str]:
    """Fields that may hold the task; none if that is not known."""
    if "->" in thread.task or "." in thread.task:
        return {member(thread.task)}
    graph = facts.once(Bodies).graph(thread.creator.id)
    writes = [] if graph is None else [one for node in graph.nodes for one in node.writes]
    return {member(one.target) for one in writes if one.value.strip() == thread.task and "->" in one.target}


def waits(facts: Facts, thread: Thread, names: tuple[str, ...], signalled: str) -> Where | None:
    """The first call of one of ``names`` in the module on an object of the same last name."""
    for arguments, function, line, path in _calls(facts, thread, names):
        if member(arguments.partition(",")[0]) == member(signalled):
            return Where(path, line, 0, function)
    return None


def _calls(facts: Facts, thread: Thread, names: tuple[str, ...]) -> list[tuple[str, str, int, str]]:
    known = facts.once(_called)
    if names not in known:
        by_path = known[names] = {}
        for arguments, function, line, path in facts.sql(_CALLS.format(", ".join("?" * len(names))), *names):
            by_path.setdefault(path, []).append((arguments, function, line, path))
    return [row for path in sorted(thread.files) for row in known[names].get(path, ())]


def _called(_: Facts) -> dict[tuple[str, ...], dict[str, list[tuple[str, str, int, str]]]]:
    """Calls of names: arguments, function, line and path, by path."""
    return {}


def tail_calls(graph: Graph, names: tuple[str, ...]) -> Iterator[tuple[Node, Call, tuple[Node, ...]]]:
    """Calls of ``names`` after which the function returns, come what may, and what stands between.

    After such a call there is no loop, and the way ends at the exit, not in a call that does not return.
    """
    for node, call in graph.calling(*names):
        after = reached(graph, (node.index,))
        loops = any(one in reached(graph, (one,)) for one in after) or node.index in after
        if graph.exit in after and not loops:
            yield node, call, tuple(graph.nodes[one] for one in sorted(after - {graph.exit}))
