"""What a finding says, as data: who does what to which object, where. Rules make it; proofs and patches
read it."""

from __future__ import annotations

__all__ = ["Claim", "Role", "Site"]

from typing import Literal

import msgspec

#: What a place is to the claim.
Role = Literal[
    "get",  # raises a count, or gives a reference
    "put",
    "exit",  # leaves the function, with what it should have undone
    "arm",
    "rearm",
    "wait",  # waits, or should have
    "stop",  # stops without waiting
    "callback",  # runs later: its definition
    "teardown",
    "free",
    "use",
    "lock",
    "unlock",
    "find",  # looks an object up
    "publish",  # registers, adds to a list, hands out a file
    "unpublish",
    "ops",  # a table of functions that the core calls
    "branch",  # a condition that the path takes; ``detail`` is "true" or "false"
]


class Site(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place of the claim. ``function`` is the C function around it, ``object`` the object as a key prints
    (``struct foo.work``), ``text`` the expression that names it there, ``call`` the API that is called."""

    role: Role
    path: str
    line: int
    function: str = ""
    object: str = ""
    text: str = ""
    call: str = ""
    detail: str = ""


class Claim(msgspec.Struct, frozen=True, omit_defaults=True):
    """What would go wrong, and where: ``error`` is the class of error that a run would end in
    (``use-after-free``, ``leak``, ``deadlock``, ``unmapped-text``, ``double-free``, ``refcount-underflow``,
    ``refcount-from-zero``, ``sleep-in-atomic``), ``object`` what it happens to. ``sites`` stand in the
    order in which they must run for it to happen. ``missing`` is the call that would make it right, with
    its arguments, and the site before which it belongs (an index into ``sites``)."""

    error: str
    object: str
    sites: tuple[Site, ...]
    missing: str = ""
    before: int = 0
