"""Write the program that a litmus test stands for in another checker's language.

  lastput export --promela kvm/f1-release-puts-module -o f1.pml
  spin -a f1.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan

It is the same program that `lastput check` searches with all reductions off.
How wide SPIN's variables must be is found by such a search, which is run first.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import add_model_options

HELP = "write a test as a Promela model, for SPIN"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="TEST", help="litmus test")
    parser.add_argument("--promela", action="store_true", required=True, help="for SPIN")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write (default: stdout)")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_export import run as run_export

    return run_export(args)
