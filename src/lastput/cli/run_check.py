"""``lastput check``: one test with its counterexample, or many with a table."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import os
import signal
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import msgspec

from lastput.cli import shelf
from lastput.cli.checking import check_file, explored, problem
from lastput.cli.claims import read_claims
from lastput.cli.output import question_lines, show_traces, verdict_lines
from lastput.cli.write import write_whole
from lastput.errors import LastputError
from lastput.schema.checked import Checked
from lastput.show.folder import pages
from lastput.show.render import render
from lastput.show.table import table

_CODES = {"SAFE": 0, "UNSAFE": 1}
_FAILED = 2


def run(args: argparse.Namespace) -> int:
    """Check what ``args`` names. One file: 0 SAFE, 1 UNSAFE, 2 no verdict. Several: 0 if all is as
    expected, 1 if not, 2 if a test could not be run."""
    many = len(args.tests) > 1 or shelf.is_folder(args.tests[0])
    paths = list(dict.fromkeys(path for word in args.tests for path in shelf.resolve(word)))
    if not many:
        return _one(paths[0], args)
    if args.resume or args.save:
        raise LastputError("one-test", "--save and --resume are for one test", "name a single file")
    claims = read_claims(paths)
    checks = tuple(_many(paths, args))
    if args.format == "text" and checks:
        if not args.quiet:
            sys.stdout.write(table(checks, claims))
        for check in checks:
            if args.all and check.traces:
                sys.stdout.write("\n" + "\n".join(question_lines(check)) + "\n\n")
                sys.stdout.write(show_traces(check.traces, args))
    if args.html:
        _folder(checks, args)
    if len(checks) < len(paths):
        print(f"lastput: interrupted; {len(paths) - len(checks)} tests were not run", file=sys.stderr)
        return _FAILED
    if any(check.problem or check.verdict == "UNKNOWN" for check in checks):
        return _FAILED
    return 1 if any(check.wrong for check in checks) else 0


def _one(path: Path, args: argparse.Namespace) -> int:
    check = check_file(path, args, quiet=args.quiet)
    if args.html and args.all:
        _folder((check,), args)
    elif args.html:
        _page(check, args)
    if args.format == "json":
        _print_json(check, args)
        return _CODES.get(check.verdict, _FAILED)
    if not args.quiet:
        if check.expected.question:
            sys.stdout.write("\n".join(question_lines(check)) + "\n\n")
        if check.traces:
            shown = check.traces if args.all else check.traces[:1]
            sys.stdout.write(show_traces(shown, args) + "\n")
    sys.stdout.write("\n".join(verdict_lines(check, args)) + "\n")
    return _CODES.get(check.verdict, _FAILED)


def _many(paths: list[Path], args: argparse.Namespace) -> Iterator[Checked]:
    """The outcomes in the order of ``paths``; fewer of them after an interrupt."""
    jobs = min(args.jobs or os.cpu_count() or 1, len(paths))
    work = partial(_quiet, args)
    try:
        if jobs == 1:
            yield from _told(map(work, paths), paths, args)
        else:
            if args.engine != "python":
                from lastput.engine.native import prepare

                prepare()
            with Pool(jobs, _leave_signals_to_parent) as pool:
                yield from _told(pool.imap(work, paths), paths, args)
    except KeyboardInterrupt:
        pass
    finally:
        if sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")


def _told(checks: Iterable[Checked], paths: list[Path], args: argparse.Namespace) -> Iterator[Checked]:
    """Pass the outcomes on, with a line on a terminal that says how far it is."""
    if sys.stderr.isatty() and not args.quiet:
        sys.stderr.write(f"0/{len(paths)}")
    for number, check in enumerate(checks, 1):
        if sys.stderr.isatty() and not args.quiet:
            sys.stderr.write(f"\r\x1b[K{number}/{len(paths)} {check.file}")
            sys.stderr.flush()
        if args.format == "json":
            _print_json(check, args)
        yield check


def _leave_signals_to_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def _quiet(args: argparse.Namespace, path: Path) -> Checked:
    """One test of many: what is wrong with it is a line of the table."""
    try:
        return check_file(path, args, quiet=True, alone=False)
    except LastputError as error:
        return problem(path, error, args)


def _page(check: Checked, args: argparse.Namespace) -> None:
    """Write the first counterexample as a page."""
    if not check.traces:
        print(f"lastput: {check.verdict}: there is no counterexample to write", file=sys.stderr)
        return
    text = render("html", explored(check.traces[0], check, args))
    write_whole(Path(args.html), text.encode())


def _folder(checks: tuple[Checked, ...], args: argparse.Namespace) -> None:
    """Write a page for each counterexample (the first of each test, or all), and an index."""
    folder = Path(args.html)
    folder.mkdir(parents=True, exist_ok=True)
    full = []
    for check in checks:
        wanted = check.traces if args.all else check.traces[:1]
        traces = tuple(explored(trace, check, args) for trace in wanted)
        full.append(msgspec.structs.replace(check, traces=traces))
    for name, text in pages(full).items():
        write_whole(folder / name, text.encode())


def _print_json(check: Checked, args: argparse.Namespace) -> None:
    traces = tuple(explored(trace, check, args) for trace in check.traces)
    full = msgspec.structs.replace(check, traces=traces)
    sys.stdout.write(msgspec.json.encode(full).decode() + "\n")
