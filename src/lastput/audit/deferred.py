"""What runs later: work items, timers, tasklets; where each is set up, armed, waited for, or handed on.

An item is known in its unit by the last name of its expression: ``&priv->reset_work`` and ``&p->reset_work``
are one. That takes two items for one where structs share a name, so an item that nothing waits for is
surely so.
"""

from __future__ import annotations

__all__ = ["Deferred", "Item", "Touch", "judged_in", "keys", "same_path", "wait_names"]

import re
from collections import defaultdict
from collections.abc import Iterable

import msgspec

from lastput.audit.units import Unit, units
from lastput.facts.api import API, fill
from lastput.facts.base import Facts
from lastput.facts.bodies import Bodies

#: Roles whose items the same calls may wait for.
FAMILY = {
    "work": "work",
    "delayed_work": "work",
    "kthread_work": "work",
    "timer": "timer",
    "hrtimer": "hrtimer",
    "tasklet": "tasklet",
    "irq_work": "irq_work",
}

_STEP = re.compile(r"(->|\.)\s*(\w+)\s*(?:\[[^\]]*\]\s*)*\)*\s*$")
_FUNCTION_FIELD = re.compile(r"(?:->|\.)\s*function$")


class Item(msgspec.Struct, frozen=True):
    """A callback that is set up at ``line`` of ``function`` (0 at file scope): ``object`` as written
    there.
    """

    role: str
    object: str
    target: str
    file: int
    function: int
    line: int
    via: str

    @property
    def family(self) -> str:
        return FAMILY[self.role]

    @property
    def embedded(self) -> bool:
        """Whether it lies in an object that is reached by a pointer."""
        return "->" in self.object


class Touch(msgspec.Struct, frozen=True):
    """A call on an item. ``kind``: ``arm``, ``sync`` (waits for it to end), ``stop`` (takes it off without
    waiting) or ``other`` (its address goes to a call of which nothing is known).

    ``final``: nobody can arm it afterwards. ``queue`` is where it is armed.
    """

    kind: str
    family: str
    object: str
    function: int
    file: int
    seq: int
    line: int
    name: str
    final: bool = False
    queue: str = ""


def keys(text: str) -> frozenset[str]:
    """The names by which an expression is known. ``&p->poll.work`` is ``poll`` too: a delayed work's
    inner work.
    """
    found = _STEP.search(text)
    if found is None:
        name = text.strip("&*() ").partition("[")[0].strip()
        return frozenset({name} if name.isidentifier() else ())
    names = {found[2]}
    if found[2] in ("work", "timer"):
        before = _STEP.search(text[: found.start()])
        if before is not None and found[1] == ".":
            names.add(before[2])
    return frozenset(names)


def same_path(one: str, two: str) -> bool:
    """Whether two expressions lead by the same members from their last pointer: ``&p->ir.work`` is not
    ``&q->work``.
    """
    return bool(_tails(one) & _tails(two))


def _tails(text: str) -> frozenset[str]:
    plain = re.sub(r"\s+|\[[^\]]*\]|[&*()]", "", text)
    tail = plain.rpartition("->")[2]
    return frozenset((tail, tail.removesuffix(".work")))


class Deferred:
    """The items of a tree and what is done with them, by unit."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.units = units(facts)
        self.items = sorted(_items(facts), key=lambda one: (facts.path(one.file), one.line))
        self.by_file: dict[int, list[Item]] = {}
        for item in self.items:
            self.by_file.setdefault(item.file, []).append(item)
        self._touches: dict[Unit, dict[str, list[Touch]]] = {}
        self._waits: dict[str, list[Touch]] = defaultdict(list)
        touched: dict[int, list[Touch]] = defaultdict(list)
        for touch in _touches(facts):
            touched[touch.file].append(touch)
        self._touched = touched

    def unit(self, file: int) -> Unit:
        """What the file is linked into; itself alone if no Makefile says."""
        return self.units.get(file) or Unit(frozenset((file,)), (), False, False)

    def touches(self, file: int) -> dict[str, list[Touch]]:
        """Everything done in the unit of ``file``, by each name of the item, in the order of the source."""
        unit = self.unit(file)
        found = self._touches.get(unit)
        if found is None:
            found = defaultdict(list)
            for one in self.facts.in_order(unit.files):
                for touch in self._touched.get(one, ()):
                    for key in keys(touch.object):
                        found[key].append(touch)
            self._touches[unit] = found
        return found

    def elsewhere(self, item: Item) -> list[Touch]:
        """Waits for an item of that name in files of other units."""
        if not self._waits:
            for file in self.facts.in_order(self._touched):
                for touch in self._touched[file]:
                    if touch.kind == "sync":
                        for key in keys(touch.object):
                            self._waits[key].append(touch)
        unit = self.unit(item.file)
        return [
            one
            for key in sorted(keys(item.object))
            for one in self._waits.get(key, ())
            if one.family == item.family and one.file not in unit.files and same_path(one.object, item.object)
        ]

    def of(self, item: Item) -> list[Touch]:
        """What is done with an item in its unit."""
        known = self.touches(item.file)
        return [
            one
            for key in sorted(keys(item.object))
            for one in known.get(key, ())
            if one.family in (item.family, "")
        ]


def judged_in(deferred: Deferred, item: Item, callbacks: tuple[int, ...]) -> object:
    """A place for a ``Memo``: all that a judgement depends on that looks no further than the item's unit."""
    touches = deferred.of(item)
    known = deferred.touches(item.file)
    queues = sorted({name for one in touches if one.kind == "arm" for name in keys(one.queue)})
    return (
        item, callbacks, touches, [known.get(name, []) for name in queues],
        deferred.unit(item.file).token, deferred.facts.declared,
    )  # fmt: skip


