"""``lastput export``: the program of a test in another checker's language."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import sys
from pathlib import Path

from lastput.cli import shelf
from lastput.cli.program import load
from lastput.cli.write import write_whole
from lastput.engine.interpret import boot
from lastput.engine.promela import to_promela
from lastput.engine.search import check
from lastput.engine.verdict import Options, Progress
from lastput.errors import LastputError
from lastput.show.progress import Status


def run(args: argparse.Namespace) -> int:
    """Write one model. 0 if it was written."""
    paths = shelf.resolve(args.file)
    if len(paths) != 1 or shelf.is_folder(args.file):
        raise LastputError("one-test", f"{args.file} names several tests", "export them one by one")
    program = load(paths[0], args).compiled.program
    with Status(sys.stderr, shelf.display(paths[0])) as status:

        def progress(now: Progress) -> None:
            status.tell("value ranges", now.stored, now.depth, now.frontier)

        # Merged blocks would hide the values between their steps.
        result = check(program, Options(merge=False, symmetry=False), progress)
    if not result.complete:
        raise LastputError(
            "export-ranges", f"the search for value ranges {result.reason}", "let it run to its end"
        )
    text = to_promela(program, boot(program), result.ranges)
    if args.output:
        write_whole(Path(args.output), text.encode())
    else:
        sys.stdout.write(text)
    return 0
