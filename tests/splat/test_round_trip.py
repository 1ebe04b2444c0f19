"""What `lastput check --splat` prints of a counterexample is explained back to its error class."""

from __future__ import annotations

import io
import re

import pytest

from lastput.cli.main import main
from lastput.splat import rules
from lastput.splat.reader import read

#: At least one test of every error class.
SAMPLE = (
    "module/selfput-in-release", "kthread/put-and-return", "kthread/stop-after-exit", "file/fput-twice",
    "file/anon-inode-fails", "file/owner-set-late", "file/deregister-in-open", "kthread/lost-wakeup",
    "kthread/stop-under-lock", "kthread/stop-itself", "workqueue/self-flush", "workqueue/leaks-lock",
    "workqueue/last-put-flushes-itself", "lock/abba", "lock/not-held", "timer/delete-in-callback",
    "rcu/grace-period-in-reader", "ref/list-deleted-twice", "kvm/e4-flush-and-vm-reference",
    "kvm/f1-release-puts-module",
)  # fmt: skip


@pytest.mark.parametrize("name", SAMPLE)
def test_explained_back(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--splat", name])
    text = capsys.readouterr().out
    shown = re.search(r"^  ([a-z-]+) in \d+ steps", text, re.MULTILINE)
    assert shown is not None
    log = read(io.BytesIO(text.encode()))
    assert shown[1] in {rules.judge(report, log.reports).error for report in log.reports}
