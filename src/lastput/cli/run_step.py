"""``lastput step``: read commands line by line, take steps, say where everybody stands."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import os
import re
import sys
from pathlib import Path

from lastput.check.test import Test
from lastput.check.trace.build import build, judge
from lastput.check.trace.schedule import decode, encode
from lastput.cli import shelf
from lastput.cli.program import load
from lastput.cli.write import write_whole
from lastput.engine.search import check
from lastput.engine.verdict import Options, Progress, Schedule
from lastput.errors import LastputError
from lastput.schema.trace import Trace
from lastput.show.colour import mark
from lastput.show.progress import Status
from lastput.show.render import render
from lastput.show.stand import stand
from lastput.show.stepper import Stepper

_OPEN = "none"  # the error class of a schedule that ends in no error
_STYLES = {
    r"^step \d+": "bold",
    r"^    \S+ .* -> .*$": "cyan",
    r"^  (objects|threads)$": "bold",
    r"waits for .*$": "yellow",
    r"\*\*\* .* \*\*\*|TEXT GONE|freed|text gone": "bold red",
}
_STEP = re.compile(r"(?P<thread>[^\s.]+)(?:\.(?P<choice>\d{1,6}))?(?:\s+(?P<times>\d{1,6}|\.))?")


class _Quit(Exception):
    """The user has seen enough."""


def run(args: argparse.Namespace, manual: str) -> int:
    """Steer one test; ``manual`` lists the commands. 0 when the input ends or the user quits."""
    paths = shelf.resolve(args.test)
    if len(paths) != 1 or shelf.is_folder(args.test):
        raise LastputError("one-test", f"{args.test} names several tests", "name a single file")
    test = load(paths[0], args)
    error, schedule = decode(args.schedule) if args.schedule else ("", ())
    start = schedule if error == _OPEN else ()
    guide = (error, schedule) if error and error != _OPEN else None
    session = _Session(test, Stepper(test.program, start), guide, manual)
    session.tell()
    tty = sys.stdin.isatty()
    try:
        while True:
            line = _read(session, tty)
            try:
                session.do(line)
            except LastputError as problem:
                print(f"{problem.what} [{problem.slug}]\n  {problem.remedy}")
            except OSError as problem:
                print(f"{problem.filename}: {problem.strerror} [file]")
    except (_Quit, EOFError):
        return 0


def _read(session: _Session, tty: bool) -> str:
    prompt = f"[{session.names()}; n u s h q] > "
    if tty:
        return input(prompt).strip()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    print(f"> {line.strip()}")
    return line.strip()


class _Session:
    def __init__(self, test: Test, stepper: Stepper, guide: tuple[str, Schedule] | None, manual: str) -> None:
        self.help = manual
        self.test = test
        self.stepper = stepper
        self.guide = guide  # error class and schedule of a counterexample
        self.causes: tuple[str, ...] = ()
        self.last = ""

    def names(self) -> str:
        """The threads that can run."""
        able = [thread for thread in self.stepper.threads if self.stepper.choices(thread)]
        return " ".join(self.stepper.program.threads[thread].name for thread in able) or "nobody can run"

    def tell(self) -> None:
        """Say where everybody stands."""
        text = stand(self.stepper, self.test.context().shorten)
        print(mark(text, _STYLES) if _colour() else text)

    def do(self, line: str) -> None:
        """Obey one line. Raises LastputError for what cannot be done, _Quit at the end."""
        line = line or self.last
        self.last = line
        word, _, rest = line.partition(" ")
        if word in _COMMANDS:
            _COMMANDS[word](self, rest.strip())
        elif line:
            self._step(line)

    def _step(self, line: str) -> None:
        match = _STEP.fullmatch(line)
        thread = self._thread(match["thread"]) if match else -1
        if match is None or thread < 0:
            raise LastputError(
                "no-such-command", f"{line!r} is no command", f"threads: {self.names()}; h for help"
            )
        if match["times"] == ".":
            if not self.stepper.run_on(thread):
                self.stepper.take(thread, int(match["choice"] or 0))
        else:
            for _ in range(int(match["times"] or 1)):
                self.stepper.take(thread, int(match["choice"] or 0))
        self.tell()

    def _thread(self, name: str) -> int:
        threads = self.stepper.program.threads
        return next((one for one in self.stepper.threads if threads[one].name == name), -1)

    def _undo(self, rest: str) -> None:
        self.stepper.undo(int(rest) if rest.isdecimal() else 1)
        self.tell()

    def _go(self, rest: str) -> None:
        if not rest.isdecimal() or int(rest) > len(self.stepper.schedule):
            raise LastputError(
                "no-such-command",
                f"this run has {len(self.stepper.schedule)} steps",
                "g N goes back to step N",
            )
        self.stepper.go(self.stepper.schedule[: int(rest)])
        self.tell()

    def _restart(self, rest: str) -> None:
        self.stepper.go(())
        self.tell()

    def _next_cause(self, rest: str) -> None:
        if self.guide is None:
            self.guide = self._search()
        error, schedule = self.guide
        trace = build(
            self.test.program,
            judge(self.test.program, error, schedule),
            self.test.context(),
        )
        steps = sorted({step.n for step in trace.steps if step.cause} | {len(schedule)})
        here = self.stepper.schedule
        done = len(here) if here == schedule[: len(here)] else 0
        to = next((n for n in steps if n > done), len(schedule))
        self.stepper.go(schedule[:to])
        self.tell()
        print("\n".join(_told(trace, to, len(schedule))))

    def _search(self) -> tuple[str, Schedule]:
        with Status(sys.stderr, self.test.name) as status:

            def progress(now: Progress) -> None:
                status.tell(now.phase, now.stored, now.depth, now.frontier)

            result = check(self.test.program, Options(), progress)
        if not result.findings:
            raise LastputError(
                "no-counterexample", f"there is none: {result.verdict.value}", "take steps of your own"
            )
        found = result.findings[0]
        return found.error.slug, found.schedule

    def _save(self, rest: str) -> None:
        broken = self.stepper.broken
        text = encode(broken.error.slug if broken else _OPEN, self.stepper.schedule)
        verb = "show" if broken else "step"
        name = self.test.name
        line = " ".join(["lastput", verb, name, *self.test.request.flags, "--schedule", text])
        if rest:
            write_whole(Path(rest), f"{line}\n".encode())
        print(line)

    def _show(self, rest: str) -> None:
        broken = self.stepper.broken
        if broken is None:
            raise LastputError("no-error-here", "nothing has gone wrong yet", "take more steps")
        program = self.test.program
        found = judge(program, broken.error.slug, self.stepper.schedule)
        print(render("terminal", build(program, found, self.test.context())), end="")

    def _list(self, rest: str) -> None:
        for event in self.stepper.history.events:
            here = self.stepper.program.locations[event.location]
            print(f"{event.n:4d}  {self.stepper.program.threads[event.thread].name}: {here.what or '...'}")

    def _help(self, rest: str) -> None:
        print(self.help, end="")

    def _quit(self, rest: str) -> None:
        raise _Quit


_COMMANDS = {
    "u": _Session._undo,
    "g": _Session._go,
    "r": _Session._restart,
    "n": _Session._next_cause,
    "s": _Session._save,
    "show": _Session._show,
    "l": _Session._list,
    "h": _Session._help,
    "help": _Session._help,
    "?": _Session._help,
    "q": _Session._quit,
    "quit": _Session._quit,
}


def _told(trace: Trace, step: int, end: int) -> list[str]:
    """The causes that have come about by ``step``; what is no step comes about at the ``end``."""
    numbers = {one.cause: one.n for one in trace.steps if one.cause}
    rows = []
    for number, cause in enumerate(trace.causes, 1):
        if numbers.get(number, end) <= step:
            rows.append(f"({number}) {cause}")
    return rows


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