def _items(facts: Facts) -> list[Item]:
    marks = ", ".join("?" * len(FAMILY))
    rows = facts.sql(
        f"SELECT role, object, target, file, function, line, via FROM callbacks WHERE role IN ({marks})"
        " ORDER BY file, line",
        *FAMILY,
    )
    found = [
        _pointed(facts, Item(*row)) for row in rows if "ONSTACK" not in row[6] and "on_stack" not in row[6]
    ]
    stores = facts.sql(
        "SELECT s.target, s.value, f.file, f.id, s.line FROM stores s JOIN functions f ON f.id = s.function"
        " WHERE s.field = 'function' AND EXISTS (SELECT 1 FROM calls c WHERE c.function = f.id AND"
        " c.name LIKE 'hrtimer_init%') ORDER BY s.id"
    )
    for target, value, file, function, line in stores:
        thing = _FUNCTION_FIELD.sub("", target)
        found.append(Item("hrtimer", f"&{thing}", value.lstrip("& "), file, function, line, "hrtimer_init"))
    return found


def _pointed(facts: Facts, item: Item) -> Item:
    """The item by the name of what a local pointer to it was set to: ``work = &foo->work;``."""
    if not item.function or not item.object.isidentifier():
        return item
    if any(one.name == item.object for one in facts.function(item.function).parameters):
        return item
    text = facts.once(Bodies).text(item.function)
    found = re.search(rf"\b{item.object}\s*=\s*(&[^;,]*->[^;,]+?)\s*[;,]", text)
    return msgspec.structs.replace(item, object=" ".join(found[1].split())) if found is not None else item


def _touches(facts: Facts) -> Iterable[Touch]:
    known = _direct()
    wrapped = _forwarders(facts, known)
    for one in (*_calls(facts, known), *_calls(facts, wrapped)):
        name, arguments, function, file, seq, line = one
        for kind, family, template, final, queue in (known.get(name) or ()) or wrapped[name]:
            thing = fill(template, arguments)
            if thing:
                yield Touch(
                    kind, family, thing, function, file, seq, line, name, final, fill(queue, arguments)
                )


_Meaning = tuple[str, str, str, bool, str]


def _direct() -> dict[str, list[_Meaning]]:
    found: dict[str, list[_Meaning]] = defaultdict(list)
    for arm in API.arm:
        for name in arm.names:
            found[name].append(("arm", FAMILY.get(arm.role, arm.role), arm.object, False, arm.queue))
    for wait in API.wait:
        if wait.role in FAMILY or wait.role == "queue":
            for name in wait.names:
                found[name].append(
                    (
                        "sync" if wait.sync else "stop",
                        FAMILY.get(wait.role, wait.role),
                        wait.object,
                        wait.rearm,
                        "",
                    )
                )
    return found


def wait_names(kind: str = "sync") -> frozenset[str]:
    """Calls of the table that wait (``sync``), or stop without waiting (``stop``)."""
    return frozenset(name for name, meanings in _direct().items() if meanings[0][0] == kind)


_Row = tuple[str, str, int, int, int, int]


def _calls(facts: Facts, names: Iterable[str]) -> list[_Row]:
    wanted = sorted(names)
    found: list[_Row] = []
    for start in range(0, len(wanted), 400):
        part = wanted[start : start + 400]
        marks = ", ".join("?" * len(part))
        found += facts.sql(
            "SELECT n.name, c.arguments, c.function, f.file, c.seq, c.line FROM names n"
            " CROSS JOIN call_row c ON c.name = n.id JOIN functions f ON f.id = c.function"
            f" WHERE n.name IN ({marks}) AND c.receiver = '' ORDER BY c.function, c.seq",
            *part,
        )
    return found


def _forwarders(facts: Facts, known: dict[str, list[_Meaning]]) -> dict[str, list[_Meaning]]:
    """Functions that do it to what their parameter is: ``void stop(struct timer_list *t) {
    del_timer_sync(t); }``.
    """
    found: dict[str, list[_Meaning]] = {}
    for name, arguments, function, _, _, _ in _calls(facts, known):
        for kind, family, template, final, _ in known[name]:
            thing = fill(template, arguments).strip()
            if not thing.isidentifier():
                continue
            fact = facts.function(function)
            position = next((at for at, one in enumerate(fact.parameters) if one.name == thing), -1)
            if position < 0 or fact.name in known:
                continue
            meaning = (kind, family, f"{{{position}}}", final, "")
            rows = found.setdefault(fact.name, [])
            if meaning not in rows:
                rows.append(meaning)
    return found
