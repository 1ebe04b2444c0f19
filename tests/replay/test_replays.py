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
