"""Commands to the guest's actors, and what they report: without a serial line, a network or a clock.

Each actor has a page of the guest's memory (guest/conductor.c, struct page): a counter, a pid and text.
The host writes there at the physical address. The guest reports by calling notify(event, actor, value,
error), where the host has a breakpoint.
"""

from __future__ import annotations

__all__ = ["ACTORS", "DONE", "PAGE_AT", "READY", "Done", "Mailbox"]

import msgspec

from lastput.errors import LastputError
from lastput.replay.gdbremote import GdbRemote

READY, PAGE_AT, DONE = range(3)
ACTORS = 8
_TEXT = 8  # offset of the text
_ROOM = 4096 - _TEXT
_LINE = _ROOM


class Done(msgspec.Struct, frozen=True):
    """An actor's action ended: its result, and the errno if that is negative. ``number`` counts the actions
    of that actor, from 1 on."""

    actor: int
    number: int
    value: int
    error: int


class Mailbox(msgspec.Struct):
    """``pages`` are physical addresses, ``pids`` those of the guest; ``sent`` counts the commands."""

    pages: list[int]
    pids: list[int]
    sent: list[int]

    @classmethod
    def empty(cls) -> Mailbox:
        """A mailbox of which nothing is known yet."""
        return cls([0] * ACTORS, [0] * ACTORS, [0] * ACTORS)

    def send(self, gdb: GdbRemote, actor: int, action: str) -> None:
        """Tell an actor what to do; it begins when the guest runs."""
        data = action.encode()
        if len(data) >= _LINE:
            raise LastputError(
                "bad-plan", f"the action {action[:40]!r}... is too long", "4,000 bytes are the most"
            )
        page = self.pages[actor]
        gdb.physical_write(page + _TEXT, data + b"\0")
        self.sent[actor] += 1
        gdb.physical_write(page, self.sent[actor].to_bytes(4, "little"))

    def text(self, gdb: GdbRemote, actor: int) -> str:
        """What the last action of an actor printed."""
        return (
            gdb.physical_read(self.pages[actor] + _TEXT, _ROOM).partition(b"\0")[0].decode("utf-8", "replace")
        )
