"""The finding about an item that nothing waits for, as WRK001 and WRK002 tell it."""

from __future__ import annotations

__all__ = ["told"]

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from lastput.audit.claims import item_key, site
from lastput.audit.deferred import Deferred, judged_in
from lastput.audit.inside import Inside, Insides, Step
from lastput.audit.memo import Memo
from lastput.audit.pointees import pointee, root
from lastput.audit.teardown import Teardown, teardowns
from lastput.audit.units import Unit
from lastput.audit.unwaited import Unwaited, doubts, struct_of, unwaited
from lastput.effects.key import Key
from lastput.effects.typing.keys import Typing
from lastput.facts.api import API, fill
from lastput.facts.base import CallFact, Facts
from lastput.facts.bodies import Bodies
from lastput.schema.claim import Claim
from lastput.schema.finding import Cause, Evidence, Finding, Link, Where

_FREES = {name: one.object for one in API.free for name in one.names}
_LAST = frozenset(name for one in API.reference for name in one.put)
_COUNTING = re.compile(r"(?:^|_)(?:get|put|hold|grab|ref|unref|release|inc|dec|drop)(?:_|$)|get$|put$")
_WORDS = {
    "work": "work",
    "delayed_work": "delayed work",
    "kthread_work": "kthread work",
    "timer": "timer",
    "hrtimer": "hrtimer",
    "tasklet": "tasklet",
    "irq_work": "irq work",
}
_CANCEL = {
    "work": "cancel_work_sync",
    "delayed_work": "cancel_delayed_work_sync",
    "kthread_work": "kthread_cancel_work_sync",
    "timer": "timer_delete_sync",
    "hrtimer": "hrtimer_cancel",
    "tasklet": "tasklet_kill",
    "irq_work": "irq_work_sync",
}


def told(facts: Facts, code: str, file: str, stopped: bool) -> Iterator[Finding]:
    """The findings of the rule ``code`` in ``file`` about the items that ``unwaited`` gives."""
    deferred = facts.once(Deferred)
    teller = _Teller(facts)
    with Memo(facts, code, file) as memo:
        for one in unwaited(facts, deferred, stopped):
            place = (judged_in(deferred, one.item, (one.callback,)), deferred.elsewhere(one.item))
            yield from memo.ask(place, partial(teller.findings, one, code))


def _as_call(row: tuple[Any, ...]) -> CallFact:
    return CallFact(*row)


