"""What a function does to lifetimes, as lastput believes, with the places.

  lastput effects of_get_next_child ~/linux
  lastput effects drivers/of/base.c:of_get_parent ~/linux

One line an effect: what is done (get, put, give, store, free, arm, wait, lock),
to which object by its type and member, to whose (a parameter, the value), and
where; "through" are the functions between. All definitions of the name are
shown. Exit codes: 0 shown, 2 no such function.
"""

from __future__ import annotations

import argparse

HELP = "what a function gets, gives, puts, keeps, locks and waits for"


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("function", metavar="[FILE:]FUNCTION", help="its name, in one file or in all")
    parser.add_argument("tree", nargs="?", default=".", metavar="TREE", help="kernel tree (default: here)")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_effects import run as run_effects

    return run_effects(args.function, args.tree)
