"""Where a unit takes its objects down: what the core calls when a device or the module goes."""

from __future__ import annotations

__all__ = ["Teardown", "teardowns"]

import re

import msgspec

from lastput.audit.units import Unit
from lastput.effects.life.pairs import opposite
from lastput.facts.base import Facts

#: Fields of tables that the core calls when the device goes, or its driver.
_FIELDS = (
    "remove",
    "remove_new",
    "disconnect",
    "detach",
    "unbind",
    "remove_one",
    "del_device",
    "remove_dev",
    "detach_dev",
    "uninit",
    "exit",
)
#: Types of tables in which a field of such a name ends something smaller than a device: one connection, one
#: cipher handle, one attachment of a buffer.
_SMALLER = (
    "proto",
    "pi_protocol",
    "cfg80211_ops",
    "dma_buf_ops",
    "drm_bridge_funcs",
    "mipi_dsi_host_ops",
    "bpf_link_ops",
    "v4l2_async_notifier_operations",
)
_HANDLE = re.compile(r"_alg(_template)?$|_codec_ops$")


class Teardown(msgspec.Struct, frozen=True):
    """``function`` runs when the module goes (``how`` is ``module exit``) or a device does
    (``foo_driver.remove``); ``table`` is the type of the table then (``pci_driver``). Another module calls
    it (``exported``) where this one exports what sets up and what takes down.
    """

    function: int
    how: str
    table: str = ""

    @property
    def last(self) -> bool:
        """Whether it is for the module as a whole, or for a device that is unbound from its driver."""
        return self.how == "module exit" or "driver" in self.table


def teardowns(facts: Facts, unit: Unit) -> list[Teardown]:
    """The teardown functions of a unit, of drivers first."""
    known = facts.once(_known)
    if unit not in known:
        known[unit] = _teardowns(facts, unit)
    return known[unit]


def _known(_: Facts) -> dict[Unit, list[Teardown]]:
    return {}


def _teardowns(facts: Facts, unit: Unit) -> list[Teardown]:
    found: list[Teardown] = []
    ends: list[Teardown] = []
    for file in facts.in_order(unit.files):
        marks = ", ".join("?" * len(_FIELDS))
        for kind, table, path, value in facts.sql(
            "SELECT v.type, v.name, r.path, r.value FROM variables v JOIN field_row r ON r.variable = v.id"
            f" WHERE v.file = ? AND r.field IN ({marks}) ORDER BY r.id",
            file,
            *_FIELDS,
        ):
            if kind in _SMALLER or _HANDLE.search(kind):
                continue
            name = value.lstrip("& ")
            if name.startswith("__exit_p("):
                name = name[9:].rstrip(") ")
            found += [Teardown(one, f"{table}.{path}", kind) for one in _named(facts, unit, name, file)]
        for (target,) in facts.sql("SELECT target FROM entries WHERE file = ? AND role = 'exit'", file):
            ends += [Teardown(one, "module exit") for one in _named(facts, unit, target, file)]
    found += _stored(facts, unit)
    late = _exported(facts, unit)
    return list({one.function: one for one in reversed((*found, *ends, *late))}.values())[::-1]


def _stored(facts: Facts, unit: Unit) -> list[Teardown]:
    """Those that are put into the table of a driver at run time: ``drv->remove = foo_remove``."""
    marks = ", ".join("?" * len(_FIELDS))
    files = ", ".join(map(str, sorted(unit.files)))
    rows = facts.sql(
        "SELECT s.target, s.value, f.file FROM stores s JOIN functions f ON f.id = s.function"
        f" WHERE f.file IN ({files}) AND s.field IN ({marks}) ORDER BY s.id",
        *_FIELDS,
    )
    return [
        Teardown(one, target, "driver")
        for target, value, file in rows
        if "driver" in target or "drv" in target
        for one in _named(facts, unit, value.lstrip("& "), file)
    ]


def _exported(facts: Facts, unit: Unit) -> list[Teardown]:
    """Functions for other modules that take back what another such function sets up, by their names."""
    files = ", ".join(map(str, sorted(unit.files)))
    rows = facts.sql(
        "SELECT DISTINCT f.id, f.name FROM exports e JOIN functions f ON f.name = e.name AND f.file = e.file"
        f" WHERE f.file IN ({files}) AND f.static = 0 ORDER BY f.id"
    )
    return [
        Teardown(one, "exported") for one, name in rows if any(opposite(other, name) for _, other in rows)
    ]


def _named(facts: Facts, unit: Unit, name: str, file: int) -> list[int]:
    if not name.isidentifier():
        return []
    rows = facts.functions(name)
    return [one.id for one in rows if one.file == file] or [
        one.id for one in rows if one.file in unit.files and not one.static
    ]
