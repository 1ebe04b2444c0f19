"""A call that waits, and may sleep, under a spinlock.

What it finds
    cancel_work_sync(), flush_workqueue(), napi_disable(), kthread_stop(), synchronize_rcu() and the like,
    called while a spinlock or a rwlock is held: in the same function, or by a caller of it.

Why it breaks
    Under a spinlock nothing may sleep: the task is taken off the CPU with the lock held, and whoever spins
    for it next does so for ever. If the callback that is waited for takes the lock too, both wait for each
    other.

Example
    spin_lock_irqsave(&mal->lock, flags);
    list_del_init(&commac->list);
    if (list_empty(&mal->list))
            napi_disable(&mal->napi);       /* sleeps until foo_poll() is done, which takes mal->lock */
    spin_unlock_irqrestore(&mal->lock, flags);

Instead
    Take what the lock guards off its list under the lock, let the lock go, and wait then.

How lastput knows
    The waiting calls are those of the table, and functions of the kernel whose names say that they stop or
    wait, and whose bodies begin with might_sleep(). The lock is held on every way to the call.

Known limits
    A lock that a callee lets go and takes again is not seen through a call; a function of the module that
    unlocks one before its wait is left out.

History
    Fixed between Linux 6.12 and 7.3 in mal_unregister_commac() and in scsi_debug_stop_cmnd().
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.deferred import Deferred
from lastput.audit.inside import Inside, Insides
from lastput.audit.memo import Memo
from lastput.facts.api import API
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import Held, locks_held
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link

CODE = "LCK002"
NAME = "sleeps-under-spinlock"

_SPINS = ("spinlock", "rwlock")
_SLEEPING = (
    "work",
    "delayed_work",
    "queue",
    "kthread",
    "rcu",
    "rcu_readers",
    "srcu",
    "srcu_readers",
    "async",
)
_LOCKS = frozenset(name for one in API.lock if one.kind in _SPINS for name in (*one.lock, *one.try_lock))
_UNLOCKS = frozenset(name for one in API.lock if one.kind in _SPINS for name in one.unlock)
_STOPS = re.compile(r"(?:^|_)(?:cancel|flush|disable|stop|destroy|synchronize|drain|kill|wait|sync)(?:_|$)")
_PROGRAMS = ("tools/", "samples/", "scripts/", "Documentation/")


def run(facts: Facts) -> Iterator[Finding]:
    names = facts.once(_sleepers)
    deferred = facts.once(Deferred)
    with Memo(facts, CODE, __file__) as memo:
        for call in facts.calls_of(sorted(names)):
            fact = facts.function(call.function)
            if fact.path.startswith(_PROGRAMS):
                continue
            unit = deferred.unit(fact.file)
            place = (call.function, call.seq, call.name, unit.token)
            yield from memo.ask(place, partial(_judge, facts, facts.once(Insides).of(unit), call))


def _sleepers(facts: Facts) -> frozenset[str]:
    """The calls that wait and may sleep."""
    known = {name for one in API.wait if one.sync and one.role in _SLEEPING for name in one.names}
    rows = facts.sql(
        "SELECT DISTINCT f.name FROM names n CROSS JOIN call_row c ON c.name = n.id JOIN functions f"
        " ON f.id = c.function WHERE n.name = 'might_sleep' AND c.seq < 3 AND f.static = 0"
    )
    return frozenset(known | {name for (name,) in rows if _STOPS.search(name)})


def _judge(facts: Facts, inside: Inside, call: CallFact) -> Iterator[Finding]:
    """At most one finding for a wait: the nearest function that holds a lock over it."""
    level: list[tuple[int, int, str, tuple[Link, ...]]] = [(call.function, call.line, call.name, ())]
    seen = {call.function}
    for depth in range(3):
        following: list[tuple[int, int, str, tuple[Link, ...]]] = []
        for function, line, name, links in level:
            calls = inside.calls(function)
            before = [one for one in calls if one.line <= line]
            if any(one.name in _LOCKS or "guard" in one.name for one in before):
                lock = _held(facts, function, line, name)
                if lock is not None:
                    yield _finding(facts, inside, call, function, line, lock, links)
                    return
            if any(one.name in _UNLOCKS for one in before):
                continue  # it may let go of what its caller holds
            fact = facts.function(function)
            here = (Link(fact.name, inside.where(fact, line), "direct"), *links)
            for caller, at in inside.callers(function) if depth < 2 else ():
                if caller not in seen:
                    seen.add(caller)
                    following.append((caller, at, fact.name, here))
        level = following


def _held(facts: Facts, function: int, line: int, name: str) -> Held | None:
    """A spinlock that is held on every way to the call."""
    graph = facts.once(Bodies).graph(function)
    if graph is None or not graph.clean:
        return None
    found = [node for node, call in graph.calling(name) if call.line == line]
    held = locks_held(graph) if found else {}
    for node in found:
        for lock in sorted(held.get(node.index, frozenset())):
            if lock.kind in _SPINS and lock.line < line:
                return lock
    return None


def _finding(
    facts: Facts,
    inside: Inside,
    call: CallFact,
    function: int,
    line: int,
    lock: Held,
    links: tuple[Link, ...],
) -> Finding:
    holder, waiter = facts.function(function), facts.function(call.function)
    where, at = inside.where(holder, line), inside.where(waiter, call.line)
    taken = inside.where(holder, lock.line)
    thing = call.argument(0)
    causes = [Cause(taken, f"{holder.name}() takes {lock.object}: from here on it is atomic")]
    causes += (
        [Cause(where, f"{holder.name}() calls {links[0].function}() with the lock held")] if links else []
    )
    causes.append(Cause(at, f"{call.name}({thing}) may sleep: it waits"))
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="medium",
        message=f"{call.name}({thing}) sleeps in atomic context: {holder.name}() holds {lock.object}",
        where=where,
        site=call.name,
        object=lock.object,
        statement=f"{call.name}({call.arguments})",
        causes=tuple(causes),
        chain=(Link(holder.name, where), *links),
        evidence=(
            Evidence("lock", f"{lock.object}, a {lock.kind}, is held on every way to the call", where=taken),
        ),
        remedy=f"let {lock.object} go before {call.name}()",
        claim=Claim(
            "sleep-in-atomic",
            lock.object,
            (
                Site("lock", taken.path, taken.line, holder.name, lock.object, lock.object, detail=lock.kind),
                Site("wait", at.path, at.line, waiter.name, thing, thing, call.name),
            ),
        ),
    )
