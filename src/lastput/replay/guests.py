"""Guests that are ready for a story: booted once, then restored from what was saved."""

from __future__ import annotations

__all__ = ["About", "Recipe", "booted", "ready", "snapshot"]

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lastput.errors import LastputError
from lastput.replay import cache
from lastput.replay.guest_image import Conductor
from lastput.replay.kernel import Kernel
from lastput.replay.machine import Machine
from lastput.replay.mailbox import Mailbox
from lastput.replay.qemu import Guest, Settings, version

_INITRD = "initrd"
_STATE = "state"
_ABOUT = "about"


class Recipe(msgspec.Struct, frozen=True):
    """What a guest is made of; the same parts give the same snapshot. ``exact`` counts instructions, and
    lets the time in which the guest is idle pass at once; it takes one vCPU."""

    image: bytes
    cmdline: str
    cpus: int = 1
    exact: bool = False


class About(msgspec.Struct, frozen=True):
    """What is kept beside a saved guest: where its kernel is, how to reach its actors, which kernel it is."""

    text: int
    mailbox: Mailbox
    kernel: str


@contextmanager
def booted(kernel: Kernel, program: Conductor, recipe: Recipe, folder: Path) -> Iterator[Machine]:
    """A guest from its first instruction on, until it is ready. The archive is put into ``folder``."""
    (folder / _INITRD).write_bytes(recipe.image)
    settings = _settings(kernel, recipe, folder)
    with Guest(settings) as guest:
        machine = Machine(guest, kernel, program.notify)
        machine.boot()
        yield machine


def snapshot(kernel: Kernel, program: Conductor, recipe: Recipe) -> tuple[Path, bool]:
    """The folder of the saved guest, and whether it had to be booted for that."""
    fresh = False

    def make(into: Path) -> None:
        nonlocal fresh
        fresh = True
        with booted(kernel, program, recipe, into) as machine:
            about = About(
                machine.symbols.shift + kernel.facts.symbols["_text"][0], machine.mailbox, kernel.key
            )
            # QEMU also saves why the guest stands, and cannot begin with "at a breakpoint".
            machine.run(0.05)
            machine.guest.monitor.save(into / _STATE)
        (into / _ABOUT).write_bytes(msgspec.msgpack.encode(about))

    how = f"{recipe.cpus} {recipe.exact} {recipe.cmdline}"
    parts = (kernel.key.encode(), recipe.image, how.encode(), version().encode())
    return cache.made("snapshots", parts, make), fresh


@contextmanager
def ready(kernel: Kernel, program: Conductor, recipe: Recipe) -> Iterator[Machine]:
    """A guest that is ready, restored. Raises LastputError ``bad-snapshot`` if it is of another kernel."""
    folder, _ = snapshot(kernel, program, recipe)
    try:
        about = msgspec.msgpack.decode((folder / _ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError) as error:
        raise _bad(folder, str(error)) from None
    if about.kernel != kernel.key:
        raise _bad(folder, "it was made of another kernel")
    with Guest(_settings(kernel, recipe, folder), folder / _STATE) as guest:
        machine = Machine(guest, kernel, program.notify)
        machine.mailbox = about.mailbox
        machine.begin(about.text)
        yield machine


def _settings(kernel: Kernel, recipe: Recipe, folder: Path) -> Settings:
    return Settings(
        image=str(kernel.image),
        initrd=str(folder / _INITRD),
        cmdline=recipe.cmdline,
        cpus=1 if recipe.exact else recipe.cpus,
        exact=recipe.exact,
    )


def _bad(folder: Path, why: str) -> LastputError:
    return LastputError("bad-snapshot", f"{folder}: {why}", "delete that folder: it will be made again")
