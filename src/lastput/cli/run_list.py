"""``lastput list``: the tests that come with it, a line each."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import sys
from pathlib import Path

import msgspec

from lastput.cli import shelf
from lastput.model.header import Header, read_header


class Listed(msgspec.Struct, frozen=True):
    """A test: what it asks, the errors it expects ("safe": none), and whether it reads a kernel tree."""

    name: str
    question: str
    result: str
    needs_tree: bool


def run(args: argparse.Namespace) -> int:
    """Print the tests whose names begin with ``args.prefix``. Raises LastputError ``no-such-test``."""
    words = [args.prefix] if args.prefix else shelf.folders()
    found = [_listed(path) for word in words for path in shelf.resolve(word)]
    if args.format == "json":
        sys.stdout.write("".join(msgspec.json.encode(one).decode() + "\n" for one in found))
        return 0
    wide = max(len(one.name) for one in found)
    most = max(len(one.result) for one in found)
    for one in found:
        tree = "  (reads a kernel tree)" if one.needs_tree else ""
        print(f"{one.name:{wide}}  {one.result:{most}}  {one.question}{tree}".rstrip())
    return 0


def _listed(path: Path) -> Listed:
    header = read_header(path.read_text("utf-8", "replace"), str(path))
    return Listed(shelf.display(path).removesuffix(".c"), header.question, _result(header), header.needs_tree)


def _result(header: Header) -> str:
    return ", ".join(one.error for one in header.expected or ()) or "safe"
