"""The class of one context, and of a put that is reached in several."""

from __future__ import annotations

__all__ = ["BUGS", "Judged", "judge", "worst"]

import msgspec

from lastput.audit.selfput.contexts import Context
from lastput.audit.selfput.drain import Ending, queue_of, waits_for
from lastput.audit.selfput.tables import Answer, in_table, stored
from lastput.audit.selfput.unit import Unit
from lastput.facts.base import Facts, member
from lastput.facts.resolve import callers
from lastput.facts.roles import Role
from lastput.schema.finding import Where

#: Classes in which the put may be the last one while its own text still runs, worst first.
BUGS = ("K", "D", "W", "O")
_SAFE = ("L", "LK", "H", "WF", "R", "X")
_ATOMIC = {
    "rcu": "an RCU callback", "srcu": "an SRCU callback", "timer": "a timer", "hrtimer": "an hrtimer",
    "tasklet": "a tasklet", "irq": "an interrupt handler", "irq_work": "irq work",
    "cross_call": "a cross call",
}  # fmt: skip
_WORKS = {"work": "work", "delayed_work": "delayed work", "kthread_work": "kthread work"}


class Judged(msgspec.Struct, frozen=True):
    """A context and the answer for it."""

    context: Context
    answer: Answer


def judge(facts: Facts, unit: Unit, context: Context, ending: Ending) -> Answer:
    """The class of a put that is reached in ``context``."""
    role = context.role
    here = Where(role.path, role.line)
    if role.role in _WORKS:
        return _work(facts, unit, role, _WORKS[role.role], here, ending)
    if role.role in _ATOMIC:
        return Answer("R", f"runs as {_ATOMIC[role.role]}, which a grace period waits for", here)
    if role.role == "kthread":
        return _thread(role.object, here, ending)
    if role.role == "ops":
        answer = in_table(facts, unit, role, ending)
        return _flushed(facts, unit, answer, ending)
    if role.role == "store":
        if facts.function(context.function).returns.split()[-1:] == ["hrtimer_restart"]:
            return Answer("R", "runs as an hrtimer, which a grace period waits for", here)
        return _flushed(facts, unit, stored(facts, unit, role, ending), ending)
    if role.role == "release":
        return _release(facts, unit, context, here)
    if role.role == "object_release":
        return Answer(
            "D", "runs in whoever puts the object's last reference, and nothing pins that one", here
        )
    if role.role == "exported":
        return Answer("X", "is called by modules that use this symbol, and so hold this module", here)
    if role.role in ("sysfs", "devm_action", "irq_thread"):
        return Answer("H", "is waited for where the attribute, device or interrupt is removed", here)
    if role.role == "async":
        return Answer("WF", "runs in async context, which delete_module() waits for", here)
    if role.role in ("init", "exit"):
        return Answer("", "runs when the module is loaded or unloaded", here)
    return Answer("?", "is entered in a way that was not found", here, sure=False)


def _work(facts: Facts, unit: Unit, role: Role, word: str, here: Where, ending: Ending) -> Answer:
    item = member(role.object)
    files = unit.files
    through, _, _ = role.via.rpartition(": ")
    if through:  # another file makes work of it, and queues it
        files |= {one.file for one in facts.functions(through)}
    queues = queue_of(facts, files, role.object, role.line)
    wait = waits_for(ending.drain, "work", item, queues)
    if wait is not None:
        return Answer("WF", f"runs as {word} {item}, and the module's exit calls {wait.name}", wait.where)
    why = f"runs as {word} {item}, which the module's exit neither flushes nor cancels"
    return Answer("W", why, here, ending.drain.searched)


def _flushed(facts: Facts, unit: Unit, answer: Answer, ending: Ending) -> Answer:
    """A callback that core code calls from a work item of its own."""
    if answer.kind != "W":
        return answer
    wait = waits_for(ending.drain, "work", answer.work, set())
    if wait is None:
        return msgspec.structs.replace(answer, searched=ending.drain.searched)
    return Answer("WF", f"{answer.why}; the module's exit calls {wait.name}", wait.where)


def _thread(thing: str, here: Where, ending: Ending) -> Answer:
    stop = waits_for(ending.drain, "kthread", member(thing), set())
    if stop is not None:
        return Answer("WF", "runs in a kernel thread that the module's exit stops", stop.where)
    why = "runs in a kernel thread that returns into the module after its put"
    return Answer("K", why, here, ending.drain.searched)


def _release(facts: Facts, unit: Unit, context: Context, here: Where) -> Answer:
    """The release of a kref: run by those that put it. Only modules that use this one, or anybody?"""
    rows = facts.sql(
        "SELECT DISTINCT c.function FROM callbacks c JOIN functions f ON f.id = c.function"
        " WHERE c.target = ? AND c.role = 'release' ORDER BY c.function",
        facts.function(context.function).name,
    )
    putters = [row[0] for row in rows if facts.function(row[0]).file in unit.files]
    if putters and all(_only_exported(facts, unit, one, 5) for one in putters):
        return Answer("X", "runs in functions that modules call which use their symbols", here)
    return Answer("D", "runs in whoever puts the last reference, and nothing pins that one", here)


def _only_exported(facts: Facts, unit: Unit, function: int, deep: int) -> bool:
    fact = facts.function(function)
    if not fact.static and facts.sql("SELECT 1 FROM exports WHERE name = ? LIMIT 1", fact.name):
        return True
    above = [one.function for one in callers(facts, function) if one.function]
    return bool(deep and above) and all(_only_exported(facts, unit, one, deep - 1) for one in above)


def worst(judged: list[Judged]) -> Judged | None:
    """The context that decides: the nearest of the worst class, else the safe one that pins most."""
    bugs = [one for one in judged if one.answer.kind in BUGS]
    if bugs:
        return min(
            bugs, key=lambda one: (len(one.context.chain), not one.answer.sure, BUGS.index(one.answer.kind))
        )
    safe = [one for one in judged if one.answer.kind in _SAFE]
    if safe:
        return min(safe, key=lambda one: (_SAFE.index(one.answer.kind), len(one.context.chain)))
    return judged[0] if judged else None
