"""Real kernels in QEMU: the race in kvm_vm_release() with its controls, and the stories of work items.

One guest at a time: they share an xdist group.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from lastput.errors import LastputError
from lastput.schema.replay import Report

pytestmark = [pytest.mark.needs_qemu, pytest.mark.xdist_group("qemu")]

_ROOT = Path(__file__).parent.parent.parent


def _replay(*words: str) -> Report:
    done = subprocess.run(
        [sys.executable, "-m", "lastput", "replay", "--format", "json", *words],
        capture_output=True,
        env={**os.environ, "PYTHONPATH": str(_ROOT / "src")},
        timeout=900,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr.decode()
    return msgspec.json.decode(done.stdout, type=Report)


def _verdicts(report: Report) -> dict[str, set[str]]:
    return {one.name: {run.verdict for run in one.runs} for one in (report.story, *report.controls)}


def _qemus() -> set[str]:
    """The QEMUs that are the children of none of ours: those that were left behind."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if words.startswith(b"qemu-system") and b"lastput-replay-" in words:
                found.add(entry.name)
    return found


def test_the_release_race_and_its_controls(package_6_1: Path, package_6_12: Path) -> None:
    report = _replay("kvm/f1-release-puts-module", "--kernel", str(package_6_1), "--fixed", str(package_6_12))
    assert _verdicts(report) == {
        "story": {"OOPS"},
        "no opponent": {"CLEAN"},
        "held before module_put()": {"INFEASIBLE"},
        "both held, vmm goes first": {"CLEAN"},
        "both held, admin goes first": {"OOPS"},
        "the fixed kernel": {"INFEASIBLE"},
    }
    assert report.evidence()
    for run in report.story.runs:
        assert run.where.startswith("kvm_vm_release+") and run.where.endswith("[kvm]")
    assert "EWOULDBLOCK" in report.controls[1].runs[0].reason
    assert "EWOULDBLOCK" in report.controls[-1].runs[0].reason


def test_the_work_item_that_puts_its_module(package_6_1: Path) -> None:
    report = _replay("module/selfput-in-work", "--kernel", str(package_6_1))
    assert report.evidence() and report.story.expected == "OOPS"
    assert report.story.runs[0].where.startswith("drv_work+")
    assert "call module_put" in report.sites[0]


def test_its_twin_whose_put_is_a_jump(package_6_1: Path) -> None:
    report = _replay("module/tail-call-jump", "--kernel", str(package_6_1), "--no-controls")
    assert _verdicts(report) == {"story": {"CLEAN"}}
    assert "jmp module_put" in report.sites[0]
    places = [told.place for told in report.story.runs[0].story]
    assert any(place.startswith("process_one_work+") for place in places)


def test_the_work_item_that_flushes_itself(package_6_1: Path) -> None:
    report = _replay("workqueue/self-flush", "--kernel", str(package_6_1))
    assert _verdicts(report) == {"story": {"HUNG"}}
    assert any("flush_work" in line for line in report.story.runs[0].splat)


def test_a_kernel_that_panics_at_boot(package_6_1: Path, tmp_path: Path) -> None:
    """An archive without /init: the kernel finds no root and panics; QEMU ends with it."""
    from lastput.replay.kernel import open_kernel
    from lastput.replay.machine import Machine
    from lastput.replay.qemu import Guest, Settings

    (tmp_path / "initrd").write_bytes(b"")
    before = _qemus()
    kernel = open_kernel(package_6_1)
    settings = Settings(str(kernel.image), str(tmp_path / "initrd"), "console=ttyS0 panic=-1")
    with pytest.raises(LastputError, match="panic") as error, Guest(settings) as guest:
        Machine(guest, kernel, 0x5A001000).boot(150.0)
    assert error.value.slug == "qemu-gone"
    assert _qemus() <= before


def test_a_snapshot_of_another_kernel(
    package_6_1: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lastput.replay import guests
    from lastput.replay.guest_image import conductor
    from lastput.replay.kernel import open_kernel
    from lastput.replay.mailbox import Mailbox

    about = guests.About(text=0, mailbox=Mailbox.empty(), modules={}, kernel="another")
    (tmp_path / "about").write_bytes(msgspec.msgpack.encode(about))
    monkeypatch.setattr(guests, "snapshot", lambda *_: tmp_path)
    recipe = guests.Recipe({}, "")
    with (
        pytest.raises(LastputError, match="another kernel") as error,
        guests.ready(open_kernel(package_6_1), conductor(), recipe),
    ):
        pass
    assert error.value.slug == "bad-snapshot"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_qemu_does_not_outlive_the_command(package_6_1: Path, number: signal.Signals) -> None:
    before = _qemus()
    with subprocess.Popen(
        [sys.executable, "-m", "lastput", "replay", "workqueue/self-flush", "--kernel", str(package_6_1)],
        env={**os.environ, "PYTHONPATH": str(_ROOT / "src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None and not _qemus() - before:
            time.sleep(0.05)
        process.send_signal(number)
        process.wait(60)
    for _ in range(100):
        if _qemus() <= before:
            break
        time.sleep(0.05)
    assert _qemus() <= before


def test_a_qemu_that_dies_in_the_middle(package_6_1: Path) -> None:
    from lastput.replay.kernel import open_kernel
    from lastput.replay.machine import Machine
    from lastput.replay.qemu import Guest, Settings

    kernel = open_kernel(package_6_1)
    settings = Settings(str(kernel.image), str(kernel.image), "console=ttyS0")
    with pytest.raises(LastputError) as error, Guest(settings) as guest:
        machine = Machine(guest, kernel, 0x5A001000)
        os.kill(guest.pid, signal.SIGKILL)
        machine.boot(150.0)
    assert error.value.slug == "qemu-gone"


def test_no_qemu_is_told_with_its_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lastput.replay.qemu import Guest, Settings

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LastputError) as error, Guest(Settings("", "", "")):
        pass
    assert error.value.slug == "no-qemu" and "apt install qemu-system-x86" in str(error.value)
