"""Check one file as make does: make C=1 CHECK="lastput kbuild".

  make C=1 CHECK="lastput kbuild"              what is compiled
  make C=2 CHECK="lastput kbuild" virt/kvm/    everything there
  make C=1 CHECK="lastput kbuild" CF=-Wlastput-high

The compiler's arguments are accepted; the last one is the file. Its findings
go to stderr as compiler warnings. The whole tree is judged once, and again
when it has changed. -Wlastput-high and -Wlastput-low choose the confidence,
-Wlastput-error makes findings fail the build.
"""

from __future__ import annotations

import argparse

HELP = "as CHECK= of make C=1: the findings of one file"

#: Compiler arguments are not ours to parse.
WORDS = True


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("words", nargs="*", metavar="ARGUMENT", help="compiler arguments, the file last")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_kbuild import run as run_kbuild

    return run_kbuild(args.words)
