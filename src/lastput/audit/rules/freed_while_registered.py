"""A teardown frees what the functions of a registration use, and unregisters it only later.

What it finds
    A teardown that frees, puts or destroys something that a member points to, while a device, a table of
    operations or a file through which the core comes to users of the same member is unregistered only
    after that: by a later call, or by devm, which does so after remove has returned.

Why it breaks
    Until it is unregistered anybody may open it, send to it, or read it: the core calls functions of the
    driver, and these use what is gone.

Example
    static void foo_remove(struct platform_device *pdev)
    {
            v4l2_m2m_release(foo->m2m_dev);
            video_unregister_device(foo->vfd);      /* foo_open() uses foo->m2m_dev until here */
    }

Instead
    Unregister first, in the opposite order of probe. Leave to devm either both or neither.

How lastput knows
    The calls of the teardown are laid out in the order of the source, with those of the functions of the
    module that it calls. Which call unregisters what, and through which tables the core comes to functions of
    the module, is inferred from types. What is freed and what a function uses are compared by type and member
    path; a function counts with those of the module that it calls, two calls deep.

Known limits
    A function that only asks whether the member is there is not a user. Flags by which users are turned away
    are not understood: a call that by its name stops them makes it of low confidence.

History
    Fixed between Linux 6.12 and 7.3 in rga_remove(), ptp_ocp_detach() and ioc3eth_remove().
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

import msgspec

from lastput.audit.armers import Source, Sources
from lastput.audit.claims import site
from lastput.audit.gone import Gone, gone_in
from lastput.audit.inside import Inside, Insides
from lastput.audit.memo import Memo
from lastput.audit.sequence import Event, laid_out
from lastput.audit.teardown import Teardown, teardowns
from lastput.audit.units import Unit, units
from lastput.c.flow.graph import Kind, Node
from lastput.c.flow.paths import reached
from lastput.effects.life.begun import Life
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Link

CODE = "REF019"
NAME = "freed-while-registered"

_DEEP = 2
_QUIETS = re.compile(r"netif_device_detach|dev_close|quiesce|_stop$|_down$|_suspend$|hangup")
_ACCESS = r"(?<![\w.>])(?:&?\b\w+(?:(?:->|\.)\w+|\[[^\]]*\])*(?:->|\.))"
_TESTED = re.compile(r"(?:^|&&|\|\||[!(?])\s*$")
_TEST = re.compile(r"\s*(?:$|\)|&&|\|\||[=!]=|\?)")


class _Use(msgspec.Struct, frozen=True):
    function: int
    line: int
    text: str


def run(facts: Facts) -> Iterator[Finding]:
    """One finding for each object that is freed so, and each table."""
    life = facts.once(Life)
    with Memo(facts, CODE, __file__) as memo:
        for unit in sorted(
            set(units(facts).values()),
            key=lambda one: facts.path(min(one.files, key=facts.path)),
        ):
            begun = {(one.call, one.ends) for file in unit.files for one in life.begun.get(file, ())}
            begun |= {(one, ()) for file in unit.files for one in life.managed.get(file, ())}
            if begun:
                place = (unit.token, sorted(begun), facts.declared)
                yield from memo.ask(place, partial(_of_unit, facts, unit))


def _of_unit(facts: Facts, unit: Unit) -> Iterator[Finding]:
    sources = [one for one in facts.once(Sources).all(unit) if one.kind not in ("irq", "item")]
    if not sources:
        return
    inside = facts.once(Insides).of(unit)
    told: set[tuple[int, str]] = set()
    for end in teardowns(facts, unit):
        if not end.last or (end.how == "module exit" and not unit.unloadable):
            continue
        events = laid_out(inside, end.function)
        ended = gone_in(facts, inside, events)
        for one in ended:
            for source in sources:
                over = _over(events, source, end)
                key = (one.call.function, source.kind)
                if (
                    end.function in source.last
                    or not over
                    or over[0] <= one.at
                    or key in told
                    or not _follows(facts, events, one.at, over[0])
                ):
                    continue
                use = _use(facts, inside, source, one)
                if use is not None:
                    told.add(key)
                    yield _finding(facts, inside, end, (events, over[0]), one, source, use)


def _over(events: list[Event], source: Source, end: Teardown) -> list[int]:
    """The events that unregister; what devm does comes after all of them."""
    found = [at for at, event in enumerate(events) if event.call.name in source.ends]
    return [len(events)] if source.managed and not found and end.how != "module exit" else found


def _follows(facts: Facts, events: list[Event], first: int, second: int) -> bool:
    """Whether a way leads from one event to another one of the same function; yes for others."""
    if second == len(events):
        return True
    one, two = events[first].call, events[second].call
    if one.function != two.function or events[first].through != events[second].through:
        return True
    graph = facts.once(Bodies).graph(one.function)
    if graph is None or not graph.clean:
        return False
    nodes = [
        {
            node.index
            for node in graph.nodes
            for call in node.calls
            if (call.name, call.line) == (it.name, it.line)
        }
        for it in (one, two)
    ]
    return not reached(graph, tuple(nodes[0])).isdisjoint(nodes[1])


def _use(facts: Facts, inside: Inside, source: Source, gone: Gone) -> _Use | None:
    """Where a function of the table, or one that it calls, looks into what was freed."""
    typing, bodies = facts.once(Typing), facts.once(Bodies)
    name = gone.key.path.rpartition(".")[2] or gone.key.variable
    start = _ACCESS if gone.key.path else r"(?<![\w.>])"
    access = re.compile(rf"{start}{re.escape(name)}\b")
    owner = bodies.text(gone.call.function)
    if re.search(rf"\b{re.escape(name)}\s*=\s*NULL\b", owner):
        return None
    for callback in (source.callback, *source.last):
        for function in inside.reach(callback, depth=_DEEP, limit=30):
            text = bodies.text(function)
            made = re.search(rf"(?:->|\.){name}\s*=(?!=)", text)  # by the function itself: another object
            graph = bodies.graph(function) if name in text and made is None else None
            if function == gone.call.function or graph is None:
                continue
            for node in graph.nodes:
                for found in access.finditer(node.text):
                    if _uses(node, found) and typing.key(function, found[0].lstrip("&")) == gone.key:
                        return _Use(function, node.line, found[0])
    return None


def _uses(node: Node, found: re.Match[str]) -> bool:
    """Whether a mention of the member looks into the object, or hands it on: no test, and no assignment."""
    before, after = node.text[: found.start()].rstrip(), node.text[found.end() :]
    if (
        found[0].startswith("&")
        or re.match(r"\s*=(?!=)", after)
        or re.search(r"\bsizeof\s*\(\s*\*?$", before)
    ):
        return False
    if node.kind is Kind.CONDITION:
        return not (_TESTED.search(before) and _TEST.match(after))
    return True


def _finding(
    facts: Facts,
    inside: Inside,
    end: Teardown,
    order: tuple[list[Event], int],
    gone: Gone,
    source: Source,
    use: _Use,
) -> Finding:
    events, over = order
    event, stop = events[gone.at], events[over].call if over < len(events) else None
    call = event.call
    owner, callback, user = (facts.function(one) for one in (call.function, source.callback, use.function))
    stopper = facts.function(stop.function if stop is not None else end.function)
    shut = f"{stop.name}()" if stop is not None else "devm"
    missing = f"{stop.name}({stop.arguments})" if stop is not None else ""
    where, used = inside.where(owner, call.line), inside.where(user, use.line)
    stopped = inside.where(stopper, stop.line if stop is not None else stopper.end_line)
    element = bool(event.through) and _frees_holder(facts, gone)
    quiet = next((one.call.name for one in events[: gone.at] if _QUIETS.search(one.call.name)), "")
    doubts = [f"{quiet}() does not keep {callback.name}() from being called"] if quiet else []
    doubts += [f"{callback.name}() can still come to the object that holds {gone.text}"] if element else []
    through = [
        Link(fact.name, inside.where(fact, one.line), "direct" if at else end.how)
        for at, one in enumerate(event.through)
        for fact in (facts.function(one.function),)
    ]
    thing = str(gone.key)
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if doubts else "medium",
        message=f"{call.name}() ends {gone.text}, which {callback.name}() uses, and {shut} comes later",
        where=where,
        kind=source.kind,
        site=call.name,
        object=gone.text,
        statement=f"{call.name}({call.arguments})",
        causes=(
            Cause(where, f"{call.name}() ends what {gone.text} points to"),
            Cause(
                inside.where(callback, callback.line),
                f"the core may call {callback.name}() (struct {source.kind}) until {shut} unregisters it",
            ),
            Cause(used, f"{user.name}() uses {use.text}, which is gone"),
            Cause(stopped, f"only {shut} ends that"),
        ),
        evidence=(
            Evidence("role", f"{callback.name}() is a function of a struct {source.kind} that is registered"),
            Evidence("path", f"{shut} comes after {call.name}()", searched=(where, stopped)),
        ),
        chain=(*through, Link(owner.name, where, "direct" if through else end.how)),
        remedy=f"call {stop.name}() before {call.name}()"
        if stop is not None
        else f"leave {gone.text} to devm, too, or register it without devm",
        depends_on=tuple(doubts),
        text=inside.unit.modules[:1],
        claim=Claim(
            "use-after-free",
            thing,
            (
                site("free", where, call.name, thing=thing, text=gone.text),
                site("use", used, thing=thing, text=use.text),
                site(
                    "callback", inside.where(callback, callback.line), text=callback.name, detail=source.kind
                ),
                site("unpublish", stopped, stop.name, text=stop.arguments)
                if stop is not None
                else site("teardown", stopped, detail="devm"),
            ),
            missing,
        ),
    )


def _frees_holder(facts: Facts, gone: Gone) -> bool:
    """Whether the function that ends a member frees the object around it as well: one of many, perhaps."""
    holder = re.split(r"->|\.", gone.text)[0]
    calls = facts.calls_in(gone.call.function)
    return any(one.name.endswith("free") and one.argument(0) == holder for one in calls)
