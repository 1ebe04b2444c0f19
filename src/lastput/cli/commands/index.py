"""Read a kernel tree into the fact base that `lastput audit` asks.

  lastput index ~/linux

The tree is read as it lies: no configuration, no build, and nothing in it is
run. The base lies outside of the tree, in the user's cache directory or where
LASTPUT_CACHE says; a second run reads only what has changed.
"""

from __future__ import annotations

__all__ = ["HELP", "configure", "run"]

import argparse
from pathlib import Path

from lastput.cli.arguments import count

HELP = "read a kernel tree into the fact base"


def configure(parser: argparse.ArgumentParser) -> None:
    """The command's arguments."""
    parser.add_argument("tree", metavar="TREE", help="a tree, a module's folder, or a tar archive of one")
    parser.add_argument("--kernel", metavar="DIR|TARBALL", help="headers for a module outside the kernel")
    parser.add_argument(
        "-j", "--jobs", type=count, default=0, metavar="N", help="processes (default: one a CPU)"
    )
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where the fact base lies")
    parser.add_argument("-v", "--verbose", action="store_true", help="list what was skipped")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    parser.add_argument(
        "--check-bodies", action="store_true",
        help="also parse the body of every function, as rules do with those they look at (slow)",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Index, then say what was read."""
    from lastput.cli.run_index import run_index

    return run_index(args)
