"""List the litmus tests that come with lastput: what each asks, and the answer.

  lastput list                 all of them
  lastput list kvm             those of a folder
  lastput list kvm/f1          those whose names begin so
  lastput list workqueue --format json

Any of these names can be given to lastput check, show, step and export.
Exit codes: 0 listed, 2 there is none.
"""

from __future__ import annotations

import argparse

HELP = "list the litmus tests that come with lastput"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("prefix", nargs="?", default="", metavar="PREFIX", help="a folder, or a beginning")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_list import run as run_list

    return run_list(args)
