"""What goes wrong with a guest ends in two lines and exit code 2; no QEMU and no directory is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from lastput.cli.main import main
from lastput.replay import cache, guest_image, guests
from lastput.replay.scratch import scratch

pytestmark = [pytest.mark.needs_qemu, pytest.mark.xdist_group("qemu")]

_ROOT = Path(__file__).parent.parent.parent
_IDLE = """
expect = "CLEAN"
steps = ["one to end"]
[threads.one]
setup = ["sh : {mark}"]
do = ["sleep 60000"]
"""


class World:
    """A place of its own for temporary files; the cache has all but the snapshots of the usual one."""

    def __init__(self, folder: Path, package: Path) -> None:
        self.package = package
        self.temporary = folder / "tmp"
        self.cache = folder / "cache"
        for one in (self.temporary, self.cache):
            one.mkdir()
        for kind in ("kernels", "facts", "guest"):
            (self.cache / kind).symlink_to(cache.folder(kind))
        self.plan = folder / "idle.toml"
        self.plan.write_text(_IDLE.format(mark=folder))
        self.words = ["replay", str(self.plan), "--kernel", str(package), "--runs", "2", "-j", "2"]
        self.environment = {
            **os.environ,
            "PYTHONPATH": str(_ROOT / "src"),
            "TMPDIR": str(self.temporary),
            "LASTPUT_CACHE": str(self.cache),
        }

    def start(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "lastput", *self.words, *words],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def fails(self, *words: str) -> str:
        """The two lines of a run that gives no answer."""
        with self.start(*words) as process:
            return self.failure(process)

    def failure(self, process: subprocess.Popen[str]) -> str:
        out, err = process.communicate(timeout=600)
        assert (process.returncode, out) == (2, ""), err
        assert len(err.splitlines()) == 2, err
        self.is_clean()
        return err

    def guests(self) -> list[int]:
        """The QEMUs that run here."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                here = (entry / "cwd").readlink().is_relative_to(self.temporary)
                if here and (entry / "cmdline").read_bytes().startswith(b"qemu-system"):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def wait_for_guests(self, number: int) -> list[int]:
        for _ in range(6000):
            if len(found := self.guests()) == number:
                return found
            time.sleep(0.02)
        raise AssertionError(f"{self.guests()} instead of {number} guests")

    def is_clean(self) -> None:
        self.wait_for_guests(0)
        assert list(self.temporary.iterdir()) == []
        assert list(self.cache.glob("snapshots/.*")) == []


@pytest.fixture
def world(tmp_path: Path, package_6_1: Path) -> Iterator[World]:
    # Whatever runs in the background of a shell ignores SIGINT, and so would our children.
    was = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield World(tmp_path, package_6_1)
    signal.signal(signal.SIGINT, was)


def test_a_guest_that_hangs_at_boot(world: World) -> None:
    assert "[boot-timeout]" in world.fails("--boot-timeout", "1")


def test_a_kernel_that_panics_at_boot(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(guest_image, "_INIT", "#!/bin/busybox sh\nexit 1\n")
    monkeypatch.setattr("tempfile.tempdir", str(world.temporary))
    monkeypatch.setenv("LASTPUT_CACHE", str(world.cache))
    assert main(world.words) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 2
    assert "[qemu-gone]" in err and "Kernel panic - not syncing: Attempted to kill init!" in err
    world.is_clean()


def test_a_module_that_does_not_load(world: World) -> None:
    """i2c-stub wants to know the addresses of its chips; the kernel's own words are told."""
    world.plan.write_text('modules = ["i2c_stub"]\n' + world.plan.read_text())
    told = world.fails()
    assert "[guest-insmod]" in told and "insmod /m/i2c_stub.ko: No such device" in told
    assert "Please specify a chip address" in told


def test_a_package_that_is_cut_off(world: World, tmp_path: Path) -> None:
    short = tmp_path / "short.deb"
    short.write_bytes(world.package.read_bytes()[: 1 << 20])
    assert "[bad-package]" in world.fails("--kernel", str(short))


def test_a_qemu_that_dies(world: World) -> None:
    with world.start() as process:
        guest = world.wait_for_guests(1)[0]
        while not any(one.stat().st_size for one in world.temporary.glob("*/console")):
            time.sleep(0.02)
        os.kill(guest, signal.SIGKILL)
        assert "[qemu-gone]" in world.failure(process)


def test_guests_that_are_saved(world: World) -> None:
    """Saved once: then both guests die, which ends their runs and nothing else; the user loses patience, and
    the snapshot is spoiled."""
    with world.start() as process:
        world.wait_for_guests(1)
        for one in world.wait_for_guests(2):
            os.kill(one, signal.SIGKILL)
        out, err = process.communicate(timeout=600)
        assert (process.returncode, err) == (2, "")
        assert "UNKNOWN in 2 of 2 runs" in out and "QEMU" in out
    world.is_clean()
    (folder,) = (world.cache / "snapshots").iterdir()

    with world.start() as process:
        world.wait_for_guests(2)
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60) == ("", "lastput: interrupted\n")
        assert process.returncode == 2
    world.is_clean()
    assert folder.is_dir()

    about = folder / "about"
    was = about.read_bytes()
    other = msgspec.structs.replace(msgspec.msgpack.decode(was, type=guests.About), kernel="another")
    about.write_bytes(msgspec.msgpack.encode(other))
    assert "it was made of another kernel" in world.fails()
    about.write_bytes(was)
    for name in ("state", "ram"):
        with (folder / name).open("r+b") as file:
            file.truncate(100_000)
        told = world.fails()
        assert "[bad-snapshot]" in told and str(folder) in told


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_end_while_the_guest_boots(world: World, number: signal.Signals) -> None:
    with world.start() as process:
        world.wait_for_guests(1)
        process.send_signal(number)
        assert process.communicate(timeout=60) == ("", "lastput: interrupted\n")
    world.is_clean()


def test_a_kill_while_the_guest_boots(world: World) -> None:
    """The directory of a process that was killed is removed by the next one."""
    with world.start() as process:
        world.wait_for_guests(1)
        process.kill()
        process.communicate(timeout=60)
    world.wait_for_guests(0)
    left = [*world.temporary.iterdir(), *world.cache.glob("snapshots/.*")]
    assert len(left) == 2
    for one in left:
        os.utime(one, (0, 0))
        with scratch("." if one.name.startswith(".") else "lastput-replay-", one.parent):
            assert not one.exists()
    world.is_clean()


def test_no_qemu_is_told_with_its_package(world: World, tmp_path: Path) -> None:
    world.environment["PATH"] = str(tmp_path)
    assert world.fails() == (
        "lastput: qemu-system-x86_64 and busybox are not installed [no-qemu]\n"
        "  apt install qemu-system-x86 busybox-static\n"
    )
    (tmp_path / "qemu-system-x86_64").symlink_to("/bin/true")
    assert "busybox is not installed" in world.fails()
