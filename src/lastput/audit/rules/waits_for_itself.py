"""A callback waits, through what it calls, for its own end.

What it finds
    A work item, timer or tasklet whose callback reaches a call that waits for the same item, or that
    flushes or destroys the queue on which the item is put; also through the release function of a reference
    that it puts.

Why it breaks
    cancel_work_sync(), flush_work() and timer_delete_sync() return when the callback has ended. Called
    from inside of it, they never return: the worker is lost, and with it whoever waits for it.

Example
    static void foo_work(struct work_struct *work)
    {
            struct foo *foo = container_of(work, struct foo, work);

            foo_handle(foo);
            kref_put(&foo->ref, foo_release);       /* foo_release() does cancel_work_sync(&foo->work) */
    }

Instead
    Let another context put the last reference, or do not wait in the release if the item holds one.

How lastput knows
    The calls from the callback down are followed in the module, up to five deep, and through kref_put().
    The item waited for has the same name, in a struct of the same tag. A function that asks current_work()
    or in_interrupt() is taken to know what it does.

Known limits
    Whether a put can be the last one is not known: it is where nobody else holds a reference. Such findings,
    and those whose structs are not known, are of low confidence.

History
    kvm_put_kvm() in async_pf_execute() would wait for the work that it is in: 22583f0d9c85 avoided that, and
    778c350eb580 could revert it when the work no longer had a reference. ccbde4b128ef (xillyusb,
    CVE-2024-45007).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.claims import item_key, site
from lastput.audit.deferred import Deferred, Item, Touch, judged_in, keys, same_path
from lastput.audit.inside import Inside, Insides, Step
from lastput.audit.memo import Memo
from lastput.audit.pointees import pointee, root, tag
from lastput.audit.written import WRITTEN
from lastput.c.flow.graph import Kind
from lastput.c.flow.paths import reached
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Where

CODE = "WRK004"
NAME = "waits-for-itself"

_DEPTH = 5
#: A function that asks these knows in which context it runs.
_ASKS = frozenset(("current_work", "in_interrupt", "in_softirq", "current_is_workqueue_rescuer", "in_task"))


def run(facts: Facts) -> Iterator[Finding]:
    deferred = facts.once(Deferred)
    told: set[tuple[Where, Where]] = set()
    with Memo(facts, CODE, __file__) as memo:
        for item in deferred.items:
            callbacks = resolve(facts, item.target, item.file)
            if len(callbacks) != 1:
                continue
            place = judged_in(deferred, item, callbacks)
            for one in memo.ask(place, partial(_of_item, deferred, item, callbacks[0])):
                # Two items may have one callback, and one name: their wait is told once.
                key = (one.where, one.chain[0].where)
                if key not in told:
                    told.add(key)
                    yield one


def _of_item(deferred: Deferred, item: Item, callback: int) -> Iterator[Finding]:
    facts = deferred.facts
    bodies = facts.once(Bodies)
    waits = _waits(deferred, bodies, item)
    if not waits:
        return
    inside = facts.once(Insides).of(deferred.unit(item.file))
    steps = inside.reach(callback, depth=_DEPTH, limit=300, release=True)
    for wait in waits:
        if wait.function not in steps or any(_asks(inside, one) for one in _upward(steps, wait.function)):
            continue
        finding = _finding(inside, bodies, item, callback, wait, steps)
        if finding is not None:
            yield finding


def _waits(deferred: Deferred, bodies: Bodies, item: Item) -> list[Touch]:
    """Calls that wait for an item, or for a queue of its unit on which it is put."""
    touches = deferred.of(item)
    found = [one for one in touches if one.kind == "sync" and "try" not in one.name]
    known = deferred.touches(item.file)
    arms = [
        one
        for one in touches
        if one.kind == "arm"
        and one.queue
        and same_path(one.object, item.object)
        and (
            one.function == item.function
            or tag(bodies, one.function, one.object) == tag(bodies, item.function, item.object)
        )
    ]
    for arm in arms:
        for name in sorted(keys(arm.queue)):
            found += [
                one
                for one in known.get(name, ())
                if one.family == "queue"
                and one.kind == "sync"
                and one.function != arm.function
                and tag(bodies, one.function, one.object) == tag(bodies, arm.function, arm.queue)
            ]
    return list(dict.fromkeys(found))


def _upward(reached: dict[int, Step], function: int) -> Iterator[int]:
    while function:
        yield function
        function = reached[function].parent


def _asks(inside: Inside, function: int) -> bool:
    return any(call.name in _ASKS for call in inside.calls(function))


def _finding(
    inside: Inside, bodies: Bodies, item: Item, callback: int, wait: Touch, steps: dict[int, Step]
) -> Finding | None:
    facts = inside.facts
    own = pointee(bodies, item.function, root(item.object)) if item.function else ""
    other = pointee(bodies, wait.function, root(wait.object))
    if wait.family != "queue" and own != other and own and other:
        return None
    doubts: list[str] = []
    if wait.family != "queue" and item.embedded and not (own and own == other):
        doubts.append(f"{wait.object} is the {item.object} that runs")
    puts = [step for step in (steps[one] for one in _upward(steps, wait.function)) if _by_put(step)]
    if puts:
        doubts.append("the put can be the last one")
    if _guarded(bodies, wait) or _told_apart(bodies, _upward(steps, wait.function)):
        doubts.append(
            f"the branch of {facts.function(wait.function).name}() that waits is taken in the callback"
        )
    fact, waiter = facts.function(callback), facts.function(wait.function)
    where = Where(waiter.path, wait.line, 0, waiter.name)
    chain = inside.chain(steps, wait.function, wait.line, f"callback of {item.object}")
    setup = facts.function(item.function) if item.function else None
    thing = item_key(facts, item)
    what = f"the queue {wait.object}" if wait.family == "queue" else item.object
    calls = [
        Cause(link.where, f"{link.function}() calls {following.function}()")
        for link, following in itertools.pairwise(chain)
    ]
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if doubts else "medium",
        message=f"{fact.name}() waits for itself: {wait.name}({wait.object}) is reached from the "
        f"callback of {item.object}",
        where=where,
        object=item.object,
        statement=f"{wait.name}({wait.object})",
        causes=(
            Cause(
                Where(facts.path(item.file), item.line, 0, setup.name if setup else ""),
                f"{item.object} runs {fact.name}()",
            ),
            *calls,
            Cause(where, f"{wait.name}() waits until {fact.name}() of {what} has returned, which waits here"),
        ),
        chain=chain,
        evidence=(
            Evidence(
                "self-wait", f"nothing on the way asks whether it runs in {fact.name}()", searched=(where,)
            ),
        ),
        remedy=f"wait for {item.object} in another context, or without waiting for its callback",
        claim=Claim(
            "deadlock",
            thing or item.object,
            (
                site(
                    "callback",
                    Where(fact.path, fact.line, 0, fact.name),
                    thing=thing,
                    text=item.object,
                    detail=item.role,
                ),
                site(
                    "wait", where, wait.name, thing="" if wait.family == "queue" else thing, text=wait.object
                ),
            ),
        ),
        depends_on=tuple(doubts),
    )


def _told_apart(bodies: Bodies, way: Iterator[int]) -> bool:
    """Whether the function that waits has a condition on what one of those above it has written."""
    waiter, *above = list(way)
    written = {one for function in above for one in WRITTEN.findall(bodies.text(function))}
    names = {name for pair in written for name in pair if name}
    conditions = " ".join(re.findall(r"\bif\s*\(([^{;]*)", bodies.text(waiter)))
    return bool(names & set(re.findall(r"\w+", conditions)))


def _guarded(bodies: Bodies, wait: Touch) -> bool:
    """Whether a branch goes round the wait and comes back to the same way: it may be the one taken."""
    graph = bodies.graph(wait.function)
    if graph is None or not graph.clean:
        return True
    here = [
        node.index
        for node in graph.nodes
        if any(call.line == wait.line and call.name == wait.name for call in node.calls)
    ]
    if any("?" in graph.nodes[one].text.partition(wait.name)[0] for one in here):
        return True
    after = reached(graph, here)
    for index, node in enumerate(graph.nodes):
        if node.kind not in (Kind.CONDITION, Kind.SWITCH) or len(graph.successors[index]) < 2:
            continue
        ways = [
            frozenset((edge.target,)) | reached(graph, (edge.target,)) for edge in graph.successors[index]
        ]
        hits = [not way.isdisjoint(here) for way in ways]
        if not any(hits) or all(hits):
            continue
        # An early return does not meet the way of the wait before the end of the function.
        round_it = frozenset().union(*(way for way, hit in zip(ways, hits, strict=True) if not hit))
        meets = round_it & after - {graph.exit}
        if meets or any(graph.exit == edge.target for edge in graph.successors[index]):
            return True
    return False


def _by_put(step: Step) -> bool:
    return step.call is not None and step.call.name.startswith(("kref_put", "kref_sub", "percpu_ref"))
