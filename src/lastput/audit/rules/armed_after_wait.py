"""An item is waited for, and then armed again by what is shut off only later.

What it finds
    A teardown that waits for a work item, timer or tasklet, and after that shuts off an interrupt, a
    network device or another item whose callback arms the first one. Nothing waits for it again.

Why it breaks
    Between the wait and the end of its source the item can be armed once more. Then it runs when its
    object is freed.

Example
    static void foo_remove(struct pci_dev *pdev)
    {
            struct foo *foo = pci_get_drvdata(pdev);

            cancel_work_sync(&foo->reset);
            unregister_netdev(foo->netdev);         /* until here foo_tx_timeout() may schedule it */
            free_netdev(foo->netdev);
    }

Instead
    Stop the sources first, and wait then; or disable_work_sync() and timer_shutdown_sync(), which also refuse
    to arm it again.

How lastput knows
    The calls of each teardown function are laid out in the order of the source, with those of the functions
    of the module that it calls. A source is an interrupt handler (until free_irq()), a table of the network
    or SCSI core (until it is unregistered), or an item (until it is waited for). Three calls at most lie
    between its callback and the call that arms.

Known limits
    A flag that the teardown sets and the callback reads makes it safe: where a name that is written before
    the wait is read on the way to the arming call, the finding is of low confidence. So it is where a
    function with a name such as foo_disable_irq() comes before the wait.

History
    Linux 6.12 cancels the works of enic after unregister_netdev(); efe4186e6a1b (6pack, CVE-2022-1198).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.armers import Source, Sources, same_object
from lastput.audit.claims import item_key, site
from lastput.audit.deferred import Deferred, Item, Touch, judged_in, keys, same_path, wait_names
from lastput.audit.inside import Inside, Insides
from lastput.audit.memo import Memo
from lastput.audit.pointees import root
from lastput.audit.sequence import Event, laid_out
from lastput.audit.teardown import Teardown, teardowns
from lastput.audit.units import Unit
from lastput.audit.unwaited import counted
from lastput.audit.written import WRITTEN
from lastput.c.flow.paths import reached
from lastput.effects.life.begun import Life
from lastput.effects.typing.keys import Typing
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

CODE = "WRK003"
NAME = "armed-after-wait"

_QUIETS = re.compile(
    r"(?=.*(irq|intr|interrupt|_int|ints?$))(?=.*(disable|mask|off|stop|clear|shutdown|sync))"
    r"|napi_disable|netif_device_detach|free_irq|quiesce|_reset_hw|hw_reset|^disable_|_halt|_shutdown"
    r"|_stop$|_down$|_disable$"
)

_SYNC = wait_names()
_GOING = re.compile(
    r"shut|remov|dying|dead|exit|unload|going|detach|disconnect|clos|down|quit|abort|disabled|stopp|destroy|gone"
    r"|unregist|terminat|halt|(?<!un)bound|free",
    re.IGNORECASE,
)
_BOTH = "waits for both"
_LOOP = re.compile(r"\b(?:while|wait_event\w*)\s*\([^;{]*?(?:->|\.)(\w+)\s*\)\s*\)?\s*[;)]")


def run(facts: Facts) -> Iterator[Finding]:
    deferred = facts.once(Deferred)
    life = facts.once(Life)
    units: dict[Unit, list[Item]] = {}
    for item in deferred.items:
        unit = deferred.units.get(item.file)
        if unit is not None and unit.unloadable:
            units.setdefault(unit, []).append(item)
    with Memo(facts, CODE, __file__) as memo:
        for unit, items in units.items():
            waited = [one for one in items if _waited(deferred, one)]
            if waited:
                place = [judged_in(deferred, one, resolve(facts, one.target, one.file)) for one in items]
                begun = [(one.call, one.ends) for file in unit.files for one in life.begun.get(file, ())]
                place.append(sorted(set(begun)))
                yield from memo.ask(place, partial(_of_unit, deferred, unit, waited))


def _waited(deferred: Deferred, item: Item) -> bool:
    """Whether something waits for an item, and does not forbid to arm it again."""
    return any(one.kind == "sync" and not one.final for one in deferred.of(item))


def _of_unit(deferred: Deferred, unit: Unit, items: list[Item]) -> Iterator[Finding]:
    facts = deferred.facts
    bodies, sources = facts.once(Bodies), facts.once(Sources)
    found: list[tuple[Item, list[tuple[Source, tuple[int, ...], Touch]]]] = []
    for item in items:
        late = [
            (source, way, arm)
            for arm in deferred.of(item)
            if arm.kind == "arm" and same_path(arm.object, item.object) and _same(deferred, item, arm)
            for source, way in sources.of(unit, arm)
            if not (source.kind == "item" and keys(source.object) & keys(item.object))
        ]
        if late:
            found.append((item, late))
    if found:
        yield from _armed_late(facts, deferred, bodies, unit, found)


def _armed_late(
    facts: Facts,
    deferred: Deferred,
    bodies: Bodies,
    unit: Unit,
    items: list[tuple[Item, list[tuple[Source, tuple[int, ...], Touch]]]],
) -> Iterator[Finding]:
    inside = facts.once(Insides).of(unit)
    told: set[tuple[str, str, str]] = set()
    for end in (*teardowns(facts, unit), *_pairs_of_waits(deferred, unit, [item for item, _ in items])):
        if end.how == "module exit" and any(item.embedded for item, _ in items):
            continue
        events = laid_out(inside, end.function)
        places = {(event.call.function, event.call.seq): at for at, event in enumerate(events)}
        named: dict[str, list[int]] = {}
        for at, event in enumerate(events):
            named.setdefault(event.call.name, []).append(at)
        for item, late in items:
            waits = [(places[one], final) for one, final in _waits(item, deferred) if one in places]
            if not waits or any(final for _, final in waits):
                continue
            last = max(waits)[0]
            for source, way, arm in late:
                if end.how == _BOTH and source.kind != "item":
                    continue
                over = sorted(
                    at
                    for name in source.ends
                    for at in named.get(name, ())
                    if same_object(source, events[at].call.arguments)
                )
                if source.managed and not over and end.last and end.how != "module exit":
                    over = [len(events)]
                where = facts.function(end.function).name if end.how == _BOTH else ""
                key = (item.object, facts.function(source.callback).name, where)
                if not over or over[0] < last or key in told or _ends_it(inside, source, item, deferred):
                    continue
                if _stopped_before(events[:last], source, inside):
                    continue
                if _queue_drained(inside, deferred, arm, end.function, events[: over[0]]):
                    continue
                told.add(key)
                yield _finding(inside, bodies, item, end, (events, last, over[0]), source, way, arm)


def _pairs_of_waits(deferred: Deferred, unit: Unit, items: list[Item]) -> list[Teardown]:
    """Functions that themselves wait for two items: they want both to be quiet."""
    found: dict[int, set[str]] = {}
    for item in items:
        for one in deferred.of(item):
            if one.kind == "sync" and one.file in unit.files and same_path(one.object, item.object):
                found.setdefault(one.function, set()).add(item.object)
    known = {one.function for one in teardowns(deferred.facts, unit)}
    return [
        Teardown(one, _BOTH)
        for one, objects in sorted(found.items())
        if len(objects) > 1 and one not in known and not _alternatives(deferred.facts, one)
    ]


def _alternatives(facts: Facts, function: int) -> bool:
    """Whether no way through a function comes to two of its waits."""
    graph = facts.once(Bodies).graph(function)
    if graph is None:
        return True
    waits = [one.index for one in graph.nodes if any(call.name in _SYNC for call in one.calls)]
    return not any(set(waits) & (reached(graph, (one,)) - {one}) for one in waits)


def _waits(item: Item, deferred: Deferred) -> list[tuple[tuple[int, int], bool]]:
    """The calls that wait for an item: function and place in it, and whether they forbid arming it."""
    return [
        ((one.function, one.seq), one.final)
        for one in deferred.of(item)
        if one.kind == "sync" and same_path(one.object, item.object) and _same(deferred, item, one)
    ]


def _same(deferred: Deferred, item: Item, touch: Touch) -> bool:
    """Whether a call may speak of that item, as far as the types tell."""
    if not item.function or root(item.object) == root(touch.object):
        return True
    typing = deferred.facts.once(Typing)
    one = typing.key(item.function, item.object)
    two = typing.key(touch.function, touch.object)
    return not (one.known and two.known) or typing.same(one, two, item.file)


def _ends_it(inside: Inside, source: Source, item: Item, deferred: Deferred) -> bool:
    """Whether a function that runs while the source ends waits for the item itself."""
    waiting = {one.function for one in deferred.of(item) if one.kind == "sync"}
    return any(waiting & inside.reach(one, depth=3, limit=80).keys() for one in source.last)


def _queue_drained(inside: Inside, deferred: Deferred, arm: Touch, end: int, before: list[Event]) -> bool:
    """Whether the teardown comes to a wait for the queue on which an item is armed, after ``before``."""
    early = {(event.call.function, event.call.seq) for event in before}
    waits = [
        one
        for name in sorted(keys(arm.queue))
        for one in deferred.touches(arm.file).get(name, ())
        if one.family == "queue" and one.kind == "sync" and (one.function, one.seq) not in early
    ]
    return bool(waits) and not inside.reach(end, depth=6, limit=2000).keys().isdisjoint(
        one.function for one in waits
    )


def _stopped_before(events: list[Event], source: Source, inside: Inside) -> bool:
    return any(
        event.call.name in ("disable_irq", "del_timer_sync", "timer_delete_sync")
        and same_object(source, event.call.arguments)
        for event in events
    )


def _finding(
    inside: Inside,
    bodies: Bodies,
    item: Item,
    end: Teardown,
    order: tuple[list[Event], int, int],
    source: Source,
    way: tuple[int, ...],
    arm: Touch,
) -> Finding:
    facts = inside.facts
    events, waited, over = order
    wait = events[waited].call
    stop = events[over].call if over < len(events) else None
    shut = f"{stop.name}()" if stop is not None else "devm, after the teardown"
    doubts = []
    around = events[waited].through
    quiet = next(
        (
            one.call.name
            for one in events[:waited]
            if _QUIETS.search(one.call.name) and one.call not in around
        ),
        "",
    )
    if quiet and source.kind != "item":
        doubts.append(f"{quiet}() does not keep {facts.function(source.callback).name}() from running")
    counter = _counter(bodies, [one.call.function for one in events[waited:]], item, facts)
    if counter:
        doubts.append(f"the loop on {counter} does not wait for {item.target}()")
    doubts += counted(bodies, (arm,))
    flag = _flag(bodies, {end.function, *(one.call.function for one in events[: waited + 1])}, way)
    flag = flag or _going(inside, bodies, way)
    if flag:
        doubts.append(f"{flag}, which the teardown writes, does not keep it from being armed")
    callback, waiter = facts.function(source.callback), facts.function(wait.function)
    where = inside.where(waiter, wait.line)
    stopper = facts.function(stop.function) if stop is not None else facts.function(end.function)
    stopped = inside.where(stopper, stop.line if stop is not None else stopper.end_line)
    through = [
        Link(
            facts.function(one.function).name,
            inside.where(facts.function(one.function), one.line),
            "direct" if at else end.how,
        )
        for at, one in enumerate(events[waited].through)
    ]
    chain = (*through, Link(waiter.name, where, "direct" if through else end.how))
    runs = next(
        (inside.where(one, one.line) for one in map(facts.function, resolve(facts, item.target, item.file))),
        where,
    )
    armer = facts.function(arm.function)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if doubts else "medium",
        message=f"{item.object} can be armed again after {wait.name}(): {callback.name}() is shut off "
        f"later, by {shut}",
        where=where,
        object=item.object,
        statement=f"{wait.name}({wait.arguments})",
        causes=(
            Cause(where, f"{wait.name}({wait.arguments}) waits for {item.target}()"),
            Cause(
                inside.where(armer, arm.line),
                f"{callback.name}() may still run: {arm.name}() arms {item.object} again",
            ),
            Cause(
                stopped,
                f"only {stop.name}() shuts {callback.name}() off; nothing waits for {item.object} after it"
                if stop is not None
                else f"devm shuts {callback.name}() off after {stopper.name}()",
            ),
            Cause(runs, f"{item.target}() may run while the teardown goes on, and after it"),
        ),
        chain=chain,
        evidence=(
            Evidence(
                "handshake",
                f"{item.object} is not waited for after its source is shut off",
                searched=(stopped,),
            ),
            Evidence(
                "path",
                f"{callback.name}() comes to {arm.name}() in {armer.name}()",
                where=inside.where(armer, arm.line),
            ),
        ),
        remedy=f"wait for {item.object} after {stop.name}(), or so that it cannot be armed again"
        if stop is not None
        else f"free the interrupt before {item.object} is waited for",
        depends_on=tuple(doubts),
        text=inside.unit.modules[:1],
        claim=_claim(facts, item, (where, wait), (inside.where(armer, arm.line), arm), (stopped, stop), runs),
    )


def _claim(
    facts: Facts,
    item: Item,
    wait: tuple[Where, CallFact],
    arm: tuple[Where, Touch],
    stop: tuple[Where, CallFact | None],
    runs: Where,
) -> Claim:
    """It waits, the source arms once more, the source is shut off, and the callback runs."""
    thing = item_key(facts, item)
    ending = stop[1]
    sites = (
        site("wait", wait[0], wait[1].name, thing=thing, text=wait[1].argument(0)),
        site("rearm", arm[0], arm[1].name, thing=thing, text=arm[1].object),
        site("unpublish", stop[0], ending.name, text=ending.arguments)
        if ending is not None
        else site("teardown", stop[0], detail="devm"),
        site("callback", runs, thing=thing, text=item.object, detail=item.role),
    )
    missing = f"{wait[1].name}({wait[1].arguments})"
    error = "use-after-free" if item.embedded else "unmapped-text"
    return Claim(error, thing or item.object, sites, missing, 3)


def _counter(bodies: Bodies, functions: list[int], item: Item, facts: Facts) -> str:
    """What a teardown asks in a loop after the wait, and the callback changes; or ""."""
    asked = {name for one in dict.fromkeys(functions) for name in _LOOP.findall(bodies.text(one))}
    text = " ".join(bodies.text(one) for one in resolve(facts, item.target, item.file)[:1]) if asked else ""
    return min((name for name in asked if re.search(rf"(?:->|\.){name}\b", text)), default="")


def _going(inside: Inside, bodies: Bodies, way: tuple[int, ...]) -> str:
    """A flag by whose name the object goes, that is asked for on the way; another function sets it; or ""."""
    asked: set[str] = set()
    for function in way:
        for condition in re.findall(r"\bif\s*\(([^{;]*)", bodies.text(function)):
            for member, flag in re.findall(r"(?:->|\.)(\w+)|\b([A-Z][A-Z_]+)\b", condition):
                asked.add(member or flag)
    asked = {one for one in asked if _GOING.search(one)}
    files = ", ".join(map(str, sorted(inside.unit.files)))
    rows = inside.facts.sql(f"SELECT id FROM functions WHERE file IN ({files}) ORDER BY id") if asked else []
    for (function,) in rows:
        text = bodies.text(function) if function not in way else ""
        for one in sorted(asked):
            sets = rf"\b{one}\s*=(?!=)|(?:set_bit|WRITE_ONCE)\s*\([^;]*\b{one}\b"
            if one in text and re.search(sets, text):
                return one
    return ""


def _flag(bodies: Bodies, written: set[int], way: tuple[int, ...]) -> str:
    """A name that the teardown writes and that a function on the way to the arming call reads in a
    condition.
    """
    names: set[str] = set()
    for function in written:
        for one, other in WRITTEN.findall(bodies.text(function)):
            names.add(one or other)
    for function in way:
        for condition in re.findall(r"\b(?:if|while)\s*\(([^{;]*)", bodies.text(function)):
            for word in re.findall(r"\w+", condition):
                if word in names:
                    return str(word)
    return ""
