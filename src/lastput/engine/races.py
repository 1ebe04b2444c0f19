"""Which steps of the blocks from one state conflict, so that merging must not rely on their kinds.

Two accesses of different threads to one address conflict if one of them writes, and one belongs to
a step that blocks rely on to move: a PLAIN step against anything; an ACQUIRE step against anything
but another ACQUIRE. What a step that is not enabled has looked at counts too: a plain store must not
enable it, nor may taking a lock, unless it waits for a lock itself.

No conflict is what two blocks do under locks that exclude each other: once one thread has taken its
lock, the other does not get that far. Whether they do exclude each other is found by trying, in both
orders. A plain store under the lock to what the other's ACQUIRE looks at is a conflict all the same,
since it might let the other in.
"""

from __future__ import annotations

__all__ = ["LOCKED", "Sort", "Touch", "races", "relies"]

import enum
from collections.abc import Callable
from typing import NamedTuple


class Sort(enum.IntEnum):
    """What an access is part of."""

    PLAIN = 0
    TAKE = 1  # an ACQUIRE
    HELD = 2  # a PLAIN after an ACQUIRE of the same block
    SYNC = 3  # a SYNC or RELEASE, or one of them that is not enabled (then it only reads)
    HELD_SYNC = 4  # a SYNC or RELEASE after an ACQUIRE of the same block
    WAITING = 5  # an ACQUIRE that is not enabled


#: Accesses that a thread makes only with a lock taken in the same block.
LOCKED = (Sort.TAKE, Sort.HELD, Sort.HELD_SYNC)


class Touch(NamedTuple):
    """One access of a block."""

    address: int
    write: bool
    thread: int
    location: int
    sort: Sort


def races(touches: list[Touch], exclusive: Callable[[int, int], bool]) -> tuple[int, ...]:
    """The locations to demote, in order. ``exclusive`` tells whether the locks that two threads take
    in their blocks exclude each other."""
    by_address: dict[int, list[Touch]] = {}
    for touch in touches:
        by_address.setdefault(touch.address, []).append(touch)
    found: set[int] = set()
    for group in by_address.values():
        if not any(t.write for t in group):
            continue
        group = list(dict.fromkeys(group))
        for number, one in enumerate(group):
            for two in group[number + 1 :]:
                if one.thread == two.thread or not (one.write or two.write):
                    continue
                first, second = relies(one.sort, two.sort), relies(two.sort, one.sort)
                if not (first or second):
                    continue
                if _under_locks(one, two) and exclusive(one.thread, two.thread):
                    continue
                if first:
                    found.add(one.location)
                if second:
                    found.add(two.location)
    return tuple(sorted(found))


def relies(one: Sort, two: Sort) -> bool:
    """Whether merging counts on an access to move although another conflicts with it."""
    if one is Sort.TAKE:
        return two not in (Sort.TAKE, Sort.WAITING)
    return one in (Sort.PLAIN, Sort.HELD)


def _under_locks(one: Touch, two: Touch) -> bool:
    if one.sort not in LOCKED or two.sort not in LOCKED:
        return False
    return not (
        (one.sort is Sort.TAKE and two.sort is Sort.HELD and two.write)
        or (two.sort is Sort.TAKE and one.sort is Sort.HELD and one.write)
    )
