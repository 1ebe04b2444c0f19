"""Show a counterexample again: from its schedule, or from a saved trace.

  lastput show kvm/f1-release-puts-module --schedule v1:unmapped-text:a12b34
  lastput show trace.json --commit
  lastput show trace.json --html race.html
  lastput show trace.json --to sarif -o race.sarif

The options of the model must be those of the check that printed the schedule;
the line `replay:` of its report has them.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import VIEWS, add_model_options, count

HELP = "show a counterexample again, in any form"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="litmus test, or trace in JSON")
    parser.add_argument("--schedule", metavar="STRING", help="what to replay on a litmus test")
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--commit", action="store_true", help="as a diagram for a commit message")
    forms.add_argument("--json", action="store_true", help="as JSON, lastput-trace/1")
    forms.add_argument("--splat", action="store_true", help="as the kernel would have printed it")
    forms.add_argument("--mail", action="store_true", help="as a block for a reply")
    forms.add_argument(
        "--html", nargs="?", const="-", metavar="OUT", help="as one page that stands alone (after FILE)"
    )
    forms.add_argument("--to", choices=VIEWS, metavar="FORM", help=f"one of: {', '.join(VIEWS)}")
    parser.add_argument("-o", "--output", metavar="OUT", help="file to write (default: stdout)")
    parser.add_argument("--width", type=count, default=0, metavar="N", help="columns")
    parser.add_argument("-v", "--verbose", action="store_true", help="every step")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_show import run as run_show

    return run_show(args)
