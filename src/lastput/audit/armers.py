"""What may arm an item from outside: interrupts, the network stack, other timers; and what shuts it off."""

from __future__ import annotations

__all__ = ["Source", "Sources", "same_object"]

import re
from collections import deque
from collections.abc import Iterator

import msgspec

from lastput.audit.deferred import Deferred, Item, Touch, keys
from lastput.audit.units import Unit
from lastput.c.raw.heads import split_arguments
from lastput.effects.life.begun import PLACES, Life
from lastput.effects.life.callable import Callable
from lastput.effects.life.pairs import names
from lastput.facts.base import Facts, member
from lastput.facts.resolve import resolve

#: Tables whose functions the core may call until one of these has returned.
_TABLES: dict[str, tuple[str, ...]] = {
    "net_device_ops": ("unregister_netdev", "unregister_netdevice", "unregister_candev"),
    "scsi_host_template": ("scsi_remove_host",),
    "ieee80211_ops": ("ieee80211_unregister_hw",),
    "usb_gadget_ops": ("usb_del_gadget_udc", "usb_del_gadget"),
    "blk_mq_ops": ("del_gendisk",),
    "hc_driver": ("usb_remove_hcd",),
    "mmc_host_ops": ("mmc_remove_host",),
    "nci_ops": ("nci_unregister_device",),
}
#: Functions of those tables that run once more while it is shut off, and may wait themselves.
_LAST = frozenset(("ndo_stop", "ndo_uninit", "stop", "close", "shutdown", "udc_stop", "ndo_close"))
_IRQ = frozenset(("free_irq",))
_MANAGED = frozenset(("devm_free_irq", "disable_irq"))
#: Fields that the core calls to take something down.
_ENDS = re.compile(
    r"(?:^|_)(?:remove|disconnect|detach|exit|release|close|stop|shutdown|free|destroy|cleanup|uninit|suspend|unbind"
    r"|probe|unregister|disable|resume|init)"
)
_DEPTH = 3


class Source(msgspec.Struct, frozen=True):
    """``callback`` runs until one of ``ends`` was called; ``object`` is the item, or "" for any.

    ``kind``: ``irq``, ``item`` or the type of the table; ``last`` are functions that run while it ends.
    ``other`` names it, too: the cookie of an interrupt. ``managed``: devm ends it, after the teardown.
    """

    callback: int
    kind: str
    ends: frozenset[str]
    object: str = ""
    last: tuple[int, ...] = ()
    other: str = ""
    managed: bool = False


