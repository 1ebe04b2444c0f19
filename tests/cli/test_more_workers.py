"""A deadlock for want of a kworker is told apart from one of the code."""

from __future__ import annotations

import pytest

from lastput.cli.main import main


@pytest.mark.parametrize(
    ("words", "told"),
    [
        # One kworker runs the item that flushes the other: a second one would run that.
        (("workqueue/flush-other-item", "--workers", "1"), True),
        # An item that waits for itself waits for ever, however many there are.
        (("workqueue/self-flush", "--workers", "1"), False),
    ],
)
def test_busy_kworkers(capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: bool) -> None:
    assert main(["check", *words]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "deadlock in " in out
    assert ("there is none with --workers 2" in out) is told
