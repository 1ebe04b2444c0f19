"""Runs SPIN on a Promela model that ``to_promela`` wrote, and reads what it says.

SPIN and gcc are never needed by lastput itself; they are an outside oracle and a yardstick.
"""

from __future__ import annotations

__all__ = ["PAN_FLAGS", "SpinResult", "have_spin", "run_spin"]

import os
import re
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import msgspec

from lastput.engine.program import ErrorClass
from lastput.errors import LastputError

#: How pan is compiled for exact counts: no liveness, no partial order.
PAN_FLAGS = ("-O1", "-DSAFETY", "-DNOREDUCE")

_APT = "apt-get install spin gcc libc6-dev"
_DEEPEST = 1 << 30


class SpinResult(msgspec.Struct, frozen=True):
    """What one search of pan did.

    ``states_stored`` and ``transitions`` are exact below 1e8 (pan prints 8 digits). ``findings`` are
    the slugs that a model with monitors printed, in the order of ErrorClass; ``errors`` counts pan's
    own. ``complete`` is False if it ran out of depth or memory. Seconds are user CPU seconds: of spin
    and gcc together, and of pan; ``max_rss`` and ``vector_bytes`` are bytes.
    """

    states_stored: int
    transitions: int
    errors: int
    findings: tuple[str, ...]
    complete: bool
    depth: int
    vector_bytes: int
    build_seconds: float
    user_seconds: float
    max_rss: int
    output: str


def have_spin() -> bool:
    """Whether the programs are there."""
    return shutil.which("spin") is not None and shutil.which("gcc") is not None


def run_spin(
    promela: str,
    *,
    flags: tuple[str, ...] = PAN_FLAGS,
    pan: tuple[str, ...] = ("-E", "-c0"),
    depth: int = 100_000,
    hash_bits: int = 20,
    memory: int | None = None,
    timeout: float | None = None,
) -> SpinResult:
    """Compiles and runs a model in a temporary directory.

    ``flags`` go to gcc, ``pan`` to the search (without ``-E`` stuck processes are errors; ``-c0``
    goes on after errors). ``depth`` is the first limit of the search stack and grows until it
    suffices. ``memory`` is pan's limit in MB, ``timeout`` in seconds for each program run. Raises
    LastputError: ``no-spin``, ``spin-failed``, ``spin-timeout``, ``spin-memory``, and ``spin-trap``
    if the model met a limit (a pool that overflows, a value outside its range).
    """
    for program in ("spin", "gcc"):
        if shutil.which(program) is None:
            raise LastputError("no-spin", f"the program {program} is not installed", f"install it: {_APT}")
    with tempfile.TemporaryDirectory(prefix="lastput-spin-") as name:
        room = Path(name)
        (room / "model.pml").write_text(promela)
        limits = (f"-DMEMLIM={memory}",) if memory else ()
        spent = 0.0
        for command in (
            ("spin", "-o1", "-o2", "-o3", "-a", "model.pml"),
            ("gcc", "-w", "-DVECTORSZ=8192", "-DNOFAIR", *flags, *limits, "-o", "pan", "pan.c"),
        ):
            done = _run(command, room, timeout)
            spent += done.user
            if done.code != 0 or not (room / ("pan.c" if command[0] == "spin" else "pan")).exists():
                raise LastputError(
                    "spin-failed",
                    f"{command[0]} refused the model: {_last_lines(done.output)}",
                    "lastput export --promela writes the model for a closer look",
                )
        while True:
            done = _run(("./pan", *pan, f"-m{depth}", f"-w{hash_bits}"), room, timeout)
            if "max search depth too small" not in done.output or depth >= _DEEPEST:
                return _read(done, spent)
            depth *= 8


class _Done(msgspec.Struct, frozen=True):
    code: int
    output: str
    user: float
    rss: int


def _run(command: tuple[str, ...], room: Path, timeout: float | None) -> _Done:
    """Runs a program to its end; its own user seconds and peak memory, not those of all children."""
    log = room / "log"
    with log.open("wb") as sink:
        child = subprocess.Popen(command, cwd=room, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    late = threading.Event()

    def stop() -> None:
        late.set()
        child.kill()

    timer = threading.Timer(timeout, stop) if timeout else None
    if timer:
        timer.start()
    try:
        _, status, usage = os.wait4(child.pid, 0)
    except BaseException:
        child.kill()
        raise
    finally:
        if timer:
            timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    if late.is_set():
        raise LastputError(
            "spin-timeout",
            f"{command[0]} took more than {timeout:g} s",
            "give it more time, or a smaller model",
        )
    output = log.read_text(errors="replace")
    return _Done(child.returncode, output, usage.ru_utime, usage.ru_maxrss * 1024)


def _last_lines(text: str) -> str:
    return "; ".join(line.strip() for line in text.strip().splitlines()[-3:])[:300]


def _number(pattern: str, text: str) -> int:
    found = re.search(pattern, text, re.MULTILINE)
    return int(float(found[1])) if found else -1


def _read(done: _Done, spent: float) -> SpinResult:
    text = done.output
    trap = re.search(r"^lastput-trap: (.*)$", text, re.MULTILINE)
    if trap:
        raise LastputError(
            "spin-trap", f"the model met a limit: {trap[1]}", "raise the limit, then export again"
        )
    stored = _number(r"^\s*([\d.e+]+) states, stored", text)
    if stored < 0:
        if "out of memory" in text or "reached -DMEMLIM" in text:
            raise LastputError("spin-memory", "pan ran out of memory", "give it more, or a smaller model")
        raise LastputError(
            "spin-failed", f"pan failed: {_last_lines(text)}", "run the exported model by hand"
        )
    slugs = set(re.findall(r"^lastput-finding: (\S+)", text, re.MULTILINE))
    return SpinResult(
        states_stored=stored,
        transitions=_number(r"^\s*([\d.e+]+) transitions", text),
        errors=_number(r"errors: (\d+)", text),
        findings=tuple(error.slug for error in ErrorClass if error.slug in slugs),
        complete="Search not completed" not in text and "max search depth too small" not in text,
        depth=_number(r"depth reached (\d+)", text),
        vector_bytes=_number(r"State-vector (\d+) byte", text),
        build_seconds=spent,
        user_seconds=done.user,
        max_rss=done.rss,
        output=text,
    )
