"""The table of core calls that take and give back references, ``references.toml``, typed."""

from __future__ import annotations

__all__ = ["BORROWS", "GIVES_UP", "KEEPS", "REFERENCES", "Counted", "References"]

import tomllib
from importlib.resources import files
from typing import Literal

import msgspec

Success = Literal["always", "zero", "nonzero"]


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Calls of ``get`` that raise a count of their first argument, and of ``put`` that lower it. ``success``
    says when the count was raised: always, or if the result is zero or nonzero. ``despite`` are those
    that raise it though they report failure."""

    kind: str
    get: tuple[str, ...]
    put: tuple[str, ...]
    success: Success
    despite: tuple[str, ...] = ()


class _Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    gives_up: tuple[str, ...]
    keeps: tuple[str, ...]
    borrows: tuple[str, ...]


class References(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    argument: tuple[Counted, ...]
    calls: _Calls


REFERENCES = msgspec.convert(
    tomllib.loads(files("lastput.audit").joinpath("references.toml").read_text("utf-8")), References
)
#: Ends of names of calls that give their argument up, begins of those that keep it, and that only look at it.
GIVES_UP = REFERENCES.calls.gives_up
KEEPS = REFERENCES.calls.keeps
BORROWS = REFERENCES.calls.borrows
