"""Run a finding over the real source: is it so?

  lastput prove drivers/net/foo.c:321 ~/linux  the findings at that place
  lastput prove 1f3a5b7c9d0e2f41 ~/linux       the one with that fingerprint
  lastput prove --rules LCK,WRK ~/linux        all of these rules
  lastput prove --all --format line ~/linux    everything, one line each
  lastput prove foo.c:321 ~/linux -o foo.c     keep the generated litmus test

The functions that matter are read from the tree, unmodified; the rest may do
anything. CONFIRMED comes with the interleaving, and with a control: the same
model with the remedy does not go wrong. REFUTED is said only of a complete
search that came by every place of the claim. UNDECIDED says why.
Exit codes: 0 nothing is confirmed, 1 something is, 2 no answer.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import count

HELP = "run findings over the real source, to a verdict"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="FILE:LINE|FINGERPRINT TREE", help="what, and where (default: here)"
    )
    what = parser.add_argument_group("which findings").add_mutually_exclusive_group()
    what.add_argument("--rules", action="append", metavar="CODE,...", help="all of these rules or families")
    what.add_argument("--all", action="store_true", help="all findings of the tree")
    parser.add_argument("--confidence", choices=("high", "medium", "low"), default="low", help="least sure")
    parser.add_argument("--max-states", type=count, metavar="N", help="per finding (default: 3e5)")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the litmus test there (one finding)")
    parser.add_argument("--format", choices=("text", "line", "json"), default="text")
    parser.add_argument("-j", "--jobs", type=count, metavar="N", help="processes (default: the CPUs)")
    parser.add_argument("--on", default="local", metavar="WHERE", help="local (default), or dask://HOST:PORT")
    parser.add_argument("-v", "--verbose", action="store_true", help="every assumption, function and site")
    parser.add_argument("-q", "--quiet", action="store_true", help="verdicts only")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_prove import run as run_prove

    return run_prove(args)
