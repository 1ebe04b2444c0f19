"""Which lock an expression names: the struct and the path in it, or the variable."""

from __future__ import annotations

__all__ = ["LockName", "Taken", "lock_name", "locks_taken"]

import re

import msgspec

from lastput.audit.inside import Inside, Step
from lastput.audit.pointees import pointee, root
from lastput.facts.api import API, Lock, fill
from lastput.facts.bodies import Bodies

_LOCKS: dict[str, Lock] = {name: one for one in API.lock for name in one.lock}
_COUNTS = frozenset(("rcu", "srcu"))  # readers do not shut each other out


class LockName(msgspec.Struct, frozen=True):
    """``kind`` of api.toml; ``struct`` is the tag of what the path starts from ("" for a variable of the
    file or
    the kernel, "?" if it is not known); ``path`` as in ``reset.lock``."""

    kind: str
    struct: str
    path: str

    @property
    def known(self) -> bool:
        return self.struct != "?"


def lock_name(bodies: Bodies, function: int, kind: str, text: str) -> LockName:
    """The lock that ``text`` names in a function."""
    plain = re.sub(r"\s+|\[[^\]]*\]", "", text).lstrip("&*(").rstrip(")")
    if plain.isidentifier():
        if any(one.name == plain for one in bodies.facts.function(function).parameters):
            return LockName(kind, "?", plain)
        return LockName(kind, "", plain)
    first = root(plain)
    path = plain[plain.find(first) + len(first) :].lstrip("->.)")
    tag = pointee(bodies, function, first)
    if not tag and plain.startswith(f"{first}."):
        return LockName(kind, "", plain)
    return LockName(kind, tag or "?", path.replace("->", "."))


class Taken(msgspec.Struct, frozen=True):
    """A lock of ``kind`` that is taken in ``function`` at ``line``, by a call that waits for it."""

    kind: str
    text: str
    function: int
    line: int
    call: str


def locks_taken(inside: Inside, reached: dict[int, Step]) -> list[Taken]:
    """Every lock that one of the functions reached takes."""
    found: list[Taken] = []
    for function in reached:
        for call in inside.calls(function):
            lock = _LOCKS.get(call.name)
            if lock is None or call.receiver or lock.kind in _COUNTS:
                continue
            text = fill(lock.object, call.arguments)
            if text:
                found.append(Taken(lock.kind, text, function, call.line, call.name))
    return found