class Sources:
    """The sources of each unit, and which of them come to a function that arms."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.deferred = facts.once(Deferred)
        self.life = facts.once(Life)
        self._callable = facts.once(Callable)
        self._callers: dict[tuple[str, int], list[int]] = {}
        self._by_unit: dict[frozenset[int], dict[int, list[Source]]] = {}

    def of(self, unit: Unit, arm: Touch) -> list[tuple[Source, tuple[int, ...]]]:
        """Sources that come to the function of ``arm`` by at most three calls of its unit, with the functions
        on the way, from the callback down."""
        entries = self._sources(unit)
        found: list[tuple[Source, tuple[int, ...]]] = []
        queue: deque[tuple[int, ...]] = deque([(arm.function,)])
        seen = {arm.function}
        while queue:
            way = queue.popleft()
            found += [(source, way) for source in entries.get(way[0], ())]
            if len(way) > _DEPTH:
                continue
            for caller in self._calling(unit, way[0]):
                if caller not in seen:
                    seen.add(caller)
                    queue.append((caller, *way))
        return found

    def all(self, unit: Unit) -> list[Source]:
        """Every source of a unit."""
        return [one for sources in self._sources(unit).values() for one in sources]

    def _calling(self, unit: Unit, function: int) -> list[int]:
        fact = self.facts.function(function)
        key = (fact.name, fact.file)
        if key not in self._callers:
            rows = self.facts.sql(
                "SELECT DISTINCT f.id, f.file FROM names n CROSS JOIN call_row c ON c.name = n.id"
                " JOIN functions f ON f.id = c.function WHERE n.name = ? AND c.receiver = ''",
                fact.name,
            )
            local = fact.static and fact.path.endswith(".c")
            self._callers[key] = [
                one for one, file in rows if (file == fact.file if local else file in unit.files)
            ]
        return self._callers[key]

    def _sources(self, unit: Unit) -> dict[int, list[Source]]:
        if unit.files not in self._by_unit:
            found: dict[int, list[Source]] = {}
            for file in self.facts.in_order(unit.files):
                for one in (*self._interrupts(file), *self._items(file), *self._tables(file)):
                    if self.facts.function(one.callback).file in unit.files:
                        found.setdefault(one.callback, []).append(one)
            for one in self._registered(unit):
                if self.facts.function(one.callback).file in unit.files:
                    found.setdefault(one.callback, []).append(one)
            self._by_unit[unit.files] = found
        return self._by_unit[unit.files]

    def _interrupts(self, file: int) -> Iterator[Source]:
        for target, thing, via, function, line in self.facts.sql(
            "SELECT target, object, via, function, line FROM callbacks WHERE file = ?"
            " AND role IN ('irq', 'irq_thread') ORDER BY id",
            file,
        ):
            managed = via.startswith("devm")
            for one in resolve(self.facts, target, file)[:1]:
                yield Source(
                    one,
                    "irq",
                    _MANAGED if managed else _IRQ,
                    thing,
                    (),
                    self._cookie(function, via, line),
                    managed,
                )

    def _cookie(self, function: int, via: str, line: int) -> str:
        """What the handler is given."""
        if not function:
            return ""
        found = (one for one in self.facts.calls_in(function) if one.name == via and one.line == line)
        return next((split_arguments(one.arguments)[-1] for one in found if one.arguments), "")

    def _registered(self, unit: Unit) -> Iterator[Source]:
        """Tables that a registration of the unit hands to the core, by the types of what it registers."""
        types: dict[str, set[str]] = {}
        managed: set[str] = set()
        files_ = self.facts.in_order(unit.files)
        calls = {
            (begun.call, begun.ends): False
            for file in files_
            for begun in self.life.begun.get(file, ())
            if not begun.role
        }
        calls |= {(one, ()): True for file in files_ for one in self.life.managed.get(file, ())}
        for (call, ends), by_devm in calls.items():
            signature = self.life.pairs.signature(call)
            if signature is None:
                continue
            for tag in sorted({*signature.takes, signature.returns} - {""} - PLACES):
                kinds = [tag] if self._callable.of(tag) else []
                if names(call, tag):
                    kinds += sorted(self._callable.tables(tag))
                for kind in kinds:
                    if kind not in _TABLES or by_devm:
                        types.setdefault(kind, set()).update(ends)
                        managed |= {kind} if by_devm else set()
        if not types:
            return
        tables: dict[int, tuple[str, list[tuple[str, int]]]] = {}
        marks = ", ".join("?" * len(types))
        files = ", ".join(map(str, sorted(unit.files)))
        for variable, kind, home, field, value in self.facts.sql(
            "SELECT v.id, v.type, v.file, r.field, r.value FROM variables v"
            f" JOIN field_row r ON r.variable = v.id WHERE v.file IN ({files}) AND v.type IN ({marks})"
            " ORDER BY v.file, r.id",
            *types,
        ):  # fmt: skip
            target = value.lstrip("& ")
            for one in resolve(self.facts, target, home)[:1] if target.isidentifier() else ():
                tables.setdefault(variable, (kind, []))[1].append((field, one))
        for kind, functions in tables.values():
            last = tuple(one for field, one in functions if _ENDS.search(field))
            for field, one in functions:
                if not _ENDS.search(field):
                    yield Source(one, kind, frozenset(types[kind]), "", last, managed=kind in managed)

    def _items(self, file: int) -> Iterator[Source]:
        for item in self.deferred.by_file.get(file, ()):
            ends = frozenset(one.name for one in self.deferred.of(item) if one.kind == "sync")
            for one in self._callbacks(item, file) if ends else ():
                yield Source(one, "item", ends, item.object)

    def _callbacks(self, item: Item, file: int) -> tuple[int, ...]:
        """The callback of an item; those that tables of the file have, if it is taken out of one."""
        if item.target.isidentifier():
            return resolve(self.facts, item.target, file)[:1]
        values = self.facts.sql(
            "SELECT DISTINCT r.value FROM field_row r JOIN variables v ON v.id = r.variable WHERE v.file = ?"
            " AND r.field = ? ORDER BY r.value", file, member(item.target),
        )  # fmt: skip
        return tuple(one for (value,) in values for one in resolve(self.facts, value.lstrip("& "), file)[:1])

    def _tables(self, file: int) -> Iterator[Source]:
        marks = ", ".join("?" * len(_TABLES))
        tables: dict[int, list[tuple[str, str, str]]] = {}
        for variable, kind, field, value in self.facts.sql(
            "SELECT v.id, v.type, r.field, r.value FROM variables v JOIN field_row r ON r.variable = v.id"
            f" WHERE v.file = ? AND v.type IN ({marks}) ORDER BY r.id",
            file, *_TABLES,
        ):  # fmt: skip
            tables.setdefault(variable, []).append((kind, field, value.lstrip("& ")))
        for rows in tables.values():
            last = tuple(
                one
                for _, field, value in rows
                if field in _LAST and value.isidentifier()
                for one in resolve(self.facts, value, file)[:1]
            )
            for kind, field, value in rows:
                if field not in _LAST and value.isidentifier():
                    for one in resolve(self.facts, value, file)[:1]:
                        yield Source(one, kind, frozenset(_TABLES[kind]), "", last)


def same_object(source: Source, arguments: str) -> bool:
    """Whether a call that ends a source names its object (any, if it has none)."""
    if not source.object:
        return True
    given = split_arguments(arguments)
    if source.kind == "irq" and given and source.other and keys(source.other) & keys(given[-1]):
        return True
    return any(keys(source.object) & keys(one) for one in given[:1])
