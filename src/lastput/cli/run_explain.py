"""``lastput explain``: a log through reader, symbols, rules, shelf and sources."""

from __future__ import annotations

__all__ = ["explain", "run"]

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from lastput.cli.shelf_tests import shelf_tests
from lastput.errors import LastputError
from lastput.schema.splat import Explained, Explanation, Report, Snippet
from lastput.show.explain import render
from lastput.splat import rules
from lastput.splat.definitions import containing
from lastput.splat.reader import read
from lastput.splat.shelf import ShelfTest, matches
from lastput.splat.sources import snippets, wanted
from lastput.splat.symbols import Symbols, read_elf, read_map, resolve


def run(args: argparse.Namespace) -> int:
    """Explain one log. 1 if it has a report, 0 if it has none."""
    if args.file == "-":
        explanation = explain(sys.stdin.buffer, "standard input", args)
    else:
        path = Path(args.file)
        if path.is_dir():
            raise LastputError("no-log", f"{path} is a directory", "name a file with a kernel log")
        with path.open("rb") as stream:
            explanation = explain(stream, args.file, args)
    if args.format == "json":
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(explanation), indent=2) + b"\n")
    else:
        sys.stdout.write(render(explanation, args.width))
    return 1 if explanation.reports else 0


def explain(
    stream: BinaryIO,
    name: str,
    args: argparse.Namespace,
    shelf: Callable[[], Sequence[ShelfTest]] = shelf_tests,
) -> Explanation:
    """The explanation of a log. ``shelf`` gives the litmus tests in which the same question is looked for; it
    is called only for a log with a report whose error class is known."""
    log = read(stream, args.max_reports)
    symbols = _symbols(args, log.bases)
    reports = [resolve(report, symbols) for report in log.reports]
    source = _sources(reports, args.tree) if args.tree else {}
    told = [rules.judge(report, reports) for report in reports]
    tests = shelf() if any(one.error for one in told) else ()
    found = [
        Explained(report, one, matches(report, one, tests), source.get(report.line, ()))
        for report, one in zip(reports, told, strict=True)
    ]
    return Explanation(file=name, lines=log.lines, reports=tuple(found), left_out=log.left_out)


def _symbols(args: argparse.Namespace, bases: dict[str, int]) -> Symbols:
    known = {**bases, **dict(args.module_base)}
    rows: list[tuple[int, str, str]] = []
    for name in args.symbols:
        rows += read_map(Path(name))
    for name in args.vmlinux:
        rows += read_elf(Path(name), known)
    return Symbols(rows, known)


def _sources(reports: list[Report], tree: str) -> dict[int, tuple[Snippet, ...]]:
    from lastput.c.tree import open_tree

    names = sorted({name for report in reports for name, _, _ in wanted(report)})
    opened = open_tree(tree, _say)
    root = Path(tree)
    if not names:
        files = {}
    elif root.is_dir():
        files = containing(root, names, _say)
    else:
        files = opened.containing(names)
    return {report.line: snippets(report, files) for report in reports}


def _say(text: str) -> None:
    print(f"lastput: {text}", file=sys.stderr)
