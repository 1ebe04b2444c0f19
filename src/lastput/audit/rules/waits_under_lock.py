"""A lock is held while something is waited for that needs the same lock.

What it finds
    A call that waits for the end of a work item, timer, tasklet or kernel thread, or for a queue, with a
    lock held that the function waited for takes; by itself or through what it calls.

Why it breaks
    The callback waits for the lock, and its owner for the callback. Nobody goes on.

Example
    spin_lock_irqsave(&foo->lock, flags);
    timer_delete_sync(&foo->timer);         /* foo_timeout() does spin_lock(&foo->lock) */
    spin_unlock_irqrestore(&foo->lock, flags);

Instead
    Take the lock after the wait, or let the callback try it and give up.

How lastput knows
    Where each lock is surely held is computed on the flow graph of the function that waits; for a function
    that only its callers lock, on theirs. From the callback down the calls in the module are followed,
    three deep. Locks are the same if the path of members and the tag of the struct are, or the variable.

Known limits
    Two objects of one type have two locks: one may be held while the other is taken. A callback that takes
    the lock only where it cannot be waited for is not told apart. Locks that are not known by a struct's
    tag on both sides give a finding of low confidence; so does a flag that both sides ask for, one before it
    waits and the other before it takes the lock. Of several callers that come to the same wait under the
    same lock, one is told.

History
    4d378f2ae581 (oxu210hp, CVE-2022-49313), 806c7b534149 (rtl8192u, CVE-2022-49305), fef965764cf5 (mlx5e).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import partial

import msgspec

from lastput.audit.claims import object_of
from lastput.audit.conditional import forbidden, only_if_broken
from lastput.audit.deferred import Deferred, Item, Touch, judged_in, keys, same_path
from lastput.audit.feasible import always_before
from lastput.audit.inside import Inside, Insides
from lastput.audit.lock_identity import Taken, lock_name, locks_taken
from lastput.audit.memo import Memo
from lastput.audit.pointees import holder, pointee, root
from lastput.c.raw.heads import split_arguments
from lastput.facts.api import API
from lastput.facts.base import Facts, member
from lastput.facts.bodies import Bodies
from lastput.facts.lockstate import Held, locks_held
from lastput.facts.resolve import resolve
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "LCK001"
NAME = "waits-under-lock"

_LOCKS = frozenset(name for one in API.lock for name in (*one.lock, *one.try_lock))
_UNLOCKS = frozenset(name for one in API.lock for name in one.unlock)
#: Who takes a socket so may do it while another one has called lock_sock(), and finds it owned.
_SPINS = ("bh_lock_sock", "bh_lock_sock_nested")
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9]*_[A-Z0-9_]+\b")
_DEPTH = 3


class _Wait(msgspec.Struct, frozen=True):
    """A call of ``name`` in ``function`` that comes to ``touch``, by ``links`` calls of functions in
    between.
    """

    function: int
    line: int
    name: str
    touch: Touch
    links: tuple[Link, ...]


def run(facts: Facts) -> Iterator[Finding]:
    deferred = facts.once(Deferred)
    told: set[tuple[str, str, Where | None, str]] = set()
    with Memo(facts, CODE, __file__) as memo:
        for item in deferred.items:
            callbacks = resolve(facts, item.target, item.file)
            if len(callbacks) != 1:
                continue
            place = judged_in(deferred, item, callbacks)
            for one in memo.ask(place, partial(_of_item, deferred, item, callbacks[0])):
                # One cause, one finding: other functions that come to the same wait tell nothing new.
                waiting, role = one.chain[-1].where, one.evidence[1].where
                key = (waiting.path, waiting.function, role, one.statement)
                if key not in told:
                    told.add(key)
                    yield one


def _of_item(deferred: Deferred, item: Item, callback: int) -> Iterator[Finding]:
    """One finding for each wait of an item under a lock that its callback takes."""
    facts = deferred.facts
    bodies, locking = facts.once(Bodies), facts.once(_locking)
    waits = _waits(deferred, bodies, item)
    if not waits:
        return
    inside = facts.once(Insides).of(deferred.unit(item.file))
    reached = inside.reach(callback, depth=_DEPTH, limit=80)
    if not any(one in locking for one in reached):
        return
    taken = locks_taken(inside, reached)
    known = facts.once(_known)
    told: set[tuple[int, str, str]] = set()
    for wait in (one for touch in waits if taken for one in _places(inside, touch)):
        if wait.function not in locking or wait.function in reached or not _may_hold(inside, wait, taken):
            continue
        if wait.function not in known:
            known[wait.function] = _held(bodies, wait.function)
        for lock in known[wait.function].get(wait.line, ()):
            name = lock_name(bodies, wait.function, lock.kind, lock.object)
            match = next(
                (
                    one
                    for one in taken
                    if one.kind == lock.kind
                    and member(one.text) == member(lock.object)
                    and lock_name(bodies, one.function, one.kind, one.text) == name
                    and not (one.call in _SPINS and _sleeps(inside, wait, lock))
                ),
                None,
            )
            key = (wait.touch.function, wait.touch.object, member(lock.object))
            if match is None or key in told or (wait.links and _unlocks(inside, wait, lock.kind)):
                continue
            if _never(inside, bodies, wait):
                continue
            told.add(key)
            doubts = []
            if not (name.known and _item_is_same(bodies, item, wait.touch)):
                doubts.append("both sides mean the same lock, and the same item")
            flag = _asked_by_both(bodies, wait.touch, match)
            if flag:
                doubts.append(f"{flag}, which both sides ask for, does not keep them apart")
            yield _finding(inside, item, callback, wait, lock, match, tuple(doubts))


def _known(_: Facts) -> dict[int, dict[int, list[Held]]]:
    """Locks held at the lines of functions that were looked at."""
    return {}


def _locking(facts: Facts) -> frozenset[int]:
    marks = ", ".join("?" * len(_LOCKS))
    rows = facts.sql(
        "SELECT DISTINCT c.function FROM names n CROSS JOIN call_row c ON c.name = n.id"
        f" WHERE n.name IN ({marks}) OR n.name LIKE 'guard(%' OR n.name = 'scoped_guard'",
        *sorted(_LOCKS),
    )
    return frozenset(row[0] for row in rows)


def _waits(deferred: Deferred, bodies: Bodies, item: Item) -> list[Touch]:
    touches = deferred.of(item)
    found = [
        one
        for one in touches
        if one.kind == "sync" and "try" not in one.name and same_path(one.object, item.object)
    ]
    known = deferred.touches(item.file)
    own = holder(bodies, item.function, item.object)
    for arm in (one for one in touches if one.kind == "arm" and one.queue):
        if holder(bodies, arm.function, arm.object) != own:
            continue
        for name in sorted(keys(arm.queue)):
            found += [
                one
                for one in known.get(name, ())
                if one.family == "queue"
                and one.kind == "sync"
                and holder(bodies, one.function, one.object) == holder(bodies, arm.function, arm.queue)
            ]
    return list(dict.fromkeys(found))


def _places(inside: Inside, touch: Touch) -> Iterator[_Wait]:
    """The wait itself, and the calls of its function and of their callers, in the unit."""
    yield _Wait(touch.function, touch.line, touch.name, touch, ())
    level: list[tuple[int, tuple[Link, ...]]] = [
        (touch.function, (_link(inside, touch.function, touch.line),))
    ]
    seen = {touch.function}
    for _ in range(2):
        following: list[tuple[int, tuple[Link, ...]]] = []
        for function, links in level:
            for caller, line in inside.callers(function):
                if caller not in seen:
                    seen.add(caller)
                    yield _Wait(caller, line, inside.facts.function(function).name, touch, links)
                    following.append((caller, (_link(inside, caller, line), *links)))
        level = following


def _link(inside: Inside, function: int, line: int) -> Link:
    fact = inside.facts.function(function)
    return Link(fact.name, inside.where(fact, line), "direct")


def _may_hold(inside: Inside, wait: _Wait, taken: list[Taken]) -> bool:
    """Whether the function names one of the locks before the wait, and again after it, or guards it."""
    wanted = {member(one.text) for one in taken}
    before = after = False
    for call in inside.calls(wait.function):
        if "guard" in call.name:
            if any(member(one) in wanted for one in split_arguments(call.arguments)):
                return True
        elif call.name in _LOCKS and call.line <= wait.line:
            before = before or not call.arguments or member(call.argument(0)) in wanted
        elif call.name in _UNLOCKS and call.line >= wait.line:
            after = after or not call.arguments or member(call.argument(0)) in wanted
    return before and after


def _held(bodies: Bodies, function: int) -> dict[int, list[Held]]:
    """Locks held at each line of a function that has a call."""
    graph = bodies.graph(function)
    if graph is None or not graph.clean:
        return {}
    found: dict[int, list[Held]] = {}
    for index, locks in locks_held(graph).items():
        for call in graph.nodes[index].calls:
            found[call.line] = sorted(locks)
    return found


def _item_is_same(bodies: Bodies, item: Item, touch: Touch) -> bool:
    if touch.family == "queue" or not item.embedded:
        return True
    own = pointee(bodies, item.function, root(item.object)) if item.function else ""
    return bool(own) and own == pointee(bodies, touch.function, root(touch.object))


def _sleeps(inside: Inside, wait: _Wait, lock: Held) -> bool:
    """Whether a socket is held by lock_sock(), which lets its spinlock go before it returns."""
    return any(
        call.line == lock.line and call.name.startswith("lock_sock") for call in inside.calls(wait.function)
    )


def _never(inside: Inside, bodies: Bodies, wait: _Wait) -> bool:
    """Whether the wait is not reached on this way, or only where an assumption of the code does not hold."""
    places = [(wait.function, wait.line)]
    for link in wait.links:
        places += [
            (one.id, link.where.line) for one in inside.facts.functions(link.function, link.where.path)
        ]
    graphs = [(bodies.graph(function), line) for function, line in places]
    if any(graph is not None and only_if_broken(graph, line) for graph, line in graphs):
        return True
    return any(
        forbidden(inside.facts, bodies, *caller, *callee) for caller, callee in itertools.pairwise(places)
    )


def _asked_by_both(bodies: Bodies, wait: Touch, taken: Taken) -> str:
    """A flag that is asked for on the way to the wait, and again where the callback takes the lock; or ""."""
    before = _flags(bodies, wait.function, wait.line)
    return min(before & _flags(bodies, taken.function, taken.line), default="")


def _flags(bodies: Bodies, function: int, line: int) -> frozenset[str]:
    """Constants in the conditions that hold on every way to a line of a function."""
    graph = bodies.graph(function)
    if graph is None:
        return frozenset()
    always = always_before(graph)
    return frozenset(
        name
        for node in graph.nodes
        if node.line == line and node.calls
        for known in always.get(node.index, {})
        for name in _CONSTANT.findall(known)
    )


def _unlocks(inside: Inside, wait: _Wait, kind: str) -> bool:
    """Whether a function between the lock and the wait lets locks of that kind go."""
    names = {name for one in API.lock if one.kind == kind for name in one.unlock}
    functions = {(link.where.path, link.function) for link in wait.links}
    return any(
        call.name in names
        for path, name in functions
        for fact in inside.facts.functions(name, path)
        for call in inside.calls(fact.id)
    )


def _finding(
    inside: Inside,
    item: Item,
    callback: int,
    wait: _Wait,
    lock: Held,
    match: Taken,
    doubts: tuple[str, ...],
) -> Finding:
    facts = inside.facts
    waiter, runs, taker = (facts.function(one) for one in (wait.function, callback, match.function))
    where = inside.where(waiter, wait.line)
    touch = wait.touch
    chain = (Link(waiter.name, where), *wait.links)
    through = "" if match.function == callback else f", called by {runs.name}()"
    causes = [Cause(inside.where(waiter, lock.line), f"{waiter.name}() holds {lock.object}")]
    causes += [
        Cause(link.where, f"{link.function}() calls {following.function}()")
        for link, following in itertools.pairwise(chain)
    ]
    end = chain[-1].where
    causes += [
        Cause(end, f"{touch.name}({touch.object}) waits until {runs.name}() has returned"),
        Cause(
            inside.where(taker, match.line),
            f"{taker.name}(){through} waits for the same lock: {match.call}({match.text})",
        ),
    ]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if doubts else "medium",
        message=f"{touch.name}({touch.object}) under {lock.object}: {runs.name}(), which it waits "
        f"for, takes that lock",
        where=where,
        object=item.object,
        statement=f"{touch.name}({touch.object}) under {lock.object}",
        causes=tuple(causes),
        chain=chain,
        evidence=(
            Evidence(
                "lock",
                f"{lock.object} is held on every way to the wait",
                where=inside.where(waiter, lock.line),
            ),
            Evidence(
                "role", f"{runs.name}() is the callback of {item.object}", where=inside.where(runs, runs.line)
            ),
        ),
        remedy=f"call {touch.name}() before {lock.object} is taken, or after it is let go",
        depends_on=doubts,
        claim=_claim(inside, item, callback, wait, lock, match),
    )


def _claim(inside: Inside, item: Item, callback: int, wait: _Wait, lock: Held, match: Taken) -> Claim:
    facts = inside.facts
    waiter, runs, taker = (facts.function(one) for one in (wait.function, callback, match.function))
    end = wait.links[-1] if wait.links else Link(waiter.name, inside.where(waiter, wait.line))
    thing = object_of(facts, facts.function(item.function), item.object) if item.function else ""
    thing = thing or item.object
    wanted = wait.touch
    return Claim(
        "deadlock",
        thing,
        (
            Site("lock", waiter.path, lock.line, waiter.name, text=lock.object),
            Site("wait", end.where.path, end.where.line, end.function, thing, wanted.object, wanted.name),
            Site("callback", runs.path, runs.line, runs.name, thing, item.object, detail=item.role),
            Site("lock", taker.path, match.line, taker.name, text=match.text, call=match.call),
        ),
    )
