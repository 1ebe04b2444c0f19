"""Drive a litmus test by hand: choose who runs next, see what becomes of it.

  lastput step kvm/f1-release-puts-module
  printf 'n\\nn\\nn\\nshow\\n' | lastput step kvm/f1-release-puts-module

Each line is a command:

  vmm           one step of thread vmm; vmm 5: five; vmm.1: that of choice 1
  vmm .         on until it changes a count, a life or a state, waits or ends
  n             to the next cause of the counterexample (searches for one first)
  u [N]         undo; g N: go to step N of this run; r: restart
  s [FILE]      the schedule of this run, to come back to it
  show          the report of an error that you drove it into
  l  h  q       list the steps, help, quit; an empty line: the last one again
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import add_model_options

HELP = "drive a test by hand, thread by thread"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("test", metavar="TEST", help="file, or name of a test that comes with lastput")
    parser.add_argument("--schedule", metavar="STRING", help="a run to follow with n, or to come back to")
    add_model_options(parser)


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_step import run as run_step

    return run_step(args, (__doc__ or "").partition("Each line is a command:\n\n")[2])
