"""A teardown ends what an interrupt, a timer or a work item still uses, and stops that only later.

What it finds
    A teardown that puts, frees or destroys something that a member points to, while a handler or
    an item whose callback uses the same member is stopped only after that: by a later call, or by devm, which
    frees an interrupt after remove has returned.

Why it breaks
    Until it is stopped the callback can run, and it uses what is gone.

Example
    static void foo_remove(struct platform_device *pdev)
    {
            gpiod_put(foo.out);
            timer_delete_sync(&foo.timer);          /* foo_tick() sets foo.out, and arms itself */
    }

Instead
    Go the other way round: stop who uses it first, then end it; free an interrupt by hand, or let devm end
    what its handler uses as well.

How lastput knows
    The calls of the teardown are laid out in the order of the source, with those of the functions of the
    module that it calls. What is ended and what the callback uses are compared by type and member path. A
    callback counts with the functions of the module that it calls, two calls deep.

Known limits
    Hardware that raises no interrupt any more, and flags, are not understood: a call with such a name before
    makes it of low confidence.

History
    Fixed between Linux 6.12 and 7.3 in tegra_hte_test_remove() and meson_dw_hdmi_unbind().
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lastput.audit.armers import Source, Sources, same_object
from lastput.audit.deferred import Deferred, judged_in
from lastput.audit.gone import Gone, gone_in
from lastput.audit.inside import Inside, Insides
from lastput.audit.memo import Memo
from lastput.audit.sequence import Event, laid_out
from lastput.audit.teardown import Teardown, teardowns
from lastput.audit.units import Unit
from lastput.effects.typing.keys import Typing
from lastput.facts.base import Facts, member
from lastput.facts.bodies import Bodies
from lastput.facts.resolve import resolve
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Cause, Evidence, Finding, Link

CODE = "WRK008"
NAME = "ended-while-used"

_QUIETS = re.compile(
    r"(?:irq|intr|interrupt)\w*(?:disable|mask|off|stop|clear)"
    r"|(?:disable|mask|off|stop|clear)\w*(?:irq|intr|interrupt)"
    r"|_reset_hw|hw_reset|_halt|_shutdown|quiesce|_stop$|_down$|_disable$|_suspend$"
)


def run(facts: Facts) -> Iterator[Finding]:
    deferred = facts.once(Deferred)
    units = {unit for unit in deferred.units.values() if unit.unloadable}
    with Memo(facts, CODE, __file__) as memo:
        for unit in sorted(units, key=lambda one: facts.path(min(one.files, key=facts.path))):
            items = [one for file in facts.in_order(unit.files) for one in deferred.by_file.get(file, ())]
            place = [judged_in(deferred, one, resolve(facts, one.target, one.file)) for one in items]
            place.append((unit.token, facts.declared))
            yield from memo.ask(place, partial(_of_unit, facts, unit))


def _of_unit(facts: Facts, unit: Unit) -> Iterator[Finding]:
    sources = [one for one in facts.once(Sources).all(unit) if one.kind in ("irq", "item")]
    if not sources:
        return
    inside = facts.once(Insides).of(unit)
    told: set[tuple[str, int]] = set()
    for end in teardowns(facts, unit):
        if end.how == "module exit":
            continue
        events = laid_out(inside, end.function)
        ended = [one for one in gone_in(facts, inside, events) if one.key.path]
        for source in sources if ended else ():
            over = [
                at
                for at, event in enumerate(events)
                if event.call.name in source.ends and same_object(source, event.call.arguments)
            ]
            if source.managed and not over and (end.last or "component" in end.table):
                over = [len(events)]
            for one in ended:
                if not over or over[0] <= one.at or (str(one.key), source.callback) in told:
                    continue
                use = _use(facts, inside, source, one)
                if use is not None:
                    told.add((str(one.key), source.callback))
                    yield _finding(facts, inside, end, events, one, source, over[0], use)


def _use(facts: Facts, inside: Inside, source: Source, ended: Gone) -> tuple[int, int, str] | None:
    """Function, line and expression of a call of the callback that is given what was ended."""
    typing, bodies = facts.once(Typing), facts.once(Bodies)
    word = re.compile(rf"(?:->|\.){re.escape(member(ended.text))}\b")
    made = re.compile(rf"(?:->|\.){re.escape(member(ended.text))}\s*=(?!=)")
    for function in inside.reach(source.callback, depth=2, limit=30):
        text = bodies.text(function)
        if function == ended.call.function or not word.search(text) or made.search(text):
            continue  # what it makes or ends itself is another object
        for call in inside.calls(function):
            for position in range(4):
                given = call.argument(position)
                if word.search(given) and typing.key(function, given) == ended.key:
                    return function, call.line, given
    return None


def _finding(
    facts: Facts,
    inside: Inside,
    end: Teardown,
    events: list[Event],
    ended: Gone,
    source: Source,
    over: int,
    use: tuple[int, int, str],
) -> Finding:
    event = events[ended.at]
    call = event.call
    owner, callback, user = (facts.function(one) for one in (call.function, source.callback, use[0]))
    where = inside.where(owner, call.line)
    stop = events[over].call if over < len(events) else None
    shut = f"{stop.name}()" if stop is not None else "devm"
    stopper = facts.function(stop.function if stop is not None else end.function)
    stopped = inside.where(stopper, stop.line if stop is not None else stopper.end_line)
    used = inside.where(user, use[1])
    runs = inside.where(callback, callback.line)
    thing = ended.text
    last = stop.name if stop is not None else ""
    quiet = next((one.call.name for one in events[: ended.at] if _QUIETS.search(one.call.name)), "")
    kind = "interrupt" if source.kind == "irq" else source.object
    through = [
        Link(fact.name, inside.where(fact, one.line), "direct" if at else end.how)
        for at, one in enumerate(event.through)
        for fact in (facts.function(one.function),)
    ]
    chain = (*through, Link(owner.name, where, "direct" if through else end.how))
    return Finding(
        code=CODE,
        verdict="bug",
        confidence="low" if quiet else "medium",
        message=f"{call.name}({thing}) ends what {callback.name}() uses, which only {shut} stops later",
        where=where,
        site=call.name,
        object=thing,
        statement=f"{call.name}({call.arguments})",
        causes=(
            Cause(where, f"{call.name}() ends {ended.key}"),
            Cause(stopped, f"only {shut} stops {callback.name}() ({kind}), after that"),
            Cause(used, f"{callback.name}() may run in between: {use[2]} is used in {user.name}()"),
        ),
        chain=chain,
        evidence=(
            Evidence("role", f"{callback.name}() runs until {shut}", where=runs),
            Evidence("path", f"{use[2]} is {ended.key}, too", where=used),
        ),
        remedy=f"stop {callback.name}() before {call.name}()",
        depends_on=(f"{quiet}() does not keep {callback.name}() from running",) if quiet else (),
        claim=Claim(
            "use-after-free",
            str(ended.key),
            (
                Site("free", where.path, where.line, owner.name, str(ended.key), thing, call.name),
                Site("use", used.path, used.line, user.name, str(ended.key), use[2]),
                Site("callback", callback.path, callback.line, callback.name),
                Site(
                    "wait",
                    stopped.path,
                    stopped.line,
                    stopper.name,
                    call=last,
                ),
            ),
            last or "free_irq",
        ),
    )
