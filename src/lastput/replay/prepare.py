"""What comes before the story: the guest's actors get the names of the plan's threads and open what the
story needs."""

from __future__ import annotations

__all__ = ["prepare"]

import os

from lastput.errors import LastputError
from lastput.replay import console
from lastput.replay.actions import TRY
from lastput.replay.machine import Machine
from lastput.replay.mailbox import Done

_SECONDS = 30.0


def prepare(machine: Machine, threads: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """Do the setup actions of each user thread (its name and actions). The n-th thread is the n-th actor.

    Raises LastputError ``guest-setup`` if one fails.
    """
    for actor, (name, actions) in enumerate(threads):
        for action in (f"name {name}", *actions):
            machine.mailbox.send(machine.gdb, actor, action.removeprefix(TRY))
            event = machine.run(_SECONDS)
            if isinstance(event, Done) and (event.value >= 0 or action.startswith(TRY)):
                continue
            if isinstance(event, Done):
                why = os.strerror(event.error)
            else:
                died = console.oops(machine.guest.console())
                why = died.lines[0] if died else f"no answer within {_SECONDS:.0f} seconds"
            raise LastputError(
                "guest-setup",
                f"before the story: {name}: {action}: {why}",
                "is the module that it needs in `modules` of the plan or of replay.toml?",
            )
