"""Items that are armed and that nothing in their unit ever waits for."""

from __future__ import annotations

__all__ = ["Unwaited", "counted", "doubts", "struct_of", "unwaited"]

import re
from collections.abc import Collection, Iterator

import msgspec

from lastput.audit.deferred import Deferred, Item, Touch, keys
from lastput.audit.inside import Inside, Insides
from lastput.audit.pointees import pointee, root
from lastput.audit.teardown import Teardown, teardowns
from lastput.audit.units import Unit
from lastput.c.raw.heads import split_arguments
from lastput.facts.api import API, fill
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.facts.roles import roles

_TOLD = re.compile(r"^(complete|complete_all|complete_and_exit|wake_up\w*|swake_up\w*)$")
_WAITS_FOR = re.compile(r"^(?:wait_for_completion\w*|wait_event\w*|swait_event\w*|prepare_to_wait\w*)$")
_PUTS = re.compile(r"(?:^|_)(?:put|unref|free|release)(?:_|$)|free$")
_TAKES = re.compile(r"(?:^|_)(?:get|hold|grab|ref|inc|pin)(?:_|$)|get$")
#: Words of a get or a put that do not say of what.
_COUNTS = frozenset(
    ("get", "put", "hold", "grab", "ref", "unref", "inc", "dec", "pin", "unpin", "release", "drop", "try")
)
#: What a function of a table is called that tells somebody that it is done.
_DONE = re.compile(r"done|complet|callback|(?:^|_)cb$|notify|func$")
_GIVES_UP = re.compile(
    r"(^|_)(put|free|release|unref|destroy|drop|kill|remove|delete|del|done|end|finish)(_|$)|free$"
)
_CONTAINER = re.compile(
    r"(\w+)\s*=\s*(?:\w+\s*\(\s*)?(?:container_of\w*|from_timer|timer_container_of|from_tasklet|from_work)\s*\("
)
#: Calls that look at an item, and change nothing.
_LOOKS = frozenset(
    (
        "timer_pending",
        "work_pending",
        "delayed_work_pending",
        "work_busy",
        "hrtimer_active",
        "container_of",
        "hrtimer_is_queued",
        "hrtimer_callback_running",
        "current_work",
        "from_timer",
        "to_delayed_work",
        "hrtimer_init",
        "hrtimer_setup",
        "lockdep_init_map",
        "memset",
        "hrtimer_get_remaining",
        "hrtimer_get_expires",
        "hrtimer_set_expires",
        "hrtimer_forward",
        "hrtimer_cb_get_time",
        "hrtimer_expires_remaining",
        "READ_ONCE",
        "WRITE_ONCE",
        "pr_debug",
    )
)
_KNOWN = (
    _LOOKS
    | {name for one in API.arm for name in one.names}
    | {name for one in API.wait for name in one.names}
    | {name for one in API.callback for name in one.names}
)
_STOPS_THREAD = frozenset(name for one in API.wait if one.role == "kthread" for name in one.names)
_FREES = {name: one.object for one in API.free for name in one.names}
_MANY = 60
#: Fields of tables that the core may call when it takes back what was registered.
_AT_END = re.compile(
    r"(?:^|_)(?:stop|close|shutdown|release|free|disable|remove|unbind|detach|disconnect|exit|destroy|uninit|unprobe"
    r"|unregister|cleanup|del|unset|off|kill)(?:_|$)"
)


class Unwaited(msgspec.Struct, frozen=True):
    """An item, where it is armed, where it is stopped without waiting, and its callback. ``end`` is the
    teardown that only stops it, where others wait."""

    item: Item
    unit: Unit
    arms: tuple[Touch, ...]
    stops: tuple[Touch, ...]
    callback: int
    end: Teardown | None = None


def unwaited(facts: Facts, deferred: Deferred, stopped: bool) -> Iterator[Unwaited]:
    """Those that something stops without waiting (``stopped``), or those that nothing stops either.

    In the order of the tree; an item that is set up in several places comes once, from the first.
    """
    seen: set[tuple[Unit, frozenset[str], str]] = set()
    for item in deferred.items:
        unit = deferred.unit(item.file)
        if not unit.unloadable or not keys(item.object):
            continue
        touches = deferred.of(item)
        arms = tuple(one for one in touches if one.kind == "arm")
        stops = tuple(one for one in touches if one.kind == "stop")
        if bool(stops) != stopped or not arms:
            continue
        syncs = tuple(one for one in touches if one.kind == "sync")
        waited = bool(syncs) or _queue_waited(deferred, item, arms)
        found = _only_stops(deferred, item, unit, stops, syncs) if waited else None
        if waited and found is None:
            continue
        end, stops = found if found is not None else (None, stops)
        key = (unit, keys(item.object), item.target)
        callbacks = resolve(facts, item.target, item.file)
        if key in seen or len(callbacks) != 1 or _thread_stopped(facts, item, unit):
            continue
        seen.add(key)
        yield Unwaited(item, unit, arms, stops, callbacks[0], end)


