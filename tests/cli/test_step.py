"""Driving a test by hand, through a pipe."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from lastput.cli.main import main


def drive(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, words: list[str], *lines: str
) -> str:
    """What comes out when ``lines`` are typed."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    assert main(["step", *words]) == 0
    out, err = capsys.readouterr()
    assert not err
    return out


def test_driven_into_the_error_by_hand(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unsafe: Path
) -> None:
    out = drive(capsys, monkeypatch, [str(unsafe)], "a .", "a .", "b .", "s", "show")
    assert "foo#0  freed" in out
    assert "*** use-after-free: " in out
    assert "--schedule v1:use-after-free:" in out
    assert "UNSAFE use-after-free (foo#0): b uses foo#0 after a freed it" in out


def test_undo_goes_back(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unsafe: Path
) -> None:
    out = drive(capsys, monkeypatch, [str(unsafe)], "a", "a", "u 2", "g 0", "q")
    screens = [screen.partition("\n")[2].strip() for screen in f"\n{out}".split("\n> ")]
    screens[0] = out.partition("\n> ")[0].strip()
    assert screens[0] == screens[3] == screens[4]
    assert screens[0] != screens[1]


def test_from_cause_to_cause(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol of the mail: n, n, n, and it is an Oops."""
    out = drive(capsys, monkeypatch, ["kvm/f1-release-puts-module"], "n", "n", "n", "s")
    one, two, three = out.split("> n\n")[1:]
    assert "(1) vmm drops the last reference to kvm_intel" in one
    assert "(2) admin unmaps kvm.ko" in two
    assert "(3)" not in two
    assert "kvm_put_kvm() [kvm: TEXT GONE]" in two
    assert "*** unmapped-text: " in three
    assert "lastput show kvm/f1-release-puts-module.c --schedule v1:unmapped-text:" in three


def test_the_oops_by_hand(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/views.md says it."""
    lines = ["vmm ."] * 8 + ["admin ."] * 6 + ["vmm", "?"]
    out = drive(capsys, monkeypatch, ["kvm/f1-release-puts-module"], *lines)
    assert out.count("\nstep") == len(lines) - 1
    assert "*** unmapped-text: runs in text of kvm, which is unmapped ***" in out
    assert "the next cause" in out.partition("> ?")[2]


def test_who_is_blocked_on_whom(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    out = drive(capsys, monkeypatch, ["kvm/original-flushes-itself"], "n", "n")
    assert re.search(r"kworker +waits for the work item kvm_async_pf#0, which kworker runs", out)
    assert "*** deadlock" in out


def test_a_run_is_saved_and_taken_up_again(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unsafe: Path, tmp_path: Path
) -> None:
    saved = tmp_path / "run"
    first = drive(capsys, monkeypatch, [str(unsafe)], "a", "b", f"s {saved}")
    line = saved.read_text().strip()
    assert line in first
    again = drive(capsys, monkeypatch, line.split()[2:], "q")
    assert again.split("> q")[0].rstrip() in first
    shown = drive(capsys, monkeypatch, [str(unsafe), "--schedule", "v1:use-after-free:a4b2"], "q")
    assert shown.startswith("step 0")


@pytest.mark.parametrize(
    ("lines", "slug"),
    [
        (["zebra"], "no-such-command"),
        (["a.7"], "not-enabled"),
        (["a 99"], "not-enabled"),
        (["g 5"], "no-such-command"),
        (["show"], "no-error-here"),
        (["s /no/such/folder/file"], "file"),
    ],
)
def test_what_cannot_be_done_is_said(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    unsafe: Path,
    lines: list[str],
    slug: str,
) -> None:
    out = drive(capsys, monkeypatch, [str(unsafe)], *lines, "q")
    assert f"[{slug}]" in out


def test_a_safe_test_has_no_counterexample(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, safe: Path
) -> None:
    out = drive(capsys, monkeypatch, [str(safe)], "n", "a .", "a .", "a .", "b .", "b .", "b .", "l")
    assert "[no-counterexample]" in out
    assert "***" not in out


def test_help_and_the_empty_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, unsafe: Path
) -> None:
    out = drive(capsys, monkeypatch, [str(unsafe)], "h", "a", "", "q")
    assert "undo" in out
    assert "\nstep 2  a: " in out
