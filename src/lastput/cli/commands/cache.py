"""Show what lastput keeps on the disk, or remove it.

  lastput cache                where it is, and how large
  lastput cache --shrink 1G    remove what was not used for the longest time
  lastput cache --clear        remove everything

All of it can be made again. LASTPUT_CACHE says where it is; without it, that
is $XDG_CACHE_HOME/lastput or ~/.cache/lastput. Saved guests never take more
than 2 GiB: those that were not used for the longest time go by themselves.
"""

from __future__ import annotations

import argparse

from lastput.cli.arguments import size

HELP = "show what is kept on the disk, or remove it"


def configure(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--shrink", type=size, metavar="SIZE", help="until SIZE is left; what is in use stays (1G, 500M)"
    )
    what.add_argument("--clear", action="store_true", help="remove everything")


def run(args: argparse.Namespace) -> int:
    from lastput.cli.run_cache import run as run_cache

    return run_cache(args)
