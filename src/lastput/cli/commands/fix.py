"""Make a patch for a finding, and check it before it is shown.

  lastput fix drivers/net/foo.c:321 ~/linux      the finding at that place
  lastput fix 1f3a5b7c9d0e2f41 ~/linux           the one with that fingerprint
  lastput fix --rules REF001,FIL ~/linux         all of these rules
  lastput fix --all ~/linux/drivers/net          everything in there
  lastput fix foo.c:321 ~/linux --mail > f.eml   for git am
  lastput fix foo.c:321 ~/linux --apply          write it to the tree

The edit is made on syntax, in the style of the file. Before a patch is
shown, it is applied to the files in memory and all rules run again: the
finding must be gone, nothing new may come, and where the claim of the
finding can be run as a model, the model must be safe. The tree is not
written to without --apply. What cannot be mended mechanically says why.
Exit codes: 0 all have a patch, 1 some have none, 2 the tool failed.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import count

HELP = "make a patch for a finding, and check it"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "words", nargs="*", metavar="FILE:LINE|FINGERPRINT TREE", help="what, and where (default: here)"
    )
    what = parser.add_argument_group("which findings").add_mutually_exclusive_group()
    what.add_argument("--rules", action="append", metavar="CODE,...", help="all of these rules or families")
    what.add_argument("--all", action="store_true", help="all findings")
    parser.add_argument(
        "--confidence", choices=("high", "medium", "low"), help="least sure (default: medium; low for one)"
    )
    parser.add_argument("--apply", action="store_true", help="write the patches to the tree")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--format", choices=("text", "json", "mail"), default="text")
    form.add_argument("--mail", action="store_const", dest="format", const="mail", help="for git am")
    parser.add_argument(
        "--prove",
        action=argparse.BooleanOptionalAction,
        help="run the model of each, too (default: of up to 5)",
    )
    parser.add_argument("-j", "--jobs", type=count, metavar="N", help="processes (default: the CPUs)")
    parser.add_argument("-q", "--quiet", action="store_true", help="patches only")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_fix import run as run_fix

    return run_fix(args)