def _only_stops(
    deferred: Deferred, item: Item, unit: Unit, stops: tuple[Touch, ...], syncs: tuple[Touch, ...]
) -> tuple[Teardown, tuple[Touch, ...]] | None:
    """The teardown of a device that stops an item, and comes to no wait for it: not by what it calls,
    nor by a function of a table that the core calls when the device goes. With the calls that stop it."""
    if not item.embedded or not stops:
        return None
    facts = deferred.facts
    inside = facts.once(Insides).of(unit)
    queues = {name for one in deferred.of(item) if one.kind == "arm" for name in keys(one.queue)}
    known = deferred.touches(item.file)
    drains = [
        one
        for name in sorted(queues)
        for one in known.get(name, ())
        if one.family == "queue" and one.kind == "sync"
    ]
    for end in teardowns(facts, unit):
        if not end.table or end.how == "module exit":
            continue
        run = inside.reach(end.function, depth=6, limit=1000, release=True)
        here = tuple(one for one in stops if one.function in run)
        if any(one.function in run for one in drains):
            continue
        if here and not any(one.function in run or _core_runs(facts, inside, one.function) for one in syncs):
            return end, here
    return None


def _core_runs(facts: Facts, inside: Inside, function: int) -> bool:
    """Whether a function, or one that calls it, is one that the core calls while a device goes."""
    pending, seen = [function], {function}
    while pending and len(seen) < _MANY:
        one = pending.pop()
        for role in roles(facts, one):
            if role.role != "ops" or _AT_END.search(role.via.rpartition(".")[2]):
                return True
        for caller, _ in inside.callers(one):
            if caller not in seen:
                seen.add(caller)
                pending.append(caller)
    return len(seen) >= _MANY


def struct_of(bodies: Bodies, item: Item) -> str:
    """The tag of the object around an item; "" for a variable, or where it is not known."""
    return pointee(bodies, item.function, root(item.object)) if item.function and item.embedded else ""


def doubts(
    deferred: Deferred, bodies: Bodies, one: Unwaited, struct: str, ends: Collection[int], freed: bool
) -> tuple[str, ...]:
    """What may still be a wait in other words. ``ends`` are the functions that run in the teardown; ``freed``
    says that the module itself is seen to free the object."""
    inside = deferred.facts.once(Insides).of(one.unit)
    return (
        *_waited_elsewhere(deferred, bodies, one.item, struct),
        *_doubts(inside, one, bodies, struct, ends, freed, _somewhere(deferred, bodies, one.item)),
    )


def _somewhere(deferred: Deferred, bodies: Bodies, item: Item) -> bool:
    """Whether another module waits for a member of that name, of a struct that is not known."""
    return any(not pointee(bodies, one.function, root(one.object)) for one in deferred.elsewhere(item))


def _waited_elsewhere(deferred: Deferred, bodies: Bodies, item: Item, struct: str) -> tuple[str, ...]:
    """Another module that waits for the same member of the same struct, as a core does for its drivers."""
    if not struct:
        return ()
    found = next(
        (
            one
            for one in deferred.elsewhere(item)
            if pointee(bodies, one.function, root(one.object)) == struct
        ),
        None,
    )
    if found is None:
        return ()
    place = f"{deferred.facts.path(found.file)}:{found.line}"
    return (f"{found.name}({found.object}) of {place} is not for this object",)


def _queue_waited(deferred: Deferred, item: Item, arms: tuple[Touch, ...]) -> bool:
    """Whether the unit waits for a queue on which the item is armed."""
    if item.family != "work":
        return False
    for arm in arms:
        for name in keys(arm.queue) if arm.queue else ("system_wq",):
            if any(
                one.family == "queue" and one.kind == "sync"
                for one in deferred.touches(item.file).get(name, ())
            ):
                return True
    return False


def _thread_stopped(facts: Facts, item: Item, unit: Unit) -> bool:
    """A kthread worker does what it has, then ends, when its thread is stopped."""
    if item.role != "kthread_work":
        return False
    return any(
        call.name in _STOPS_THREAD
        for file in unit.files
        for (function,) in facts.sql("SELECT id FROM functions WHERE file = ?", file)
        for call in facts.calls_in(function)
    )


