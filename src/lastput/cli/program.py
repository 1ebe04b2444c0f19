"""From the words of the command line to a request for a check, and to a compiled test."""

from __future__ import annotations

__all__ = ["engine_options", "load", "make_request"]

import argparse
import sys
from pathlib import Path

from lastput.check.request import Request
from lastput.check.test import Test, compile_test
from lastput.cli import shelf
from lastput.cli.arguments import as_flags
from lastput.engine.verdict import Options
from lastput.model.options import ModelOptions


def make_request(path: Path, args: argparse.Namespace, search: Options | None = None) -> Request:
    """The test at ``path`` with the options that the user gave."""
    model = ModelOptions(
        workers=args.workers,
        preempt=args.preempt,
        tail_calls=bool(args.tail_calls),
        defines=tuple(args.define),
        tree=args.tree or "",
        assume_noop=tuple(args.assume_noop),
        assume_any=tuple(args.assume_any),
        config=args.config or "",
    )
    return Request(
        file=str(path),
        name=shelf.display(path),
        flags=as_flags(args),
        model=model,
        search=search or Options(),
    )


def engine_options(args: argparse.Namespace) -> Options:
    """How to search, from the command line."""
    return Options(
        merge=not args.no_merge,
        symmetry=not args.no_symmetry,
        partial_order=not args.no_partial_order,
        engine=args.engine,
        max_states=args.max_states or 0,
        max_memory=args.max_memory or 0,
        order="dfs" if args.depth_first else "bfs",
    )


def load(path: Path, args: argparse.Namespace, search: Options | None = None) -> Test:
    """Compile a test. Raises LastputError for what is wrong with it."""
    return compile_test(make_request(path, args, search), _say)


def _say(text: str) -> None:
    print(f"lastput: {text}", file=sys.stderr)
