"""The locks that tasks hold (kernel/locking/lockdep.c: print_lock, lockdep_print_held_locks)."""

from __future__ import annotations

__all__ = ["READERS"]

from collections.abc import Callable

from lastput.schema.splat import Lock
from lastput.splat.draft import Draft
from lastput.splat.frames import symbol
from lastput.splat.lazy import Lazy

#: With the address since 4.20; with ``-{3:3}`` since 5.8; until 4.9 with up to six states.
_LOCK = Lazy(
    r"(?:#(?P<rank>\d{1,3}): {0,3})?(?:(?P<address>(?:0x)?[0-9a-f]{8,16}|\(ptrval\)) )?"
    r"\((?P<name>.{1,160}?)\)\{[^}]{2,16}\}(?:-\{\d{1,2}:\d{1,2}\})?, at:(?: |$)(?:\[<[0-9a-f]{1,16}>\] ?)?"
    r"(?P<at>.{0,300})"
)
_HELD = Lazy(r"(?:\d{1,3} locks?|no locks) held by (?P<who>.{1,40}?/\d{1,10})(?: on CPU#\d{1,5})?[:.]?$")


def _held(draft: Draft, text: str) -> bool:
    match = _HELD.search(text)
    if match is None:
        return False
    draft.holder, draft.role = match["who"], "holds"
    draft.in_trace = False
    return True


def _lock(draft: Draft, text: str) -> bool:
    match = _LOCK.match(text)
    if match is None:
        return False
    at = symbol(match["at"]) or (symbol(match["at"] + ")") if match["at"] else None)
    function = at.function if at else match["at"].split(" ")[0] if " " in match["at"] else ""
    rank = int(match["rank"]) if match["rank"] else -1
    address = match["address"] or ""
    draft.in_lock = not match["at"]
    if any(one.by == draft.holder and one.rank == rank >= 0 for one in draft.locks[-4:]):
        return True  # the same lock again, for the function that was inlined there
    draft.lock(
        Lock(
            match["name"],
            draft.role or "holds",
            "" if address.startswith("(") else address,
            function,
            draft.holder,
            rank,
        )
    )
    return True


READERS: tuple[tuple[str, Callable[[Draft, str], bool]], ...] = (
    (" held by ", _held),
    ("locks held by ", _held),
    (", at:", _lock),
)
