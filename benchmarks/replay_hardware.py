"""Brings every module of ``hardware.toml`` to life in a guest, uses it once and pulls its devices out again:
the table of docs/reach.md.

    python -m benchmarks.replay_hardware 7.3 [MODULE ...]

The kernel's packages must be in the cache (lastput replay --fetch).
"""

from __future__ import annotations

import os
import sys
import time

from lastput.errors import LastputError
from lastput.replay.campaign import Asked, Environment, replay
from lastput.replay.fetch import locate
from lastput.replay.hardware import Hardware, hardware, trial
from lastput.replay.kernel import Kernel, open_kernel


def main(word: str, *names: str) -> None:
    """Print a row for each module."""
    kernel = open_kernel(*locate(word, fetch=False))
    print(f"## {kernel.release}\n\n| module | with | came to life |\n|---|---|---|")
    for name in names or hardware():
        way = hardware().get(name, Hardware())
        began, before = time.monotonic(), os.times()
        said = tried(kernel, name, way)
        spent = sum(os.times()[:4]) - sum(before[:4])
        devices = ", ".join(one.partition(",")[0] for one in way.devices)
        print(f"| `{name}` | {devices} | {said} |", flush=True)
        print(f"{name}: {time.monotonic() - began:.1f} s, {spent:.1f} s CPU", file=sys.stderr)


def tried(kernel: Kernel, name: str, way: Hardware) -> str:
    """The verdict and its reason, or why there is none."""
    try:
        report = replay(
            trial(name, way), Asked(runs=1, control_runs=0, jobs=1), Environment(kernel, None, lambda _: None)
        )
    except LastputError as error:
        return f"no: {error.what}"
    run = report.story.runs[0]
    return "yes" if run.verdict == "CLEAN" else f"{run.verdict}: {run.reason}"


if __name__ == "__main__":
    main(*sys.argv[1:])
