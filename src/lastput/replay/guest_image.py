"""The guest's initramfs: busybox, one program of ours, the modules that the story needs."""

from __future__ import annotations

__all__ = ["Conductor", "build", "check_programs", "conductor", "contents", "static_busybox"]

import shutil
import subprocess
from importlib import resources
from pathlib import Path

import msgspec

from lastput.errors import LastputError
from lastput.replay import cache, elf
from lastput.replay.kernel import ModuleFile
from lastput.replay.qemu import PROGRAM

# Where no other program of the guest has its text: the breakpoint on notify() is in all address spaces.
_FLAGS = ("-O2", "-static", "-no-pie", "-Wl,-Ttext-segment=0x5a000000")
_INIT = """\
#!/bin/busybox sh
/bin/busybox ln -s busybox /bin/sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
/bin/busybox mount -t devtmpfs devtmpfs /dev
exec /bin/conductor
"""


class Conductor(msgspec.Struct, frozen=True):
    """The built program, and the address of its notify()."""

    data: bytes
    notify: int


def check_programs() -> None:
    """Raise LastputError ``no-qemu`` or ``no-busybox`` with all packages that are missing."""
    missing = {
        program: package
        for program, package in ((PROGRAM, "qemu-system-x86"), ("busybox", "busybox-static"))
        if not shutil.which(program)
    }
    if missing:
        raise LastputError(
            "no-qemu" if PROGRAM in missing else "no-busybox",
            f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} not installed",
            f"apt install {' '.join(missing.values())}",
        )


def conductor() -> Conductor:
    """Our program, built once. Raises LastputError ``no-compiler`` or ``build-failed``."""
    folder = resources.files("lastput.replay").joinpath("guest")
    sources = {one.name: one.read_bytes() for one in sorted(folder.iterdir(), key=lambda one: one.name)}
    sources = {name: data for name, data in sources.items() if name.endswith((".c", ".h"))}

    def make(into: Path) -> None:
        for name, data in sources.items():
            (into / name).write_bytes(data)
        build(["gcc", *_FLAGS, "-o", "conductor", *(name for name in sources if name.endswith(".c"))], into)

    parts = [*sources.values(), *(flag.encode() for flag in _FLAGS)]
    data = (cache.made("guest", parts, make) / "conductor").read_bytes()
    found = {name: value for name, _, value, _ in elf.symbols(data, "conductor")}
    return Conductor(data, found["notify"])


def build(command: list[str], folder: Path) -> None:
    """Run a compiler or make in ``folder``."""
    if not shutil.which(command[0]):
        raise LastputError(
            "no-compiler",
            f"{command[0]} is needed to build what runs in the guest",
            "apt install gcc make libc6-dev",
        )
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [
            one for one in done.stderr.splitlines() if "error" in one.lower()
        ] or done.stderr.splitlines()
        raise LastputError(
            "build-failed",
            f"{command[0]} failed: {(lines or ['no reason was given'])[0].strip()}",
            "apt install gcc make libc6-dev, and for modules the linux-headers of the kernel",
        )


def static_busybox() -> Path:
    """The host's busybox, if it needs no libraries. Raises LastputError ``no-busybox``."""
    found = shutil.which("busybox")
    if found and not any(one.name == ".interp" for one in elf.sections(Path(found).read_bytes(), found)):
        return Path(found)
    raise LastputError(
        "no-busybox",
        f"{found} is not statically linked" if found else "busybox is not installed",
        "apt install busybox-static",
    )


def contents(
    program: Conductor,
    loaded: tuple[tuple[ModuleFile, str], ...],
    kept: tuple[ModuleFile, ...],
    idle: bool = False,
) -> dict[str, bytes]:
    """The files of the guest by their names. ``loaded`` modules are loaded in their order, each with its
    parameters, before the guest is ready, ``kept`` ones lie in /m for insmod. ``idle``: nobody minds if a
    command waits for seconds."""
    files = {
        "init": _INIT.encode(),
        "bin/busybox": static_busybox().read_bytes(),
        "bin/conductor": program.data,
        "etc/modules": "".join(f"/m/{one.name}.ko {given}\n" for one, given in loaded).encode(),
    }
    files |= {"etc/nap": b"5000000\n"} if idle else {}
    return files | {f"m/{one.name}.ko": one.data for one in (*(one for one, _ in loaded), *kept)}
