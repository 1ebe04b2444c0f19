"""How fast is the search, with SPIN beside it on the same protocol, in the same run?

    python benchmarks/check_vs_spin.py
    python benchmarks/check_vs_spin.py --quick

The protocol is KVM's asynchronous page faults (``litmus/kvm/bench-async-pf.c``) with V vCPUs of W work
items each. Each search is a process of its own; user CPU seconds and peak memory are those the
kernel counted for it (``wait4``). Ours include Python's start, imports and the compilation of the
litmus test; SPIN's are those of pan alone, ``spin -a`` and gcc are told apart. Before, a small search
fills the cache of machine code. Ratios above 1 are in our favour.

What SPIN gets is ``to_promela(.., monitors=False)``: the model as one would write it for SPIN, without
locations that are never reached, the hash table sized to the states, -O2 -DSAFETY, with its
partial-order reduction and without; the ratios take the faster one. That it stores exactly the states
of our unreduced search is checked. Exit code: 0, or 1 with ``--require`` if a goal is missed, 2 if the
searches disagree or one of them fails.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from lastput.engine.interpret import boot
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.spin import run_spin
from lastput.engine.verdict import Options
from lastput.errors import LastputError
from lastput.model.compile import compile_file
from lastput.model.options import ModelOptions

ROOT = Path(__file__).resolve().parent.parent
LITMUS = ROOT / "litmus" / "kvm" / "bench-async-pf.c"

#: What counts as done, and what is aimed at: ratios to the faster SPIN.
GOALS = (
    ("unreduced: states per second", 1.0, 4.0),
    ("unreduced: memory per state", 2.0, 4.0),
    ("reduced: fewer states", 50.0, 500.0),
    ("reduced: less time", 50.0, 500.0),
    ("small test, file to verdict: less time than spin + gcc + pan", 1.0, 1.0),
)


class Job(msgspec.Struct, frozen=True):
    """One search of ours."""

    litmus: str
    vcpus: int
    items: int
    workers: int
    reduced: bool


class Answer(msgspec.Struct, frozen=True):
    verdict: str
    states: int
    transitions: int
    ranges: tuple[tuple[int, int], ...]
    reached: tuple[int, ...]


class Row(msgspec.Struct, frozen=True):
    name: str
    states: int
    transitions: int
    seconds: float  # user CPU
    memory: int  # peak, bytes

    @property
    def per_second(self) -> float:
        return self.states / max(self.seconds, 0.01)

    @property
    def per_state(self) -> float:
        return self.memory / self.states


def options_of(job: Job) -> ModelOptions:
    # NR_WORKERS as well: the test's own Options line wins over a number that is the default.
    numbers = (("V", job.vcpus), ("W", job.items), ("NR_WORKERS", job.workers))
    return ModelOptions(workers=job.workers, defines=tuple((name, str(value)) for name, value in numbers))


def search(job: Job) -> Answer:
    """Runs in a process of its own."""
    program = compile_file(job.litmus, options_of(job)).program
    whole = Options(merge=False, symmetry=False)
    result = check(program, Options() if job.reduced else whole)
    met = zip(result.executed, result.blocked, strict=True)
    return Answer(
        result.verdict.value,
        result.stored,
        result.transitions,
        result.ranges,
        tuple(number for number, seen in enumerate(met) if any(seen)),
    )


def measure(job: Job, name: str) -> tuple[Row, Answer, float]:
    """The row, the answer and the wall seconds of a search in its own process."""
    with tempfile.TemporaryDirectory(prefix="lastput-bench-") as room:
        where = Path(room) / "answer"
        command = [
            sys.executable,
            __file__,
            "--job",
            msgspec.json.encode(job).decode(),
            "--answer",
            str(where),
        ]
        begun = time.perf_counter()
        child = subprocess.Popen(command)
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            raise LastputError("benchmark-failed", f"{name} ended with {child.returncode}", "see above")
        answer = msgspec.json.decode(where.read_bytes(), type=Answer)
    row = Row(name, answer.states, answer.transitions, usage.ru_utime, usage.ru_maxrss * 1024)
    return row, answer, wall


def measure_spin(job: Job, answer: Answer, flags: tuple[str, ...], name: str) -> tuple[Row, float]:
    """The row, and the user seconds of spin and gcc."""
    program = compile_file(job.litmus, options_of(job)).program
    model = to_promela(program, boot(program), answer.ranges, monitors=False, locations=answer.reached)
    bits = max(18, math.ceil(math.log2(answer.states)))
    done = run_spin(model, flags=("-O2", "-DSAFETY", *flags), pan=(), hash_bits=bits)
    if done.errors or not done.complete:
        raise LastputError(
            "benchmark-failed", f"{name}: {done.errors} errors", "run lastput check on the test"
        )
    return Row(
        name, done.states_stored, done.transitions, done.user_seconds, done.max_rss
    ), done.build_seconds


HEAD = f"{'':<22} {'states':>12} {'transitions':>13} {'seconds':>9} {'states/s':>11} {'MB':>8} {'B/state':>8}"


def told(row: Row) -> str:
    counts = f"{row.name:<22} {row.states:>12,} {row.transitions:>13,}"
    speed = f"{row.seconds:>9.2f} {row.per_second:>11,.0f}"
    return f"{counts} {speed} {row.memory / 2**20:>8,.0f} {row.per_state:>8,.1f}"


def compare(job: Job, collapse: bool) -> list[float]:
    """Prints the table of one instance; gives the first four ratios of GOALS."""
    reduced_job = msgspec.structs.replace(job, reduced=True)
    print(
        f"{Path(job.litmus).name}, V={job.vcpus} W={job.items}, {job.workers} kworkers;",
        "user CPU seconds, peak memory in MB",
    )
    print(HEAD)
    ours, answer, _ = measure(job, "lastput, unreduced")
    print(told(ours), flush=True)
    kinds: list[tuple[str, tuple[str, ...]]] = [("SPIN", ()), ("SPIN -DNOREDUCE", ("-DNOREDUCE",))]
    if collapse:
        kinds.append(("SPIN -DCOLLAPSE", ("-DNOREDUCE", "-DCOLLAPSE")))
    rows = []
    built = 0.0
    for name, flags in kinds:
        row, built = measure_spin(job, answer, flags, name)
        rows.append(row)
        print(told(row), flush=True)
        # pan tells 8 digits of its transitions, and counts one more.
        digits = {f"{count:.7e}" for count in (row.transitions, ours.transitions + 1)}
        if flags and (row.states != ours.states or len(digits) > 1):
            raise LastputError(
                "benchmark-failed", "SPIN stored other states than we did", "find out which is wrong"
            )
    few, _, _ = measure(reduced_job, "lastput, reduced")
    print(told(few))
    spin = min(rows[:2], key=lambda row: row.seconds)
    print(f"(spin -a and gcc -O2 took {built:.1f} s of user CPU, not counted above)")
    return [
        ours.per_second / spin.per_second,
        spin.per_state / ours.per_state,
        spin.states / few.states,
        spin.seconds / few.seconds,
    ]


def small(job: Job) -> float:
    """Prints how long a small test takes from file to verdict; gives the ratio to SPIN's whole way."""
    _, answer, _ = measure(msgspec.structs.replace(job, reduced=False), "lastput")
    ours, _, wall = measure(job, "lastput")
    spin, built = measure_spin(job, answer, (), "SPIN")
    print(
        f"small test (V={job.vcpus} W={job.items}): lastput {ours.seconds:.2f} s user, {wall:.2f} s wall;",
        end=" ",
    )
    print(f"spin + gcc + pan {built + spin.seconds:.2f} s user")
    return (built + spin.seconds) / ours.seconds


