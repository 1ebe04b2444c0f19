"""``hardware.toml``: how a module comes to life in a guest that has no hardware of its own."""

from __future__ import annotations

__all__ = ["Hardware", "hardware", "trial"]

import re
from functools import cache
from importlib import resources

import msgspec

from lastput.replay.plan import Plan, Step, Thread

_ID = re.compile(r",id=([\w-]+)")


class Hardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``devices`` are QEMU's, ``modules`` are loaded (the module alone, if there are none), ``setup`` are
    actions that bring it to what it is for, ``use`` are some that only work when that is done."""

    devices: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    use: tuple[str, ...] = ()


@cache
def hardware() -> dict[str, Hardware]:
    """What is known, by the module."""
    data = resources.files("lastput.replay").joinpath("hardware.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Hardware])


def trial(name: str, way: Hardware) -> Plan:
    """A plan that brings a module to life, uses it once and pulls its devices out again: it is CLEAN."""
    pulled = tuple(f"device_del {match[1]}" for one in way.devices[::-1] if (match := _ID.search(one)))
    return Plan(
        name=name,
        question=f"Does {name} come to life?",
        modules=way.modules or (name,),
        devices=way.devices,
        threads={"user": Thread(do=(*way.use, *pulled) or ("sleep 1",), setup=way.setup)},
        steps=(Step("end", "user"),),
        expect="CLEAN",
    )
