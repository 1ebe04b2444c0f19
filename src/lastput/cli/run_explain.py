"""``lastput explain``: a log through reader, symbols, rules, shelf and sources."""

from __future__ import annotations

__all__ = ["explain", "run", "shelf_tests"]

import argparse
import re
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec

from lastput.cli import shelf
from lastput.errors import LastputError
from lastput.model.header import read_header
from lastput.replay.bindings import has_plan
from lastput.schema.splat import Explained, Explanation, Report, Snippet
from lastput.show.explain import render
from lastput.splat import rules
from lastput.splat.definitions import containing
from lastput.splat.reader import read
from lastput.splat.shelf import ShelfTest, functions_of, matches
from lastput.splat.sources import snippets, wanted
from lastput.splat.symbols import Symbols, read_elf, read_map, resolve

_INCLUDE = re.compile(r'^\s*#include\s+"([\w./-]+)"', re.MULTILINE)


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


def explain(stream: BinaryIO, name: str, args: argparse.Namespace) -> Explanation:
    """The explanation of a log."""
    log = read(stream, args.max_reports)
    symbols = _symbols(args, log.bases)
    reports = [resolve(report, symbols) for report in log.reports]
    tests = shelf_tests() if reports else ()
    source = _sources(reports, args.tree) if args.tree else {}
    found = []
    for report in reports:
        diagnosis = rules.judge(report, reports)
        found.append(
            Explained(report, diagnosis, matches(report, diagnosis, tests), source.get(report.line, ()))
        )
    return Explanation(file=name, lines=log.lines, reports=tuple(found), left_out=log.left_out)


def shelf_tests() -> tuple[ShelfTest, ...]:
    """The tests of the shelf that expect a fault, as data to be searched."""
    root = shelf.root()
    if root is None:
        return ()
    found = []
    texts: dict[Path, str] = {}
    for path in sorted(root.rglob("*.c")):
        text = path.read_text("utf-8", "replace")
        header = read_header(text, path.name)
        if not header.expected:
            continue
        errors = tuple(one.error for one in header.expected)
        around: frozenset[str] = frozenset()
        for included in _included(path, text, texts):
            around |= functions_of(included)
        found.append(
            ShelfTest(
                name=path.relative_to(root).as_posix().removesuffix(".c"),
                question=header.question,
                errors=errors,
                functions=functions_of(text),
                around=around,
                needs_tree=header.needs_tree,
                replayed=has_plan(path, errors),
            )
        )
    return tuple(found)


def _included(path: Path, text: str, texts: dict[Path, str], depth: int = 0) -> list[str]:
    found = []
    for name in _INCLUDE.findall(text):
        file = path.parent / name
        if file not in texts:
            texts[file] = file.read_text("utf-8", "replace") if file.is_file() else ""
        if texts[file]:
            found.append(texts[file])
            if depth < 4:
                found += _included(file, texts[file], texts, depth + 1)
    return found


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