def main() -> int:
    parser = argparse.ArgumentParser(description="Our search and SPIN side by side.")
    parser.add_argument("--litmus", default=str(LITMUS), help="the model; it takes V and W")
    parser.add_argument("--vcpus", type=int, default=2)
    parser.add_argument("--items", type=int, default=1)
    parser.add_argument("--workers", type=int, default=3, help="kworkers")
    parser.add_argument("--quick", action="store_true", help="V=1 W=2: well under a minute")
    parser.add_argument("--collapse", action="store_true", help="also SPIN's smallest exact store")
    parser.add_argument("--require", action="store_true", help="exit 1 if a goal is missed")
    parser.add_argument("--job", help=argparse.SUPPRESS)
    parser.add_argument("--answer", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.job:
        answer = search(msgspec.json.decode(args.job, type=Job))
        Path(args.answer).write_bytes(msgspec.json.encode(answer))
        return 0
    vcpus, items = (1, 2) if args.quick else (args.vcpus, args.items)
    job = Job(args.litmus, vcpus, items, args.workers, False)
    warm = msgspec.structs.replace(job, vcpus=1, items=1, workers=2)
    try:
        for reduced in (False, True):
            measure(msgspec.structs.replace(warm, reduced=reduced), "warm-up")
        ratios = compare(job, args.collapse)
        ratios.append(small(msgspec.structs.replace(warm, reduced=True)))
    except LastputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    missed = 0
    for (name, least, aim), ratio in zip(GOALS, ratios, strict=True):
        missed += ratio < least
        word = "missed" if ratio < least else "met" if ratio < aim else "aim reached"
        print(f"{ratio:>9.2f}x  {name} (goal {least:g}x, aim {aim:g}x): {word}")
    return 1 if args.require and missed else 0


if __name__ == "__main__":
    sys.exit(main())
