"""Real kernels in QEMU: the race in kvm_vm_release() with its controls, and the stories of work items.

One guest at a time: they share an xdist group.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

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


def test_the_release_race_and_its_controls(package_6_1: Path, package_6_12: Path) -> None:
    report = _replay(
        "kvm/f1-release-puts-module", "--kernel", str(package_6_1), "--fixed", str(package_6_12), "--exact"
    )
    assert _verdicts(report) == {
        "story": {"OOPS"},
        "no opponent": {"CLEAN"},
        "held before module_put()": {"INFEASIBLE"},
        "both held, vmm goes first": {"CLEAN"},
        "both held, admin goes first": {"OOPS"},
        "the fixed kernel": {"INFEASIBLE"},
    }
    assert report.evidence() and report.exact is not None
    assert (report.exact.verdict, report.identical) == ("OOPS", 1)
    for run in report.story.runs:
        assert run.where.startswith("kvm_vm_release+") and run.where.endswith("[kvm]")
    assert "EWOULDBLOCK" in report.controls[1].runs[0].reason
    assert "EWOULDBLOCK" in report.controls[-1].runs[0].reason


def test_the_file_of_statistics_that_does_not_hold_the_vendor_module(package_6_12: Path) -> None:
    report = _replay("kvm/stats-file-owned-by-kvm", "--kernel", str(package_6_12))
    assert _verdicts(report) == {"story": {"OOPS"}, "the other order": {"CLEAN"}}
    assert report.evidence() and report.claims == ("C12",)
    assert any("kvm_vm_stats_release" in line for line in report.story.runs[0].splat)
    # The kernel dies of the same cause, but not in the text that the test names.
    assert not report.borne_out() and report.story.runs[0].kind == "null-deref"


def test_a_kernel_of_today(packages_7_3: tuple[Path, ...]) -> None:
    report = _replay(
        "kvm/stats-file-owned-by-kvm", "--kernel", str(packages_7_3[0]), "--runs", "1", "--kaslr"
    )
    assert report.evidence() and report.kernel.startswith("7.3.")


def test_a_kernel_that_never_comes_to_the_point_has_the_fix(packages_7_3: tuple[Path, ...]) -> None:
    report = _replay("kvm/f1-release-puts-module", "--kernel", str(packages_7_3[0]), "--runs", "1")
    assert report.story.expected == "INFEASIBLE" and report.evidence()
    assert "EWOULDBLOCK" in report.story.runs[0].reason
    assert any("never comes to return of module_put into kvm" in note for note in report.notes)


@pytest.mark.parametrize(
    ("story", "kind"),
    [
        ("scsi_debug-error-file", "use-after-free"),
        ("nf_nat-cleanup-work", "unmapped-text"),
        ("ksmbd-connection-thread", "unmapped-text"),
        ("nvmf-host-from-zero", "refcount-from-zero"),
        ("plip-deferred-work", "unmapped-text"),
        ("tpm-read-timeout", "deadlock"),
    ],
)
def test_a_bug_of_today(story: str, kind: str, packages_7_3: tuple[Path, ...]) -> None:
    """One for each kind of evidence; the others of litmus/found are of the same kinds."""
    report = _replay(f"found/{story}", "--kernel", str(packages_7_3[0]), "--runs", "1")
    assert report.evidence() and report.borne_out(), report
    assert report.story.runs[0].kind == kind


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


_AT_ITS_LEAST = """
modules = ["kvm_amd"]
expect = "INFEASIBLE"
steps = ["vmm until write to module.refcnt of kvm_amd if value == 1", "admin to end", "vmm to end"]
[threads.vmm]
setup = ["open dev /dev/kvm", "ioctl_fd dev vm 0xae01 0", "close dev"]
do = ["close vm"]
[threads.admin]
do = ["rmmod kvm_amd"]
"""


@pytest.mark.parametrize(("cpus", "reason"), [("1", "preempt_count is 0x1"), ("2", "synchronize_rcu")])
def test_a_thread_that_cannot_be_preempted(package_6_1: Path, tmp_path: Path, cpus: str, reason: str) -> None:
    """module_put() counts down with preemption off. The unload then waits for a grace period: alone on a
    CPU it cannot even begin to."""
    plan = tmp_path / "least.toml"
    plan.write_text(_AT_ITS_LEAST)
    words = ("--kernel", str(package_6_1), "--runs", "1", "--cpus", cpus, "--boot-timeout", "400")
    report = _replay(str(plan), *words)
    run = report.story.runs[0]
    assert run.verdict == "INFEASIBLE" and reason in run.reason
    assert run.story[0].place == "module_put+0x26"
    assert "once that is released, everything goes on" in run.reason


def test_a_thread_that_goes_nowhere_is_no_answer(package_6_1: Path, tmp_path: Path) -> None:
    plan = tmp_path / "asleep.toml"
    plan.write_text(
        'expect = "CLEAN"\nsteps = ["one to end"]\n[threads.one]\ndo = ["sh while :; do :; done"]\n'
    )
    with pytest.raises(AssertionError):  # exit code 2
        _replay(str(plan), "--kernel", str(package_6_1), "--runs", "1")


def test_a_point_that_is_not_on_the_way_is_no_answer(package_6_1: Path, tmp_path: Path) -> None:
    plan = tmp_path / "never.toml"
    plan.write_text(
        'expect = "INFEASIBLE"\nsteps = ["one until entry of vfs_rename", "one to end"]\n'
        '[threads.one]\ndo = ["sleep 1"]\n'
    )
    with pytest.raises(AssertionError):  # exit code 2
        _replay(str(plan), "--kernel", str(package_6_1), "--runs", "1")


def test_an_action_that_is_wrong_is_no_refusal(package_6_1: Path, tmp_path: Path) -> None:
    plan = tmp_path / "wrong.toml"
    plan.write_text('expect = "INFEASIBLE"\nsteps = ["one to end"]\n[threads.one]\ndo = ["rmmod ghost"]\n')
    with pytest.raises(AssertionError):
        _replay(str(plan), "--kernel", str(package_6_1), "--runs", "1")


_UNPLUG = """
devices = ["e1000,id=nic"]
modules = ["e1000"]
expect = "INFEASIBLE"
steps = ["user until return of e1000_open into __dev_open", "qemu to end", "user to end"]
[threads.user]
do = ["link up eth0"]
[threads.qemu]
do = ["device_del nic"]
[[controls]]
name = "nobody is held"
steps = ["user to end", "qemu to end"]
"""


_KEPT = """
modules = ["loop"]
expect = "LEAK"
counter = "count /sys/module/loop/refcnt"
steps = ["one to end"]
[threads.one]
do = ["open file /dev/loop0"]
[threads.two]
do = ["open file /dev/loop0", "close file"]
[[controls]]
name = "it is closed"
steps = ["two to end"]
"""


def test_a_number_that_does_not_come_back(package_6_1: Path, tmp_path: Path) -> None:
    plan = tmp_path / "kept.toml"
    plan.write_text(_KEPT)
    report = _replay(str(plan), "--kernel", str(package_6_1), "--runs", "1")
    run = report.story.runs[0]
    assert report.evidence() and (run.verdict, run.kind) == ("LEAK", "leak")
    assert run.reason == "`count /sys/module/loop/refcnt` was 0 and is 1"


def test_a_device_that_is_busy_is_not_let_go(packages_7_3: tuple[Path, ...], tmp_path: Path) -> None:
    """Hot unplug: whoever brings the interface up holds the lock that its removal wants."""
    plan = tmp_path / "unplug.toml"
    plan.write_text(_UNPLUG)
    report = _replay(str(plan), "--kernel", str(packages_7_3[0]), "--runs", "1")
    run = report.story.runs[0]
    assert report.evidence() and run.verdict == "INFEASIBLE"
    assert "does not let go of device nic while user is held" in run.reason
    assert "unregister_netdev <- e1000_remove" in run.reason


def test_a_panic_is_the_kernels_death(package_6_1: Path, tmp_path: Path) -> None:
    plan = tmp_path / "crash.toml"
    plan.write_text('steps = ["one to end"]\n[threads.one]\ndo = ["sh echo c > /proc/sysrq-trigger"]\n')
    run = _replay(str(plan), "--kernel", str(package_6_1), "--runs", "1").story.runs[0]
    assert (run.verdict, run.reason) == ("OOPS", "the kernel panics")
