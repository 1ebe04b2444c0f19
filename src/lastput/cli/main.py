"""The entry point: finds the commands, parses the arguments, turns errors into exit codes.

Exit codes: 0 clean, 1 findings or UNSAFE, 2 the tool or its input failed.
"""

from __future__ import annotations

__all__ = ["main", "make_parser"]

import argparse
import importlib
import os
import pkgutil
import signal
import sys
from collections.abc import Sequence
from types import ModuleType

from lastput import __version__
from lastput.cli import commands

FAILED = 2

_DESCRIPTION = """\
Who puts the last reference? lastput runs every interleaving of a lifetime
protocol, written in C, over a modelled kernel: it proves it safe, or shows the
shortest way to break it."""

_EPILOG = """\
first steps:
  lastput check kvm                         the KVM story, every claim a test
  lastput check kvm/f1-release-puts-module  one test, with its counterexample
  lastput check my-driver.c                 your own
  lastput audit ~/linux                     a whole kernel tree
exit codes: 0 safe or as expected, 1 unsafe or not as expected, 2 no answer"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if argv is None:
        # Whoever ends a long search politely gets what it has found.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has seen enough. Python would complain again when it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    except KeyboardInterrupt:
        print("lastput: interrupted", file=sys.stderr)
        return FAILED
    return code


def _run(arguments: list[str]) -> int:
    parser, modules = make_parser()
    args = _words(arguments, modules) or parser.parse_args(arguments)
    if args.command is None:
        parser.print_help()
        return 0
    from lastput.cli.failure import guarded

    return guarded(modules[args.command], args, arguments)


def _words(arguments: list[str], modules: dict[str, ModuleType]) -> argparse.Namespace | None:
    """The arguments of a command that takes another program's words as they are."""
    command, *words = arguments or [""]
    if not getattr(modules.get(command), "WORDS", False) or words in ([], ["-h"], ["--help"]):
        return None
    return argparse.Namespace(command=command, words=words, debug=False)


def make_parser() -> tuple[argparse.ArgumentParser, dict[str, ModuleType]]:
    """The parser of the whole command line, and the module of each command."""
    parser = argparse.ArgumentParser(
        prog="lastput",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"lastput {__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    modules = {}
    for found in sorted(module.name for module in pkgutil.iter_modules(commands.__path__)):
        module = importlib.import_module(f"{commands.__name__}.{found}")
        sub = subparsers.add_parser(
            found,
            help=module.HELP,
            description=(module.__doc__ or module.HELP).strip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        module.configure(sub)
        sub.add_argument("--debug", action="store_true", help=argparse.SUPPRESS)
        modules[found] = module
    return parser, modules


if __name__ == "__main__":
    sys.exit(main())
