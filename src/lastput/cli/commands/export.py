"""Write the program that a litmus test stands for in another checker's language.

  lastput export --promela kvm/f1-release-puts-module -o f1.pml
  spin -a f1.pml && gcc -O2 -DSAFETY -o pan pan.c && ./pan

It is the same program that `lastput check` searches with all reductions off.
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
    import sys
    from pathlib import Path

    from lastput.cli import shelf
    from lastput.cli.program import load
    from lastput.cli.write import write_whole
    from lastput.engine.promela import to_promela
    from lastput.errors import LastputError

    paths = shelf.resolve(args.file)
    if len(paths) != 1 or shelf.is_folder(args.file):
        raise LastputError("one-test", f"{args.file} names several tests", "export them one by one")
    text = to_promela(load(paths[0], args).compiled.program)
    if args.output:
        write_whole(Path(args.output), text.encode())
    else:
        sys.stdout.write(text)
    return 0
