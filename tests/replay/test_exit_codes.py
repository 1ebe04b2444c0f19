"""What a replay exits with, and what runs on a kernel that has the fix."""

from __future__ import annotations

from typing import cast

import pytest

from lastput.cli.main import main
from lastput.cli.run_replay import _code
from lastput.replay import campaign, plan
from lastput.replay.campaign import Asked, Environment
from lastput.replay.guest_image import Conductor
from lastput.replay.guests import Recipe
from lastput.replay.kernel import Kernel
from lastput.schema.replay import Report, Run, Series

_STORY = """
modules = ["gizmo"]
steps = ["admin to end", "user to end"]
[threads.user]
setup = ["find file /sys/kernel/debug state"]
do = ["close file"]
[threads.admin]
do = ["rmmod gizmo"]
"""


def _series(expected: str, *verdicts: str) -> Series:
    return Series("story", "", (), expected, tuple(Run(one) for one in verdicts))


def _report(story: Series, *controls: Series, identical: int = -1) -> Report:
    return Report(
        name="x", kernel="7.3", qemu="", cmdline="", cpus=1, mode="spin", story=story, controls=controls,
        identical=identical,
    )  # fmt: skip


_GOOD, _BAD = _series("CLEAN", "CLEAN"), _series("CLEAN", "OOPS")


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (_report(_series("OOPS", "OOPS", "OOPS"), _GOOD), 1),
        (_report(_series("OOPS", "OOPS")), 1),  # --no-controls
        (_report(_series("OOPS", "OOPS"), _BAD), 2),
        (_report(_series("OOPS", "OOPS", "CLEAN"), _GOOD), 2),
        (_report(_series("OOPS", "UNKNOWN"), _GOOD), 2),
        (_report(_series("OOPS", "OOPS"), _GOOD, identical=0), 2),
        (_report(_series("HUNG", "HUNG")), 1),
        (_report(_series("INFEASIBLE", "INFEASIBLE")), 0),
        (_report(_series("INFEASIBLE", "UNKNOWN")), 2),
        (_report(_series("INFEASIBLE", "OOPS")), 2),
        (_report(_series("CLEAN", "CLEAN"), _BAD), 2),
    ],
)
def test_the_exit_code(report: Report, code: int) -> None:
    assert _code(report) == code


@pytest.mark.parametrize(
    ("fixed", "expected"),
    [("", "CLEAN or INFEASIBLE"), ('fixed = ["user to end", "admin to end"]', "INFEASIBLE")],
)
def test_the_fixed_kernel_has_a_row_with_and_without_steps_of_its_own(
    fixed: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class _Known:
        release = "7.3"

    kernel = cast("Kernel", _Known())
    monkeypatch.setattr(campaign, "_recipe", lambda *_: Recipe({}, ""))
    story = plan.read(fixed + _STORY, "gizmo.toml")
    about = Environment(kernel, kernel, lambda _: None)
    last = campaign._wanted(story, Asked(), about, Conductor(b"", 0))[-1]
    assert (last.name, last.expected) == ("the fixed kernel", expected)
    assert last.steps == (story.fixed or story.steps)


def test_a_plan_is_printed_without_the_extra(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("lastput.cli.run_replay._there", lambda _: False)
    assert main(["replay", "--plan", "kvm/f1-release-puts-module"]) == 0
    assert "until return of module_put into kvm" in capsys.readouterr().out
    assert main(["replay", "kvm/f1-release-puts-module"]) == 2
    assert "[no-replay-extra]" in capsys.readouterr().err
