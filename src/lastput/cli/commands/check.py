"""Run every interleaving of litmus tests: prove each safe, or show how it breaks.

A TEST is a file, a directory, or one that comes with lastput: a folder such as
kvm, or kvm/f1-release-puts-module. One file gives a verdict with its
counterexample; several give a table that compares with what each file says of
itself.

  lastput check kvm/f1-release-puts-module
  lastput check --html race.html kvm/f1-release-puts-module
  lastput check --html pages --all kvm
  lastput check kvm
  lastput check --tree /usr/src/linux-source-6.12.tar.xz kvm/async_pf-real
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import add_model_options, count, size

HELP = "prove litmus tests safe, or show how they break"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "tests", nargs="+", metavar="TEST", help="file, directory, or name of a test that comes with lastput"
    )
    add_model_options(parser)
    search = parser.add_argument_group("the search")
    search.add_argument("--max-states", type=count, metavar="N", help="give up after N states, e.g. 2e6")
    search.add_argument(
        "--max-memory", type=size, metavar="SIZE", help="give up at this much memory, e.g. 4G"
    )
    search.add_argument(
        "--depth-first",
        action="store_true",
        help="look far ahead first: for errors of a model that is too big to search whole",
    )
    search.add_argument("--no-merge", action="store_true", help="do not merge steps that none can tell apart")
    search.add_argument("--no-symmetry", action="store_true", help="do not fold alike objects and threads")
    search.add_argument(
        "--no-partial-order", action="store_true", help="do not follow one thread where order does not matter"
    )
    search.add_argument(
        "--engine", choices=("auto", "python", "compiled"), default="auto", help="what runs the steps"
    )
    search.add_argument("--save", metavar="FILE", help="where to save a search that was stopped")
    search.add_argument("--resume", metavar="FILE", help="go on with a search that was saved")
    search.add_argument("-j", "--jobs", type=count, metavar="N", help="tests at a time (default: the CPUs)")
    shown = parser.add_argument_group("what is shown")
    shown.add_argument("--all", action="store_true", help="every finding in full, not only the first")
    shown.add_argument("--commit", action="store_true", help="as a diagram for a commit message")
    shown.add_argument("--splat", action="store_true", help="as the kernel would have printed it")
    shown.add_argument("--mail", action="store_true", help="as a block for a reply")
    shown.add_argument(
        "--html",
        metavar="OUT",
        help="also write the counterexample as a page; several tests, or --all: a folder",
    )
    shown.add_argument("--format", choices=("text", "json"), default="text", help="json: one object a test")
    shown.add_argument("--width", type=count, default=0, metavar="N", help="columns")
    shown.add_argument("-v", "--verbose", action="store_true", help="every step")
    shown.add_argument("-q", "--quiet", action="store_true", help="verdicts only")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_check import run as run_check

    return run_check(args)
