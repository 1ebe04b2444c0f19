"""What a command costs, with all processes that it leaves behind: CPU, wall clock, memory."""

from __future__ import annotations

__all__ = ["Cost", "cost"]

import ctypes
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import msgspec

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, include/uapi/linux/prctl.h
_PAUSE = 0.5


class Cost(msgspec.Struct, frozen=True):
    """``cpu`` and ``wall`` in seconds; ``memory``: the most that all its processes held at one time (PSS, as
    sampled twice a second), in bytes; ``lines`` that it printed."""

    cpu: float
    wall: float
    memory: int
    lines: int


def cost(words: list[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end and wait for its orphans. Raises SystemExit if it fails."""
    if ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0):
        sys.exit("prctl() refused to hand over orphans, so workers would not count")
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            words, stdout=out, stderr=errors, env={**os.environ, **(environment or {})}
        )
        watch = _Watch()
        watch.start()
        code = process.wait()
        wall = time.monotonic() - begin
        while True:
            try:
                os.wait()
            except ChildProcessError:
                break
        watch.done.set()
        watch.join()
        out.seek(0)
        errors.seek(0)
        if code not in (0, 1):
            sys.exit(f"{' '.join(words)} ended with {code}:\n{errors.read().decode()[-2000:]}")
        lines = out.read().count(b"\n")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(cpu, wall, watch.most, lines)


class _Watch(threading.Thread):
    """Samples the memory of all that this process has started."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.done = threading.Event()
        self.most = 0

    def run(self) -> None:
        while not self.done.wait(_PAUSE):
            self.most = max(self.most, sum(_memory(one) for one in _descendants(os.getpid())))


def _descendants(top: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found: list[int] = []
    pending = [top]
    while pending:
        below = children.get(pending.pop(), [])
        found += below
        pending += below
    return found


def _memory(process: int) -> int:
    """Its share of the memory that it maps, in bytes; 0 if it is gone."""
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:")), 0)
