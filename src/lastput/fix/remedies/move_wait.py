"""A wait moved after the call that ends what arms again, or made one after which nothing can."""

from __future__ import annotations

__all__ = ["CODES", "ORDER", "plans"]

import re
from collections.abc import Iterator

from tree_sitter import Node as Tree

from lastput.c.patterns import has_word
from lastput.facts.base import CallFact, FunctionFact, member
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.fix.case import Case, Plan, Unable
from lastput.fix.code import Code
from lastput.fix.draft import Draft
from lastput.fix.ending import ends_for_good
from lastput.fix.named import calling

CODES = ("WRK003",)
ORDER = 20

_LEAVES = re.compile(r"\b(?:return|goto|break|continue)\b")
_FREES = re.compile(r"\b(?:k[vz]?free\w*|\w+_free\w*|free_\w+|\w*put\w*|destroy_workqueue)\s*\(([^;]*)\)\s*;")
_LOCK = re.compile(r"^(?:mutex|spin|down|rtnl|raw_spin|read|write)\w*lock\w*\(|^(?:down|rtnl)\w*\(")
_WAITS = re.compile(r"^\w*(?:_sync|cancel|_kill|flush_\w*work)\w*\s*\(")
#: Waits, and what waits and refuses to be armed afterwards (kernel/time/timer.c, kernel/workqueue.c).
_FOR_GOOD = {
    "del_timer_sync": "timer_shutdown_sync",
    "timer_delete_sync": "timer_shutdown_sync",
    "cancel_work_sync": "disable_work_sync",
    "cancel_delayed_work_sync": "disable_delayed_work_sync",
}
_DEPTH = 2


def plans(case: Case) -> Iterator[Plan]:
    """Moved if that is enough; else the call after which it cannot be armed, in what ends it for good."""
    wait = case.site("wait")
    code = case.at(wait)
    tree = calling(code, wait.call, wait.line)
    reason: Unable | None = None
    try:
        yield _after_stop(case, code, tree)
    except Unable as error:
        reason = error
    try:
        yield _for_good(case, code, tree)
    except Unable as error:
        raise reason or error from None


def _after_stop(case: Case, code: Code, tree: Tree) -> Plan:
    wait = case.site("wait")
    stop = case.site("unpublish", "stop")
    if (stop.path, stop.function) != (wait.path, wait.function):
        raise Unable(f"what arms it again is ended in another function, {stop.function}()")
    other = calling(code, stop.call, stop.line)
    arms = _reached(case, case.site("callback").function, wait.path)
    root = re.match(r"\w+\s*\([&*\s]*(\w+)", code.text(tree))
    along = [tree]
    for one in (*_between(code, tree, other), other):
        text = code.text(one)
        if one is not other and _LEAVES.search(text):
            raise Unable(f"line {code.line(one)}, which it would have to pass, leaves")
        freed = _FREES.search(text)
        if freed is not None and (root is None or has_word(freed[1], root[1]) or "destroy_workqueue" in text):
            raise Unable(f"line {code.line(one)}, which it would have to pass, frees what it needs")
        if one is not other and _LOCK.match(text):
            raise Unable(f"it would come under the lock of line {code.line(one)}")
        item = member(text.partition("(")[2].rpartition(")")[0]) if _WAITS.match(text) else ""
        if item and has_word(arms, item):
            if one is other:
                raise Unable(f"it arms {item}, and {item} arms it")
            along.append(one)
    return _moved(code, along, other, stop.call, stop.text)


def _reached(case: Case, name: str, path: str) -> str:
    """The text of a callback and of what it calls in its file, some calls deep."""
    facts = case.facts
    level: list[FunctionFact] = facts.functions(name, path) or facts.functions(name)[:1]
    text, seen = "", set[int]()
    for _ in range(_DEPTH + 1):
        following: list[FunctionFact] = []
        for fact in level:
            if fact.id in seen:
                continue
            seen.add(fact.id)
            text += facts.once(Bodies).text(fact.id)
            calls: list[CallFact] = facts.calls_in(fact.id)
            for call in calls:
                inner = [facts.function(one) for one in resolve(facts, call.name, fact.file)[:1]]
                following += [one for one in inner if one.path == fact.path]
        level = following
    return text


def _between(code: Code, tree: Tree, other: Tree) -> list[Tree]:
    """The statements from one to a later one of the same list. Raises Unable."""
    found: list[Tree] = []
    one = code.following(tree)
    while one is not None and one.start_byte != other.start_byte:
        found.append(one)
        one = code.following(one)
    if one is None:
        raise Unable(f"line {code.line(other)} is not in the same block")
    return found


def _moved(code: Code, trees: list[Tree], other: Tree, call: str, text: str) -> Plan:
    draft = Draft(code)
    for tree in trees:
        raw = code.raw(code.start(tree), code.end(tree))
        if "\n" in raw:
            raise Unable("the wait is more than one line")
        draft.replace(tree)
        draft.after(other, raw)
    name = code.function.head.name
    waits = [code.text(tree).rstrip(";") for tree in trees]
    item = member(waits[0].partition("(")[2].rpartition(")")[0])
    return Plan(
        "move-wait",
        draft.edits(),
        f"wait for {item} when nothing can arm it in {name}()",
        f"Call {' and '.join(waits)} after {call}({text}), which ends what can arm it again.",
    )


def _for_good(case: Case, code: Code, tree: Tree) -> Plan:
    """The call that also keeps it from being armed again, where nothing begins it again later."""
    wait = case.site("wait")
    twin = _FOR_GOOD.get(wait.call, "")
    if not twin or not case.facts.functions(twin):
        raise Unable(f"no call waits like {wait.call}(), and refuses to be armed afterwards")
    fact = case.function(wait.path, wait.function, wait.line)
    if not ends_for_good(case.facts, fact):
        raise Unable(f"{fact.name}() is no end for good: it may be begun again")
    whole = case.facts.once(Bodies).whole(wait.path)
    if re.search(r"\benable_(?:delayed_)?work\s*\(", whole):
        raise Unable("the file enables work items again")
    draft = Draft(code)
    raw = code.raw(code.start(tree), code.end(tree))
    at = code.start(tree) + raw.index(wait.call)
    draft.splice(at, at + len(wait.call), twin)
    item = member(wait.text)
    return Plan(
        "move-wait",
        draft.edits(),
        f"keep {item} from being armed again in {fact.name}()",
        f"Call {twin}(), after which {wait.text} cannot be armed any more.",
    )
