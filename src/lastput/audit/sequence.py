"""A teardown function laid out flat: its calls in the order of the source, with those of the functions
it calls.
"""

from __future__ import annotations

__all__ = ["Event", "laid_out"]

import msgspec

from lastput.audit.inside import Inside
from lastput.facts.base import CallFact


class Event(msgspec.Struct, frozen=True):
    """A call; ``through`` are the calls by which its function was entered, outermost first."""

    call: CallFact
    through: tuple[CallFact, ...]


def laid_out(inside: Inside, start: int, depth: int = 4, limit: int = 600) -> list[Event]:
    """At most ``limit`` calls. Branches are laid one after the other, a loop once; an inner call of a call's
    arguments comes after it. A function stands before the calls that it makes, and is entered once on a
    way."""
    found: list[Event] = []

    def walk(function: int, through: tuple[CallFact, ...], above: frozenset[int]) -> None:
        file = inside.facts.function(function).file
        for call in inside.calls(function):
            if len(found) >= limit:
                return
            found.append(Event(call, through))
            callee = 0 if call.receiver else inside.resolve(call.name, file)
            if callee and callee not in above and len(through) < depth:
                walk(callee, (*through, call), above | {callee})

    walk(start, (), frozenset({start}))
    return found