def _doubts(
    inside: Inside,
    one: Unwaited,
    bodies: Bodies,
    struct: str,
    ends: Collection[int],
    freed: bool,
    shared: bool,
) -> tuple[str, ...]:
    facts, item, arms = inside.facts, one.item, one.arms
    found = (
        _handed_on(facts, inside.unit, item)
        or _callback_ends(inside, one, bodies, ends)
        or counted(bodies, arms)
    )
    if item.embedded and item.family != "timer" and all(arm.function == item.function for arm in arms):
        made = rf"\b{re.escape(root(item.object))}\s*=[^;]*alloc"
        if re.search(made, bodies.text(item.function)):
            found.append("the object is made for one run of the item")
    if struct and not freed and shared:
        homes = {
            facts.path(file)
            for (file,) in facts.sql("SELECT DISTINCT file FROM records WHERE record = ?", struct)
            if file in inside.unit.files or not facts.path(file).endswith(".c")
        }
        if homes and all(home.startswith("include/") or "/include/asm/" in home for home in homes):
            found.append(f"struct {struct} is of {min(homes)}: whoever made it may wait for the item")
    return tuple(found)


def counted(bodies: Bodies, arms: tuple[Touch, ...]) -> list[str]:
    """Arming calls that have taken a reference before, and put it where the item was armed already."""
    return [
        f"the reference that {bodies.facts.function(arm.function).name}() takes for it holds something else"
        for arm in arms
        if re.search(
            rf"if\s*\(\s*!\s*{arm.name}\s*\([^;{{}}]*\)\s*\{{?[^;{{}}]*\b\w*_(?:put|release|unref|drop)\w*\s*\(",
            bodies.text(arm.function),
        )
    ][:1]


def _frees(inside: Inside, function: int) -> bool:
    """Whether a function of the unit comes to a call that frees or puts something."""
    return any(
        call.receiver or call.name in _FREES or _PUTS.search(call.name)
        for one in inside.reach(function, depth=2, limit=40)
        for call in inside.calls(one)
    )


def _held(inside: Inside, arms: tuple[Touch, ...], put: str) -> bool:
    """Whether a function that arms, or one that calls it, has a call that may be the get of ``put``."""
    words = frozenset(put.split("_")) - _COUNTS
    near = {one.function for one in arms}
    near |= {caller for one in arms for caller, _ in inside.callers(one.function)[:6]}
    names = [call.name for one in near for call in inside.calls(one)]
    return any(_TAKES.search(name) and words == frozenset(name.split("_")) - _COUNTS for name in names)


def _handed_on(facts: Facts, unit: Unit, item: Item) -> list[str]:
    """Functions of which nothing is known that get the item's address: they may wait for it."""
    names = keys(item.object)
    likes = " OR ".join("instr(c.arguments, ?)" for _ in names)
    files = ", ".join(map(str, sorted(unit.files)))
    rows = facts.sql(
        f"SELECT DISTINCT c.name, c.arguments FROM functions f JOIN calls c ON c.function = f.id"
        f" WHERE f.file IN ({files}) AND instr(c.arguments, '&') AND ({likes}) ORDER BY c.name",
        *sorted(names),
    )
    return [
        f"{name}() gets its address"
        for name, arguments in rows
        if name not in _KNOWN
        and any(given.startswith("&") and keys(given) & names for given in split_arguments(arguments))
    ][:2]


def _callback_ends(inside: Inside, one: Unwaited, bodies: Bodies, ends: Collection[int]) -> list[str]:
    """What the callback does that another one may wait for, or that says that it holds its object itself."""
    facts, callback = inside.facts, one.callback
    reached = inside.reach(callback, depth=3, limit=60)
    waited = {
        name
        for function in ends
        for call in inside.calls(function)
        if _WAITS_FOR.match(call.name)
        for name in keys(call.argument(0))
    }
    for function in reached:
        for call in inside.calls(function):
            if _TOLD.match(call.name) and (not ends or keys(call.argument(0)) & waited):
                return [
                    f"{facts.function(function).name}() calls {call.name}(): a teardown may wait for that"
                ]
            if function == callback and call.receiver and _DONE.search(call.name):
                return [f"{facts.function(function).name}() calls {call.receiver}{call.name}(): who is told?"]
    containers = set(_CONTAINER.findall(bodies.text(callback)))
    containers |= {one.name for one in facts.function(callback).parameters}
    for call in inside.calls(callback):
        first = call.argument(0)
        if call.receiver and root(call.receiver) in containers and first in containers:
            return [
                f"{facts.function(callback).name}() calls {call.receiver}{call.name}(), which may free it"
            ]
        if call.name.startswith("pm_runtime_"):
            continue
        callee = inside.resolve(call.name, facts.function(callback).file)
        if callee and not _frees(inside, callee):
            continue
        own = first in containers or _held(inside, one.arms, call.name)
        if own and _GIVES_UP.search(call.name) and root(first) in containers and first.count("->") <= 1:
            return [
                f"{facts.function(callback).name}() calls {call.name}({first}): it may hold its object itself"
            ]
        if call.name in _FREES and fill(_FREES[call.name], call.arguments) in containers:
            return ["the callback frees its object"]
    return []
