"""Check one test of the command line: with a status line, and saved if it is interrupted."""

from __future__ import annotations

__all__ = ["check_file", "explored", "problem"]

import argparse
import sys
from pathlib import Path

import msgspec

from lastput.check.run import failed, search
from lastput.check.workers import idle_worker_helps
from lastput.cli import shelf
from lastput.cli.program import engine_options, load, make_request
from lastput.engine import resume
from lastput.engine.verdict import Progress, Result
from lastput.errors import LastputError
from lastput.schema.checked import Checked
from lastput.schema.trace import Explored, Trace
from lastput.show.progress import Status


def check_file(path: Path, args: argparse.Namespace, quiet: bool = False, alone: bool = True) -> Checked:
    """Check the test at ``path``. ``alone``: a search that is interrupted is saved.

    Raises LastputError for what is wrong with the test or with the file of ``--resume``.
    """
    test = load(path, args, engine_options(args))
    if args.resume:
        snapshot = resume.load(args.resume, test.program)
        test = msgspec.structs.replace(test, request=msgspec.structs.replace(test.request, resume=snapshot))
    with Status(sys.stderr, shelf.display(path), wanted=not quiet) as status:

        def progress(now: Progress) -> None:
            status.tell(now.phase, now.stored, now.depth, now.frontier)

        outcome = search(test, progress)
    checked = outcome.checked
    if not alone:
        return checked
    saved, note = _save(outcome.result, path, args)
    hint = idle_worker_helps(outcome)
    notes = (*checked.notes, *(text for text in (note, hint) if text))
    return msgspec.structs.replace(checked, saved=saved, notes=notes)


def _save(result: Result, path: Path, args: argparse.Namespace) -> tuple[str, str]:
    """Keep a search that was stopped; gives the file's name, or a note why there is none."""
    if result.snapshot is None or not (args.save or result.reason.startswith("interrupted")):
        return "", ""
    name = args.save or f"{path.stem}.lastput-resume"
    try:
        resume.save(name, result.snapshot)
    except LastputError as error:
        # The verdict so far is worth more than the file.
        return "", f"not saved: {error.what} [{error.slug}]"
    return name, ""


def problem(path: Path, error: LastputError, args: argparse.Namespace) -> Checked:
    """The outcome of a test that has none."""
    return failed(make_request(path, args), error)


def explored(trace: Trace, checked: Checked, args: argparse.Namespace) -> Trace:
    """A trace that also says how much was searched, for JSON."""
    switches = sum(1 for one, two in zip(trace.steps, trace.steps[1:], strict=False) if one.task != two.task)
    options = engine_options(args)
    # A search that has found something was one without partial order.
    reductions = tuple(name for name in ("merge", "symmetry") if getattr(options, name))
    done = Explored(checked.states, checked.complete, reductions, checked.complete, switches)
    return msgspec.structs.replace(trace, explored=done)
