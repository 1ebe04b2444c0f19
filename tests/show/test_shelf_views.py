"""One test of the shelf for each class of error: every view draws it, and it replays to the same bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.cli import shelf
from lastput.cli.main import main
from lastput.schema.trace import Trace, decode
from lastput.show.render import render

_CASES = {
    "unmapped-text": "kvm/f1-release-puts-module",
    "use-after-free": "ref/use-after-put",
    "double-free": "slab/freed-twice",
    "refcount-underflow": "ref/put-twice",
    "refcount-from-zero": "ref/get-from-zero",
    "deadlock": "workqueue/flush-under-lock",
    "leak": "slab/leaked",
    "null-deref": "slab/allocation-fails",
    "warn": "slab/cache-destroyed-early",
    "sleep-in-atomic": "timer/sleep-in-callback",
    "lock-misuse": "workqueue/leaks-lock",
}
#: What a kernel's log would surely say.
_WORDS = {
    "unmapped-text": "#PF: supervisor instruction fetch in kernel mode",
    "use-after-free": "BUG: KASAN: slab-use-after-free in ",
    "double-free": "BUG: KASAN: double-free in kfree",
    "refcount-underflow": "refcount_t: underflow; use-after-free.",
    "refcount-from-zero": "refcount_t: addition on 0; use-after-free.",
    "deadlock": "blocked for more than 120 seconds.",
    "leak": "unreferenced object 0x",
    "null-deref": "BUG: kernel NULL pointer dereference, address: 0000000000000000",
    "warn": "WARNING: CPU: ",
    "sleep-in-atomic": "BUG: sleeping function called from invalid context at ",
    "lock-misuse": "------------[ cut here ]------------",
}


def _output(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    main(list(words))
    out, err = capsys.readouterr()
    assert not err
    return out


@pytest.mark.parametrize("error", sorted(_CASES))
def test_views(error: str, capsys: pytest.CaptureFixture[str]) -> None:
    report = _output(capsys, "check", "--all", _CASES[error])
    line = next(line for line in report.splitlines() if f" --schedule v1:{error}:" in line)
    words = line.removeprefix("  replay: lastput ").split()
    assert _output(capsys, *words) in report
    trace = decode(_output(capsys, *words, "--json").encode(), "trace")
    assert trace.error == error
    assert trace.causes
    _narrow(trace)
    assert _WORDS[error] in render("splat", trace)


def _narrow(trace: Trace) -> None:
    commit = render("commit", trace)
    assert commit.isascii()
    assert max(len(line) for line in commit.splitlines()) <= 72
    report = [line for line in render("terminal", trace).splitlines() if not line.startswith("  replay:")]
    assert max(len(line) for line in report) <= 80


def test_the_hung_task_of_the_mail(capsys: pytest.CaptureFixture[str]) -> None:
    """flush_work() of a work item on itself, frame by frame."""
    out = _output(capsys, "check", "--splat", "kvm/e4-flush-and-vm-reference")
    report = out[out.index("INFO: task kworker/") :]
    frames = [line.strip().partition("+")[0] for line in report.splitlines() if "+0x" in line]
    assert frames[:14] == [
        *("__schedule", "schedule", "schedule_timeout", "__wait_for_common", "__flush_work"),
        *("kvm_clear_async_pf_completion_queue", "kvm_arch_destroy_vm", "kvm_put_kvm", "async_pf_execute"),
        *("process_one_work", "worker_thread", "kthread", "ret_from_fork", "ret_from_fork_asm"),
    ]
    assert "Workqueue: events async_pf_execute [kvm]" in report


def test_the_shelf_is_found() -> None:
    root = shelf.root()
    assert root is not None
    for name in _CASES.values():
        assert (root / f"{name}.c").is_file()
        assert shelf.display(Path(root / f"{name}.c")) == f"{name}.c"
