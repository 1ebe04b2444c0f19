"""Check a patch for `b4 review`, which shows the answer beside it.

  git config b4.review-perpatch-check-cmd 'lastput b4'
  git config b4.review-series-check-cmd 'lastput b4'

b4 calls it in the tree, with the mail on stdin. The patch need not be applied.
Printed is what b4 reads: a list with tool, status (pass, warn, fail), summary
and details. Exit codes: 0 answered, whatever was found; 2 no answer.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import count

HELP = "check a patch for b4 review"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("mail", nargs="?", default="-", metavar="MAIL", help="default: stdin")
    parser.add_argument(
        "--confidence", choices=("high", "medium", "low"), help="least sure (default: medium)"
    )
    parser.add_argument("-j", "--jobs", type=count, metavar="N", help="processes (default: the CPUs)")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.commands import audit
    from lastput.cli.run_b4 import run as run_b4

    parser = argparse.ArgumentParser()
    audit.configure(parser)
    given = {"patch": args.mail, "confidence": args.confidence, "jobs": args.jobs, "quiet": True}
    return run_b4(argparse.Namespace(**{**vars(parser.parse_args([])), **given}))
