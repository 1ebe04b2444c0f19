"""The table ``pins.toml``, typed: what pins a module while a callback of a table runs."""

from __future__ import annotations

__all__ = ["PINS", "Pin", "Pins"]

import tomllib
from functools import cache
from importlib.resources import files

import msgspec


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"kind": "class"}):
    """Callbacks in ``fields`` (all if empty) of ``structs`` are of class ``kind``; with ``field``, those
    of an element whose ``field`` is ``value``."""

    kind: str
    structs: frozenset[str]
    why: str
    fields: frozenset[str] = frozenset()
    field: str = ""
    value: str = ""


class _Structs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    structs: frozenset[str]


class _Fields(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    fields: frozenset[str]


class Pins(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    pin: tuple[Pin, ...]
    unpinned: tuple[_Structs, ...]
    releasing: tuple[_Fields, ...]

    def covers(self, struct: str) -> bool:
        """Whether an owner in a table of this type is held while its callbacks run."""
        return all(struct not in one.structs for one in self.unpinned)

    def releases(self, field: str) -> bool:
        """Whether a function stored into a field of this name is a release callback."""
        return any(field in one.fields for one in self.releasing)


@cache
def _load() -> Pins:
    text = files("lastput.audit.selfput").joinpath("pins.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Pins)


PINS = _load()
