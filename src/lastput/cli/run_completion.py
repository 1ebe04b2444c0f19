"""``lastput completion``: a script for a shell, made from the parser itself."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import sys
from collections.abc import Iterator

import shtab

from lastput.cli import shelf
from lastput.cli.main import make_parser

_FILES = ("FILE", "OUT", "LOG", "PATCH")
_FOLDERS = ("DIR", "TREE")
_TESTS = ("TEST", "STORY")
_NAME = "_lastput_tests"


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    parser = make_parser()[0]
    for action in _actions(parser):
        kind = action.metavar if isinstance(action.metavar, str) else ""
        if kind in _TESTS:
            action.complete = {"bash": _NAME, "zsh": _NAME, "fish": _fish()}  # type: ignore[attr-defined]
        elif kind in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif kind in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    sys.stdout.write(shtab.complete(parser, args.shell, preamble=_preamble().get(args.shell, "")) + "\n")
    return 0


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """All arguments of a parser and of its commands."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for sub in action.choices.values():
                yield from _actions(sub)
        else:
            yield action


def _tests() -> tuple[str, ...]:
    """What may stand for TEST beside files: folders of the shelf, and its tests."""
    root = shelf.root()
    if root is None:
        return ()
    tests = [path.relative_to(root).with_suffix("").as_posix() for path in sorted(root.rglob("*.c"))]
    return (*shelf.folders(), *tests)


def _preamble() -> dict[str, str]:
    words = " ".join(_tests())
    return {
        "bash": f'{_NAME}() {{\n  compgen -W "{words}" -- "$1"\n  compgen -f -- "$1"\n}}\n',
        "zsh": f"{_NAME}() {{\n  local -a tests=({words})\n  compadd -a tests\n  _files\n}}\n",
    }


def _fish() -> str:
    """fish: a list of words for -a; files are completed by itself."""
    return " ".join(_tests())
