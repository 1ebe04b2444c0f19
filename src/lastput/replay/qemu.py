"""A QEMU that lives no longer than the block it is used in, nor than this process."""

from __future__ import annotations

__all__ = ["PROGRAM", "Guest", "Settings", "end_all", "version"]

import ctypes
import os
import shutil
import signal
import subprocess
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import TracebackType

import msgspec

from lastput.errors import LastputError
from lastput.replay.gdbremote import GdbRemote
from lastput.replay.qmp import Monitor
from lastput.replay.scratch import scratch

PROGRAM = "qemu-system-x86_64"
_PR_SET_PDEATHSIG = 1
_TICKS = os.sysconf("SC_CLK_TCK")


class Settings(msgspec.Struct, frozen=True):
    """What decides how a guest runs. ``memory`` in MiB; ``exact`` counts instructions, so that two runs
    are the same to the last bit, and skips the time in which the guest is idle. ``ram`` is a file that is
    the guest's memory ("": none is); a guest that is restored reads it and keeps its changes to itself.
    ``devices`` are as -device has them."""

    image: str
    initrd: str
    cmdline: str
    cpus: int = 1
    memory: int = 256
    exact: bool = False
    ram: str = ""
    devices: tuple[str, ...] = ()


class Guest:
    """A running QEMU, its gdb stub and monitor. The guest stands still when the block begins: at its
    first instruction, or where ``state`` was saved."""

    gdb: GdbRemote
    monitor: Monitor

    def __init__(self, settings: Settings, state: Path | None = None) -> None:
        self._settings = settings
        self._state = state

    def __enter__(self) -> Guest:
        if not shutil.which(PROGRAM):
            raise LastputError("no-qemu", f"{PROGRAM} is not installed", "apt install qemu-system-x86")
        self._folder = ExitStack()
        folder, short = self._folder.enter_context(scratch("lastput-replay-"))
        self._console = folder / "console"
        self._log = folder / "qemu"
        parent = os.getpid()
        libc = ctypes.CDLL(None)

        def die_with_parent() -> None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)

        try:
            with self._log.open("wb") as log:
                self._process = subprocess.Popen(
                    self._command(folder.name),
                    cwd=folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    preexec_fn=die_with_parent,
                    start_new_session=True,
                )
            _running.add(self)
            try:
                self._connect(short)
            except LastputError as error:
                raise self._explained(error) from None
        except BaseException as error:
            self._end(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end(error)

    @property
    def cpus(self) -> int:
        """How many vCPUs the guest has."""
        return self._settings.cpus

    @property
    def exact(self) -> bool:
        """Whether instructions are the guest's clock."""
        return self._settings.exact

    @property
    def pid(self) -> int:
        """QEMU's process."""
        return self._process.pid

    def cpu_seconds(self) -> float:
        """How long QEMU has computed so far, on all CPUs; 0 when it is gone."""
        try:
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(fields[11]) + int(fields[12])) / _TICKS  # utime, stime: proc_pid_stat(5)

    def devices(self) -> frozenset[str]:
        """The ids of the devices that QEMU has and that have one."""
        listed = self.monitor.ask("qom-list", {"path": "/machine/peripheral"})
        return frozenset(one["name"] for one in listed if one["name"] != "type")

    def kill(self) -> None:
        """End QEMU at once; the block that it is used in cleans up."""
        self._process.kill()

    def console(self) -> str:
        """All that the guest's kernel printed so far."""
        try:
            printed = self._console.read_bytes()
        except FileNotFoundError:  # QEMU had no time to make it
            return ""
        return printed.decode("utf-8", "replace").replace("\r\n", "\n")

    def last_words(self) -> str:
        """Why QEMU or its guest ended, as far as it said so."""
        said = self._log.read_text("utf-8", "replace").strip().splitlines()
        printed = [one for one in self.console().splitlines() if one.strip()]
        worst = [one for one in printed if "panic - " in one or "BUG:" in one] or printed
        if worst:
            return f"the guest said: {worst[-1].strip()}"
        return f"QEMU said: {said[-1]}" if said else "neither QEMU nor the guest said why"

    def _connect(self, folder: Path) -> None:
        self._wait_for(folder / "qmp", folder / "gdb")
        self.monitor = Monitor(folder / "qmp")
        if self._state is not None:
            self.monitor.load(self._state)
        self.gdb = GdbRemote.connect(folder / "gdb")

    def _wait_for(self, *sockets: Path) -> None:
        deadline = time.monotonic() + 20
        while not all(one.exists() for one in sockets):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise LastputError(
                    "qemu-failed",
                    f"QEMU does not start; {self.last_words()}",
                    "QEMU 7.2 and newer are known to work",
                )
            time.sleep(0.01)

    def _explained(self, error: LastputError) -> LastputError:
        if self._state is None:
            return error
        code = self._process.poll()
        if code is not None and code < 0:
            return LastputError(
                "qemu-gone", f"QEMU was ended by signal {-code}; {self.last_words()}", "run the replay again"
            )
        if "allocate memory" in self.last_words():
            return LastputError(
                "qemu-failed", f"QEMU gets no memory; {self.last_words()}", "-j 1 runs one guest at a time"
            )
        return LastputError(
            "bad-snapshot",
            f"QEMU cannot restore {self._state.parent}; {self.last_words()}",
            "delete that folder: it will be made again",
        )

    def _end(self, error: BaseException | None) -> None:
        _running.discard(self)
        if hasattr(self, "_process"):
            self._process.kill()
            self._process.wait()
            if isinstance(error, LastputError) and error.slug == "qemu-gone":
                error.what = f"{error.what}; {self.last_words()}"
        if hasattr(self, "gdb"):
            self.gdb.close()
        if hasattr(self, "monitor"):
            self.monitor.__exit__(None, None, None)
        self._folder.close()

    def _command(self, name: str) -> list[str]:
        asked = self._settings
        words = [
            PROGRAM, "-name", name, "-accel", "tcg", "-cpu", "max",
            "-smp", str(asked.cpus), "-m", str(asked.memory),
            "-display", "none", "-nodefaults", "-no-user-config", "-no-reboot", "-monitor", "none", "-S",
            "-kernel", asked.image, "-initrd", asked.initrd, "-append", asked.cmdline,
            "-serial", "file:console",
            "-qmp", "unix:qmp,server=on,wait=off",
            "-gdb", "unix:gdb,server=on,wait=off",
        ]  # fmt: skip
        for one in _backends(asked.devices):
            words += one
        for device in asked.devices:
            words += ["-device", device]
        if asked.exact:
            words += ["-icount", "shift=3,sleep=off", "-rtc", "base=2026-01-01,clock=vm", "-seed", "7"]
        if asked.ram:
            file = asked.ram.replace(",", ",,")
            kept = "on" if self._state is None else "off"
            words += [
                "-object", f"memory-backend-file,id=ram,size={asked.memory}M,mem-path={file},share={kept}",
                "-machine", "memory-backend=ram",
            ]  # fmt: skip
        if self._state is not None:
            words += ["-incoming", "defer"]
        return words


def _backends(devices: tuple[str, ...]) -> list[list[str]]:
    """What devices name that must be there before them: a disk of 64 MiB without contents, a line at whose
    other end nobody is. Nothing of the host is reachable from a guest."""
    found = []
    for value in (part.partition("=")[2] for device in devices for part in device.split(",")):
        if value.startswith("null-disk"):
            found.append(["-blockdev", f"null-co,node-name={value},size=67108864,read-zeroes=on"])
        elif value.startswith("null-line"):
            found.append(["-chardev", f"null,id={value}"])
    return found


#: Guests that run now, in any thread.
_running: set[Guest] = set()


def end_all() -> None:
    """Kill all guests of this process. Whoever waits for one gets LastputError ``qemu-gone``."""
    for guest in tuple(_running):
        guest.kill()


@cache
def version() -> str:
    """QEMU's version line, or "" if there is none."""
    if not shutil.which(PROGRAM):
        return ""
    done = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=False)
    return (done.stdout.splitlines() or [""])[0]
