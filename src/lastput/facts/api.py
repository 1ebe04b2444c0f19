"""The table of generic kernel calls, ``api.toml``, typed: what a call means, and for which argument."""

from __future__ import annotations

__all__ = ["API", "Api", "Arm", "Callback", "Free", "Lock", "Reference", "Wait", "fill", "load"]

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from lastput.c.raw.heads import split_arguments

_SLOT = re.compile(r"\{(\d+|=)\}")


class Callback(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that hand ``function`` over; it runs later as ``role`` (work, timer, kthread, rcu ...)."""

    names: tuple[str, ...]
    role: str
    object: str
    function: tuple[str, ...]


class Arm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls after which the callback of ``object`` may run."""

    names: tuple[str, ...]
    role: str
    object: str
    queue: str = ""


class Wait(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that take the callback of ``object`` off its queue; ``sync``: they also wait for it to end;
    ``rearm``: and nobody can arm it again."""

    names: tuple[str, ...]
    role: str
    object: str
    sync: bool
    rearm: bool = False


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of counter: calls that take a reference, try to, and put it."""

    kind: str
    get: tuple[str, ...]
    try_get: tuple[str, ...]
    put: tuple[str, ...]
    object: str


class Lock(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind of lock. ``object`` defaults to the first argument; ``sleeps``: taking it may sleep."""

    kind: str
    lock: tuple[str, ...]
    try_lock: tuple[str, ...]
    unlock: tuple[str, ...]
    sleeps: bool
    object: str = "{0}"


class Free(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls that free ``object``; ``deferred``: after a grace period."""

    names: tuple[str, ...]
    object: str
    deferred: bool = False


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]


class Api(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    callback: tuple[Callback, ...]
    arm: tuple[Arm, ...]
    wait: tuple[Wait, ...]
    reference: tuple[Reference, ...]
    lock: tuple[Lock, ...]
    free: tuple[Free, ...]
    noreturn: _Names


@cache
def load() -> Api:
    """The table that comes with lastput."""
    text = files("lastput.facts").joinpath("api.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), Api)


def fill(template: str, arguments: str, result: str = "") -> str:
    """``template`` with ``{N}`` replaced by an argument of the call, ``{=}`` by what its value goes to.

    "" if the call has no such argument.
    """
    if not template:
        return ""
    parts = split_arguments(arguments)
    missing = False

    def one(match: re.Match[str]) -> str:
        nonlocal missing
        if match[1] == "=":
            return result
        index = int(match[1])
        if index >= len(parts):
            missing = True
            return ""
        return parts[index]

    text = _SLOT.sub(one, template)
    return "" if missing else text


API = load()
