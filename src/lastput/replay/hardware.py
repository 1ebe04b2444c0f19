"""``hardware.toml``: how a module comes to life in a guest that has no hardware of its own."""

from __future__ import annotations

__all__ = ["Hardware", "hardware"]

from functools import cache
from importlib import resources

import msgspec


class Hardware(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``devices`` are QEMU's, ``modules`` are loaded (the module alone, if there are none), ``setup`` are
    actions that bring it to what it is for."""

    devices: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()


@cache
def hardware() -> dict[str, Hardware]:
    """What is known, by the module."""
    data = resources.files("lastput.replay").joinpath("hardware.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Hardware])
