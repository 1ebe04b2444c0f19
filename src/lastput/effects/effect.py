"""The kinds of effect, and one effect with its place and condition."""

from __future__ import annotations

__all__ = ["PARAMETER", "RESULT", "Effect", "Kind", "Outcome", "Subject"]

from typing import Literal

import msgspec

from lastput.effects.key import Key

#: What is done. ``get`` and ``put`` are of a count, or of a token that somebody counts; ``give``: the caller
#: owns it afterwards, ``take``: the callee does; ``store``: the pointer outlives the call (``into`` says
#: where); ``arm``, ``stop`` (without waiting), ``wait``, ``disable`` (waits, and refuses to be armed again)
#: and ``rearm`` are of what runs later; ``publish`` and ``unpublish`` are of lists, tables of numbers,
#: registrations and files; ``pin`` and ``unpin`` of a module; ``grace`` waits for RCU readers, ``drain`` for
#: callbacks that are queued; ``read`` and ``write`` are of a flag that guards one of these.
Kind = Literal[
    "get",
    "put",
    "alloc",
    "free",
    "give",
    "take",
    "store",
    "lock",
    "unlock",
    "arm",
    "rearm",
    "stop",
    "wait",
    "disable",
    "publish",
    "unpublish",
    "pin",
    "unpin",
    "grace",
    "drain",
    "sleep",
    "read",
    "write",
]

#: When it happens: on every way out of the function, on some, or only on those that report success or error.
Outcome = Literal["always", "may", "success", "error"]

#: Whose object it is, as the caller sees it.
RESULT = -1
PARAMETER = 0  # and more: the position of the parameter


class Subject(msgspec.Struct, frozen=True, order=True):
    """How the caller names the object: ``position`` of a parameter from 0, ``RESULT`` for the returned
    value, or None for an object that the caller does not hand in (a global, a member that is found from
    elsewhere).

    ``path`` leads on from there, as C would write it without the variable: "" for the argument itself, ``*``
    for what an out-parameter points to, ``np`` for ``args->np``, ``dev.of_node``."""

    position: int | None = None
    path: str = ""


class Effect(msgspec.Struct, frozen=True):
    """One thing that a function does, itself or through what it calls.

    ``subject`` and ``key`` say to what, ``into`` where a stored pointer goes to, ``role`` what runs or is
    counted (``work``, ``timer``, ``irq``, ``of_node``; "" where the kind says it all). ``unless`` is a
    parameter that must not be NULL for it to happen. ``path`` and ``line`` are where it is done; ``via``
    are the functions between, outermost first (none, if the function does it itself)."""

    kind: Kind
    key: Key
    subject: Subject
    outcome: Outcome
    path: str
    line: int
    role: str = ""
    into: Key | None = None
    unless: int | None = None
    via: tuple[str, ...] = ()
