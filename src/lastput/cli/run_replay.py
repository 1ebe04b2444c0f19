"""``lastput replay``: a counterexample or a plan, forced onto a real kernel."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import importlib.util
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lastput.cli import replay_finding, shelf
from lastput.errors import LastputError
from lastput.schema.trace import Trace

if TYPE_CHECKING:
    from lastput.check.test import Test
    from lastput.replay.plan import Plan
    from lastput.schema.replay import Report

_NEEDS = ("capstone", "elftools", "lz4", "qemu.qmp", "zstandard")


def run(args: argparse.Namespace) -> int:
    """Replay what ``args`` names; ``_code`` has the exit codes."""
    from lastput.replay.plan import written

    plan, origin = _plan(args)
    if args.plan:
        sys.stdout.write(written(plan))
        return 0
    _check_extra()
    return _played(plan, origin, args)


def _played(plan: Plan, origin: str, args: argparse.Namespace) -> int:
    from lastput.replay import lanes
    from lastput.replay.campaign import Asked, Environment, replay
    from lastput.replay.fetch import locate
    from lastput.replay.guest_image import check_programs
    from lastput.replay.hold import Mode
    from lastput.replay.kernel import open_kernel
    from lastput.show.replay import text

    check_programs()
    with _Status() as tell:
        other = args.fixed or (plan.fixed_kernel if args.fetch else "")
        modules = Path(args.modules) if args.modules else None
        reads = [partial(open_kernel, *locate(args.kernel, args.fetch, tell), modules=modules)]
        reads += [partial(open_kernel, *locate(other, args.fetch, tell))] if other else []
        tell("reading the kernel")
        kernel, *rest = lanes.run(reads, 2)
        fixed = rest[0] if rest else None
        asked = Asked(
            runs=args.runs,
            control_runs=0 if args.no_controls else args.control_runs,
            mode=Mode(args.hold),
            cpus=args.cpus,
            exact=args.exact,
            kaslr=args.kaslr,
            mitigations=args.mitigations,
            jobs=args.jobs or 0,
            boot_timeout=args.boot_timeout,
        )
        report = replay(plan, asked, Environment(kernel, fixed, tell), origin)
    if args.report:
        sys.stdout.write(_bug_report(report, plan, args))
    elif args.format == "json":
        sys.stdout.write(msgspec.json.encode(report).decode() + "\n")
    else:
        sys.stdout.write(text(report, args.width, args.verbose))
    return _code(report)


def _bug_report(report: Report, plan: Plan, args: argparse.Namespace) -> str:
    """With the drawing of the litmus test, if the story is one, and the finding and its patch, if its tree is
    named."""
    from lastput.replay.plan import written
    from lastput.show.bug_report import text
    from lastput.show.render import Options, render

    race = ""
    if Path(args.story).suffix != ".toml" and not replay_finding.is_finding(args.story):
        traces = _traces(shelf.resolve(args.story)[0], args)[1]
        shown = {run.kind for run in report.story.runs}
        trace = next((one for one in traces if one.error in shown), traces[0] if traces else None)
        race = render("commit", trace, Options(width=72)) if trace else ""
    finding = replay_finding.of_plan(plan.finding, args)
    patch = replay_finding.patch_of(finding, args) if finding is not None else None
    return text(report, written(plan, width=72), race, finding, patch)


def _traces(path: Path, args: argparse.Namespace) -> tuple[Test, tuple[Trace, ...]]:
    """A litmus test, compiled, and its counterexamples."""
    from lastput.check.trace.build import build
    from lastput.cli.program import load
    from lastput.engine.search import check

    loaded = load(path, args)
    found = check(loaded.compiled.program).findings
    about = loaded.context()
    return loaded, tuple(build(loaded.compiled.program, one, about) for one in found)


def _code(report: Report) -> int:
    """0: clean or refused, as it must be; 1: the kernel was harmed, as it must be; 2: no answer, or one that
    the story or its controls do not bear out."""
    from lastput.replay.controls import HARM

    harmed = report.story.expected in HARM
    if harmed and report.story.holds() and not report.controls:
        return 1  # --no-controls: the user knows that it is no evidence
    return int(harmed) if report.evidence() else 2


def _plan(args: argparse.Namespace) -> tuple[Plan, str]:
    """The plan, and a sentence on where it comes from."""
    from lastput.model.header import read_header
    from lastput.replay.plan import read

    if replay_finding.is_finding(args.story):
        return replay_finding.plan(args)
    path = Path(args.story)
    if path.suffix == ".toml":
        if not path.is_file():
            raise LastputError("no-file", f"{path} cannot be read", "name a plan, or a litmus test")
        return read(path.read_text("utf-8", "replace"), str(path)), f"written by hand: {path}"
    paths = shelf.resolve(args.story)
    if len(paths) != 1 or shelf.is_folder(args.story):
        raise LastputError("one-test", f"{args.story} names several tests", "a replay is of a single one")
    beside = paths[0].with_suffix(".toml")
    if beside.is_file():
        plan, header = (
            read(beside.read_text("utf-8"), str(beside)),
            read_header(paths[0].read_text(), str(paths[0])),
        )
        plan = msgspec.structs.replace(
            plan,
            question=plan.question or header.question,
            claims=plan.claims or header.claims,
            predicted=tuple(one.error for one in header.expected or ()),
        )
        return plan, f"written by hand: {shelf.display(beside)}"
    return _derived(paths[0], args)


def _derived(path: Path, args: argparse.Namespace) -> tuple[Plan, str]:
    """The plan for the first counterexample of the test that a kernel shows by itself."""
    from lastput.replay import bindings
    from lastput.replay.derive import derive

    loaded, traces = _traces(path, args)
    if not traces:
        raise LastputError(
            "no-plan", f"{shelf.display(path)} has no counterexample: there is nothing to force",
            "a plan for a safe test is written by hand: docs/replay.md",
        )  # fmt: skip
    real = bindings.read(path)
    claims = loaded.compiled.header.claims
    problem: LastputError | None = None
    for trace in traces:
        try:
            plan = derive(trace, real, path.stem, claims)
        except LastputError as error:
            problem = problem or error
        else:
            return plan, f"derived from the {trace.error} of {shelf.display(path)}, {len(trace.steps)} steps"
    assert problem is not None
    raise problem


def _check_extra() -> None:
    missing = [name for name in _NEEDS if not _there(name)]
    if missing:
        raise LastputError(
            "no-replay-extra",
            f"these packages are not installed: {', '.join(missing)}",
            "pip install 'lastput[replay]'",
        )


def _there(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


class _Status:
    """One line on a terminal that says what is going on."""

    def __enter__(self) -> Callable[[str], None]:
        return self._tell

    def __exit__(self, *_: object) -> None:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")

    def _tell(self, what: str) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\x1b[K{what}")
            sys.stderr.flush()
