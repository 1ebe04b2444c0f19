"""The table of calls that give references and have no body that tells so, ``leaves.toml``, typed."""

from __future__ import annotations

__all__ = ["LEAVES", "Calls", "Given", "Leaves", "Looped", "Next", "Out"]

import tomllib
from importlib.resources import files

import msgspec


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls of ``get`` whose value is a reference that a call of ``put`` gives back. ``retained``: the value
    is used as long as the device works, so only a failing caller gives it back."""

    kind: str
    get: tuple[str, ...]
    put: tuple[str, ...]
    retained: bool = False


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Begins of names of calls that keep their argument, and names of those that leave the reference of their
    caller alone; and, for calls without a body, ends of those that give it up, and begins of those that only
    look at it."""

    keeps: tuple[str, ...]
    leaves: tuple[str, ...]
    gives_up: tuple[str, ...]
    borrows: tuple[str, ...]


class Looped(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Loop macros whose variable (argument ``variable``, from 0) holds a reference that the next
    round puts; in its ``member``, if there is one."""

    names: tuple[str, ...]
    variable: int
    put: tuple[str, ...]
    member: str = ""


class Next(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that put their argument ``argument`` (from 0), and give the next object."""

    names: tuple[str, ...]
    argument: int


class Out(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that succeed with zero, and then have put a reference into ``member`` of the struct that their
    argument ``argument`` (from 0) points to."""

    names: tuple[str, ...]
    argument: int
    member: str
    put: tuple[str, ...]


class Leaves(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    result: tuple[Given, ...]
    iterator: tuple[Looped, ...]
    next: tuple[Next, ...]
    out: tuple[Out, ...]
    calls: Calls


LEAVES = msgspec.convert(
    tomllib.loads(files("lastput.effects.own").joinpath("leaves.toml").read_text("utf-8")), Leaves
)
