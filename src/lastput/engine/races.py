"""Which steps of the blocks from one state conflict, so that merging must not rely on their kinds.

Two accesses of different threads to one address conflict if one of them writes, and one belongs to
a step that blocks rely on to move: a PLAIN step against anything; an ACQUIRE step against anything
but another ACQUIRE. What a step that is not enabled has looked at counts too: a plain store must not
enable it, nor may taking a lock, unless it waits for a lock itself.
"""

from __future__ import annotations

__all__ = ["Touch", "races"]

from typing import NamedTuple

from lastput.engine.program import Kind


class Touch(NamedTuple):
    """One access of a block; ``waited``: of its first step, which is not enabled."""

    address: int
    write: bool
    thread: int
    location: int
    kind: Kind
    waited: bool


def races(touches: list[Touch]) -> tuple[int, ...]:
    """The locations to demote, in order."""
    by_address: dict[int, list[Touch]] = {}
    for touch in touches:
        by_address.setdefault(touch.address, []).append(touch)
    found: set[int] = set()
    for group in by_address.values():
        if len(group) < 2 or not any(t.write for t in group):
            continue
        threads = {t.thread for t in group}
        if len(threads) < 2:
            continue
        for number, one in enumerate(group):
            for two in group[number + 1 :]:
                if one.thread != two.thread and (one.write or two.write):
                    if _relies(one, two):
                        found.add(one.location)
                    if _relies(two, one):
                        found.add(two.location)
    return tuple(sorted(found))


def _relies(one: Touch, two: Touch) -> bool:
    """Whether merging counts on ``one`` to move although ``two`` conflicts with it. A step that waits
    need not move: its block has not begun."""
    if one.waited:
        return False
    return one.kind is Kind.PLAIN or (one.kind is Kind.ACQUIRE and two.kind is not Kind.ACQUIRE)
