"""A search that is stopped goes on where it was, to the same verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lastput
from lastput.cli.main import main

_TEST = "kvm/f1-release-puts-module"
_BIG = "kvm/bench-async-pf"


def _check(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    code = main(["check", "-q", *words])
    return code, capsys.readouterr().out


def test_stopped_and_resumed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    whole = _check(capsys, _TEST)
    saved = tmp_path / "saved"
    code, out = _check(capsys, _TEST, "--max-states", "30", "--save", str(saved))
    assert (code, out.splitlines()[0].partition(" (")[0]) == (2, "UNKNOWN")
    assert f"--resume {saved}" in " ".join(out.split())
    assert _check(capsys, _TEST, "--resume", str(saved)) == whole


def test_depth_first_finds_deep_errors_early(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    stopped = ("--max-states", "100", "--save", str(saved))
    code, out = _check(capsys, _TEST, *stopped)
    assert (code, out.partition(" (")[0]) == (2, "UNKNOWN")
    code, out = _check(capsys, _TEST, "--depth-first", *stopped)
    assert (code, out.partition(" (")[0]) == (1, "UNSAFE")
    assert "a shorter trace may exist" in " ".join(out.split())
    assert _check(capsys, _TEST, "--resume", str(saved)) == _check(capsys, _TEST)


def test_a_file_of_another_test(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    _check(capsys, _TEST, "--max-states", "30", "--save", str(saved))
    assert main(["check", "kvm/f1-one-module", "--resume", str(saved)]) == 2
    assert "[resume-mismatch]" in capsys.readouterr().err
    saved.write_bytes(saved.read_bytes()[:-7])
    assert main(["check", _TEST, "--resume", str(saved)]) == 2
    err = capsys.readouterr().err
    assert "[bad-resume]" in err
    assert len(err.splitlines()) == 2


def test_no_place_to_save(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    where = tmp_path / "no" / "such" / "directory"
    code, out = _check(capsys, _TEST, "--max-states", "30", "--save", str(where))
    assert code == 2
    assert "UNKNOWN" in out
    assert "[cannot-write]" in " ".join(out.split())


def _worked(process: int) -> float:
    """Seconds of a CPU that it has had: enough of them, and it searches, however busy the machine is."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("wanted", [signal.SIGINT, signal.SIGTERM])
def test_interrupted(tmp_path: Path, wanted: signal.Signals) -> None:
    """Ctrl-C: a partial verdict, and a file to go on with."""
    environment = {**os.environ, "PYTHONPATH": str(Path(lastput.__file__).parent.parent)}
    words = [sys.executable, "-m", "lastput", "check", _BIG, "-DV=2", "--engine", "python", "--no-merge"]
    process = subprocess.Popen(
        words,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        while process.poll() is None and _worked(process.pid) < 6:
            time.sleep(0.1)
        process.send_signal(wanted)
        out, _ = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 2
    assert "UNKNOWN (interrupted; frontier " in out
    assert "--resume bench-async-pf.lastput-resume" in " ".join(out.split())
    assert (tmp_path / "bench-async-pf.lastput-resume").stat().st_size > 0
