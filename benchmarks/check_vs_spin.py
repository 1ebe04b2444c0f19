"""lastput against SPIN on one model, side by side in one run: states, user CPU seconds, peak memory.

    python -m benchmarks.check_vs_spin [--vcpus V] [--items W] [--workers N]

The model is litmus/kvm/bench-async-pf.c. SPIN gets the export of the same program, without monitors, and
pan is built with -O2 -DSAFETY, with and without its partial-order reduction. Each of our searches runs in
a process of its own. Ratios are the figures to quote: seconds differ from machine to machine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
from pathlib import Path

from lastput.engine.interpret import boot
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.spin import SpinResult, run_spin
from lastput.engine.verdict import Options
from lastput.model.compile import Compiled, compile_file
from lastput.model.options import ModelOptions

MODEL = Path(__file__).parent.parent / "litmus" / "kvm" / "bench-async-pf.c"


def compiled(vcpus: int, items: int, workers: int) -> Compiled:
    """The model of that size."""
    options = ModelOptions(workers=workers, defines=(("V", str(vcpus)), ("W", str(items))))
    return compile_file(str(MODEL), options)


def ours(vcpus: int, items: int, workers: int, reduced: bool) -> dict[str, object]:
    """One search in this process. ``seconds`` is the user CPU time of the whole process."""
    program = compiled(vcpus, items, workers).program
    options = Options(merge=reduced, symmetry=reduced, por=reduced, engine="auto" if reduced else "numba")
    result = check(program, options)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "verdict": result.verdict.value,
        "states": result.stored,
        "transitions": result.transitions,
        "seconds": usage.ru_utime,
        "memory": usage.ru_maxrss * 1024,
        "ranges": result.ranges,
    }


def in_child(arguments: argparse.Namespace, kind: str) -> dict[str, object]:
    """The same in a child, so that memory and time are its own."""
    command = [sys.executable, "-m", "benchmarks.check_vs_spin", "--child", kind]
    for name in ("vcpus", "items", "workers"):
        command += [f"--{name}", str(getattr(arguments, name))]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    found: dict[str, object] = json.loads(done.stdout)
    return found


def spin(
    arguments: argparse.Namespace, ranges: tuple[tuple[int, int], ...], flags: tuple[str, ...]
) -> SpinResult:
    """SPIN on the same program."""
    program = compiled(arguments.vcpus, arguments.items, arguments.workers).program
    text = to_promela(program, boot(program), ranges, monitors=False)
    return run_spin(text, flags=flags)


def _number(row: dict[str, object], name: str) -> float:
    value = row[name]
    assert isinstance(value, (int, float))
    return float(value)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--vcpus", type=int, default=1)
    parser.add_argument("--items", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--child", choices=("fine", "reduced"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        size = (arguments.vcpus, arguments.items, arguments.workers)
        print(json.dumps(ours(*size, arguments.child == "reduced")))
        return 0
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"V={arguments.vcpus} W={arguments.items} workers={arguments.workers}")
    in_child(argparse.Namespace(vcpus=1, items=1, workers=2), "fine")  # compile the machine, if need be
    fine = in_child(arguments, "fine")
    reduced = in_child(arguments, "reduced")
    given = fine["ranges"]
    assert isinstance(given, list)
    ranges = tuple((int(low), int(high)) for low, high in given)
    rows: list[tuple[str, float, float, float]] = []
    for name, flags in (
        ("SPIN pan -O2 -DSAFETY", ("-O2", "-DSAFETY")),
        ("SPIN, -DNOREDUCE", ("-O2", "-DSAFETY", "-DNOREDUCE")),
    ):
        done = spin(arguments, ranges, flags)
        rows.append((name, done.states_stored, done.user_seconds, done.max_rss))
    for name, row in (("lastput, no reduction", fine), ("lastput", reduced)):
        rows.append((name, _number(row, "states"), _number(row, "seconds"), _number(row, "memory")))
    print(f"{'':24}{'states':>12}{'user s':>9}{'states/s':>11}{'peak MB':>9}{'B/state':>9}")
    for name, states, seconds, memory in rows:
        rate, each = states / max(seconds, 0.01), memory / states
        print(f"{name:24}{states:12,.0f}{seconds:9.1f}{rate:11,.0f}{memory / 1e6:9.0f}{each:9.0f}")
    best = min(rows[:2], key=lambda row: row[2])
    print("\nagainst the faster SPIN:")
    for name, states, seconds, memory in rows[2:]:
        print(
            f"  {name}: {best[1] / states:.1f} times fewer states, {best[2] / seconds:.2f} times less time, "
            f"{best[3] / memory:.2f} times less memory, "
            f"{(states / seconds) / (best[1] / best[2]):.2f} times the states per second, "
            f"{(best[3] / best[1]) / (memory / states):.2f} times less memory a state"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