class _Teller:
    """Makes findings."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.bodies = facts.once(Bodies)
        self.deferred = facts.once(Deferred)
        self._free: dict[Unit, list[tuple[CallFact, str]]] = {}

    def findings(self, one: Unwaited, code: str) -> Iterator[Finding]:
        """What happens if the callback runs after the teardown."""
        struct = struct_of(self.bodies, one.item)
        yield self._finding(one, struct, code)

    def _finding(self, one: Unwaited, struct: str, code: str) -> Finding:
        facts, item = self.facts, one.item
        kind = _WORDS[item.role]
        setup = self._at(item.function, item.file, item.line)
        arm = one.arms[0]
        callback = facts.function(one.callback)
        inside = facts.once(Insides).of(one.unit)
        end, steps, freed = self._teardown(one, struct, inside)
        why = (
            *doubts(self.deferred, self.bodies, one, struct, steps, freed is not None),
            *(self._counted(one, struct, inside, freed) if freed is not None else ()),
        )
        stop = one.stops[0] if one.stops else None
        module = one.unit.modules[0] if one.unit.modules else ""
        gone = f"struct {struct}" if struct else ("the object" if item.embedded else f"the text of {module}")
        causes = [
            Cause(setup, f"{item.object} will run {item.target}()"),
            Cause(self._at(arm.function, arm.file, arm.line), f"{arm.name}() arms it"),
        ]
        if stop is not None:
            causes.append(
                Cause(
                    self._at(stop.function, stop.file, stop.line),
                    f"{stop.name}() does not wait for a {item.target}() that runs",
                )
            )
        where = causes[-1].where
        chain: tuple[Link, ...] = ()
        if end is not None:
            fact = facts.function(end.function)
            where = inside.where(fact, fact.line)
            if freed is not None:
                owner = facts.function(freed.function)
                where = inside.where(owner, freed.line)
                chain = inside.chain(steps, freed.function, freed.line, end.how)
                causes.append(
                    Cause(
                        where,
                        f"{freed.name}({freed.arguments}) frees {gone}; no wait for the {kind} came before",
                    )
                )
            else:
                chain = (Link(fact.name, where, end.how),)
                causes.append(
                    Cause(where, f"{fact.name}() ends without waiting for the {kind}; {gone} goes after it")
                )
        causes.append(
            Cause(inside.where(callback, callback.line), f"{callback.name}() may still run, in what is gone")
        )
        how = "is only stopped without waiting" if stop is not None else "is never waited for"
        return Finding(
            code=code,
            verdict="bug",
            confidence="low" if why or end is None else "medium",
            message=f"{kind} {item.object} {how}: {callback.name}() may run after {gone} is gone",
            where=where,
            object=item.object,
            statement=f"{item.via}({item.object}, {item.target})",
            causes=tuple(causes),
            chain=chain,
            evidence=(
                Evidence("module", f"{module} can be a module, and can be unloaded"),
                Evidence("role", f"{callback.name}() is the callback of a {kind}", where=setup),
                Evidence(
                    "handshake",
                    f"no call in {module} waits for {item.object}, nor for its queue"
                    if one.end is None
                    else f"{facts.function(one.end.function).name}() comes to no wait for {item.object}",
                    searched=(where, setup),
                ),
            ),
            remedy=f"{_CANCEL[item.role]}({item.object}) once nothing can arm it again, before {gone} goes",
            depends_on=(*why, *(() if end is not None else ("no teardown function was found",))),
            text=(module,),
            claim=self._claim(one, setup, where if end is not None else None, freed),
        )

    def _claim(self, one: Unwaited, setup: Where, end: Where | None, freed: CallFact | None) -> Claim:
        """The same as data: armed, perhaps stopped, and the callback after the end."""
        item, arm = one.item, one.arms[0]
        callback = self.facts.function(one.callback)
        thing = item_key(self.facts, item)
        sites = [
            site("arm", self._at(arm.function, arm.file, arm.line), arm.name, thing=thing, text=arm.object)
        ]
        sites += [
            site(
                "stop",
                self._at(stop.function, stop.file, stop.line),
                stop.name,
                thing=thing,
                text=stop.object,
            )
            for stop in one.stops[:1]
        ]
        before = len(sites)
        if end is not None and freed is not None:
            sites.append(site("free", end, freed.name, text=freed.argument(0)))
        elif end is not None:
            sites.append(site("teardown", end))
        runs = Inside.where(callback, callback.line)
        sites.append(site("callback", runs, thing=thing, text=item.object, detail=item.role))
        error = "use-after-free" if item.embedded else "unmapped-text"
        return Claim(
            error, thing or item.object, tuple(sites), f"{_CANCEL[item.role]}({item.object})", before
        )

    def _at(self, function: int, file: int, line: int) -> Where:
        if function:
            return Inside.where(self.facts.function(function), line)
        return Where(self.facts.path(file), line)

    def _teardown(
        self, one: Unwaited, struct: str, inside: Inside
    ) -> tuple[Teardown | None, dict[int, Step], CallFact | None]:
        """The teardown that frees the object: of its type if that is known; else one of the same file,
        or any.
        """
        near = {one.item.file, *(arm.file for arm in one.arms)}
        ends = sorted(
            teardowns(self.facts, one.unit),
            key=lambda end: (
                not one.item.embedded and end.how != "module exit",
                not inside.calls(end.function),
                bool(struct) and not self._names(end.function, struct),
                not end.last,
                self.facts.function(end.function).file not in near,
            ),
        )
        ends = [end for end in ends if end.how != "exported" or self._names(end.function, struct)]
        if one.end is not None:
            ends = [one.end]
        if one.item.embedded:
            for end in ends[:12]:
                steps = inside.reach(end.function, depth=4, limit=120)
                for function in steps:
                    for call in inside.calls(function):
                        freed = fill(_FREES.get(call.name, ""), call.arguments)
                        if (
                            freed.isidentifier()
                            and struct
                            and pointee(self.bodies, function, freed) == struct
                        ):
                            return end, steps, call
            found = self._freed(one, struct, inside) if struct else None
            if found is not None:
                owner = Teardown(found.function, "frees it")
                return owner, {found.function: Step(found.function, 0, None, 0)}, found
        if not one.item.embedded:
            ends = [end for end in ends if end.last]
        first = ends[0] if ends else None
        return first, inside.reach(first.function, depth=4, limit=120) if first else {}, None

    def _counted(self, one: Unwaited, struct: str, inside: Inside, freed: CallFact) -> Iterator[str]:
        """Whether a count frees the object, and whoever arms or runs the item has one."""
        fact = self.facts.function(freed.function)
        counted = any(call.name in _LAST for call in inside.calls(freed.function)) or self.facts.sql(
            "SELECT 1 FROM callbacks WHERE role IN ('release', 'rcu') AND target = ? AND file = ? LIMIT 1"
            , fact.name, fact.file,
        )  # fmt: skip
        released = self.facts.sql(
            "SELECT 1 FROM stores WHERE value = ? AND field = 'release' UNION SELECT 1 FROM field_row"
            " WHERE value = ? AND field = 'release' LIMIT 1", fact.name, fact.name,
        )  # fmt: skip
        if not counted and not released:
            return
        near = {arm.function for arm in one.arms}
        near |= {caller for arm in one.arms for caller, _ in inside.callers(arm.function)[:6]}
        near |= set(inside.reach(one.callback, depth=3, limit=60))
        typing = self.facts.once(Typing)
        for function in sorted(near):
            for call in inside.calls(function):
                given = call.argument(0)
                if given and _COUNTING.search(call.name) and typing.record(function, given) == struct:
                    name = self.facts.function(function).name
                    yield f"the count that {name}() changes by {call.name}({given}) is not that of the item"
                    return

    def _names(self, function: int, struct: str) -> bool:
        """Whether a function declares something of that type."""
        if f"struct {struct} " in self.bodies.text(function):
            return True
        return any(f"struct {struct} " in one.type for one in self.facts.function(function).parameters)

    def _frees(self, unit: Unit) -> list[tuple[CallFact, str]]:
        """The calls of a unit that free what a variable points to."""
        known = self._free.get(unit)
        if known is None:
            files = ", ".join(map(str, sorted(unit.files)))
            marks = ", ".join("?" * len(_FREES))
            rows = self.facts.sql(
                "SELECT c.* FROM calls c JOIN functions f ON f.id = c.function WHERE f.file IN"
                f" ({files}) AND c.name IN ({marks}) AND c.receiver = '' ORDER BY c.function, c.seq",
                *_FREES,
            )
            pairs = [(call, fill(_FREES[call.name], call.arguments)) for call in map(_as_call, rows)]
            known = [(call, freed) for call, freed in pairs if freed.replace("->", "").isidentifier()]
            self._free[unit] = known
        return known

    def _freed(self, one: Unwaited, struct: str, inside: Inside) -> CallFact | None:
        """Where the unit frees an object of that type: not where it is made, nor by the callback."""
        near = inside.reach(one.callback, depth=3, limit=60)
        typing = self.facts.once(Typing)
        kept = re.compile(rf"([\w>.-]+->\w+)\s*=\s*{re.escape(root(one.item.object))}\s*;")
        text = self.bodies.text(one.item.function) if one.item.function else ""
        homes = {typing.key(one.item.function, home) for home in kept.findall(text)} - {Key()}
        for call, freed in self._frees(one.unit):
            if call.function in (one.item.function, *near):
                continue
            if "->" in freed and typing.key(call.function, freed) in homes:
                return call
            if not self._names(call.function, struct):
                continue
            if re.search(rf"\b{re.escape(freed)}\s*=[^;=]*alloc", self.bodies.text(call.function)):
                continue  # made, and not armed yet
            if typing.record(call.function, freed) == struct and typing.key(call.function, freed).path == "":
                return call
        return None
