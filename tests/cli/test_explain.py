"""``lastput explain`` as its users meet it."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from lastput.cli.main import main

_LOGS = Path(__file__).parent.parent / "splat" / "logs"


def test_a_report_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(_LOGS / "mail-hung-kworker.txt")]) == 1
    assert "flush_work() is reached from" in capsys.readouterr().out


def test_a_clean_log(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", str(_LOGS / "no-report.txt")]) == 0
    assert "no kernel report" in capsys.readouterr().out


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = (_LOGS / "refcount-underflow.txt").read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["explain"]) == 1
    assert "refcount-underflow" in capsys.readouterr().out


def test_json(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["explain", "--format", "json", str(_LOGS / "kasan-double-free.txt")]) == 1
    found = json.loads(capfdbinary.readouterr().out)
    assert found["schema"] == "lastput-explain/1"
    assert found["reports"][0]["diagnosis"]["error"] == "double-free"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        (["/nonexistent"], "file"),
        ([str(_LOGS)], "no-log"),
        ([str(_LOGS / "bug-on.txt"), "--symbols", str(_LOGS / "bug-on.txt")], "bad-symbols"),
        ([str(_LOGS / "bug-on.txt"), "--tree", "/nonexistent"], "no-tree"),
    ],
)
def test_mistakes_are_two_lines(words: list[str], slug: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", *words]) == 2
    error = capsys.readouterr().err
    assert f"[{slug}]" in error
    assert len(error.splitlines()) == 2
