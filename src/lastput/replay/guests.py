"""Guests that are ready for a story: booted once, then restored from what was saved."""

from __future__ import annotations

__all__ = ["About", "Recipe", "booted", "ready", "snapshot"]

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lastput.errors import LastputError
from lastput.replay import cache
from lastput.replay.guest_image import Conductor
from lastput.replay.initramfs import archive
from lastput.replay.kernel import Kernel
from lastput.replay.machine import Machine
from lastput.replay.mailbox import Mailbox
from lastput.replay.prepare import prepare
from lastput.replay.qemu import Guest, Settings, version
from lastput.replay.symbols import Live

_INITRD = "initrd"
_STATE = "state"
_RAM = "ram"
_ABOUT = "about"
_FORMAT = b"3"
_MOST = 2 << 30  # bytes of saved guests; one takes about 110 MiB


class Recipe(msgspec.Struct, frozen=True):
    """What a guest is made of; the same parts give the same snapshot. ``files`` by their names in the
    guest; ``setup`` is what each user thread does before the story, in the order of the threads. ``exact``
    counts instructions, and lets the time in which the guest is idle pass at once; it takes one vCPU.
    ``devices`` are QEMU's.
    ``patience`` is how many seconds of the host it may boot; that alone is no part of the guest."""

    files: Mapping[str, bytes]
    cmdline: str
    setup: tuple[tuple[str, tuple[str, ...]], ...] = ()
    cpus: int = 1
    exact: bool = False
    devices: tuple[str, ...] = ()
    patience: float = 150.0


class About(msgspec.Struct, frozen=True):
    """What is kept beside a saved guest: where its kernel is, how to reach its actors, which modules are
    loaded, which kernel it is."""

    text: int
    mailbox: Mailbox
    modules: dict[str, Live]
    kernel: str


@contextmanager
def booted(kernel: Kernel, program: Conductor, recipe: Recipe, folder: Path) -> Iterator[Machine]:
    """A guest from its first instruction on, until it is ready. The archive is put into ``folder``."""
    (folder / _INITRD).write_bytes(archive(recipe.files))
    yield from _booted(kernel, program, recipe, _settings(kernel, recipe, folder))


def snapshot(kernel: Kernel, program: Conductor, recipe: Recipe) -> Path:
    """The folder of the saved guest, which is booted for that if it is not there yet."""

    def make(into: Path) -> None:
        (into / _INITRD).write_bytes(archive(recipe.files))
        settings = msgspec.structs.replace(_settings(kernel, recipe, into), ram=str(into / _RAM))
        for machine in _booted(kernel, program, recipe, settings):
            machine.symbols.look(machine.gdb)
            about = About(
                machine.symbols.shift + kernel.facts.symbols["_text"][0],
                machine.mailbox,
                machine.symbols.seen,
                kernel.key,
            )
            # QEMU also saves why the guest stands, and cannot begin with "at a breakpoint".
            machine.run(0.05)
            machine.guest.monitor.save(into / _STATE)
        (into / _ABOUT).write_bytes(msgspec.msgpack.encode(about))

    return cache.made("snapshots", _parts(kernel, recipe), make, _MOST)


@contextmanager
def ready(kernel: Kernel, program: Conductor, recipe: Recipe) -> Iterator[Machine]:
    """A guest that is ready, restored. Raises LastputError ``bad-snapshot`` if it is of another kernel."""
    folder = snapshot(kernel, program, recipe)
    try:
        about = msgspec.msgpack.decode((folder / _ABOUT).read_bytes(), type=About)
    except (OSError, msgspec.DecodeError) as error:
        raise _bad(folder, str(error)) from None
    if about.kernel != kernel.key:
        raise _bad(folder, "it was made of another kernel")
    settings = msgspec.structs.replace(_settings(kernel, recipe, folder), ram=str(folder / _RAM))
    with Guest(settings, folder / _STATE) as guest:
        machine = Machine(guest, kernel, program.notify)
        machine.resume(about.text, about.mailbox, about.modules)
        yield machine


def _booted(kernel: Kernel, program: Conductor, recipe: Recipe, settings: Settings) -> Iterator[Machine]:
    with Guest(settings) as guest:
        machine = Machine(guest, kernel, program.notify)
        machine.boot(recipe.patience)
        prepare(machine, recipe.setup)
        yield machine


def _parts(kernel: Kernel, recipe: Recipe) -> tuple[bytes, ...]:
    how = msgspec.json.encode((recipe.cpus, recipe.exact, recipe.cmdline, recipe.setup, recipe.devices))
    files = [part for name in sorted(recipe.files) for part in (name.encode(), recipe.files[name])]
    return (_FORMAT, kernel.key.encode(), how, version().encode(), *files)


def _settings(kernel: Kernel, recipe: Recipe, folder: Path) -> Settings:
    return Settings(
        image=str(kernel.image),
        initrd=str(folder / _INITRD),
        cmdline=recipe.cmdline,
        cpus=1 if recipe.exact else recipe.cpus,
        exact=recipe.exact,
        devices=recipe.devices,
    )


def _bad(folder: Path, why: str) -> LastputError:
    return LastputError("bad-snapshot", f"{folder}: {why}", "delete that folder: it will be made again")
