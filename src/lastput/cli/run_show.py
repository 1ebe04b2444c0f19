"""``lastput show``: a trace from a schedule or from a file, through one renderer."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import sys
from pathlib import Path

from lastput.cli import shelf
from lastput.cli.output import show_traces
from lastput.cli.write import write_whole
from lastput.errors import LastputError
from lastput.schema.trace import Trace, decode

_MOST = 1 << 28  # bytes of a saved trace


def run(args: argparse.Namespace) -> int:
    """Print one trace, or write it. 0 if there is one."""
    trace = _trace(args)
    out = args.output
    if args.html:
        args.to = "html"
        out = out or (args.html if args.html != "-" else None)
    text = show_traces((trace,), args)
    if out is None:
        sys.stdout.write(text)
    else:
        write_whole(Path(out), text.encode())
    return 0


def _trace(args: argparse.Namespace) -> Trace:
    if args.schedule is None:
        path = Path(args.file)
        if not path.is_file() or path.suffix in (".c", ".h"):
            raise LastputError(
                "no-schedule",
                f"{args.file} is no saved trace, and there is no --schedule to replay on it",
                "run `lastput check` on it first, or copy the line `replay:` of its report",
            )
        if path.stat().st_size > _MOST:
            raise LastputError("bad-trace", f"{args.file} is too big for a trace", "name the right file")
        return decode(path.read_bytes(), args.file)
    from lastput.check.trace.build import build, judge
    from lastput.check.trace.schedule import decode as read_schedule
    from lastput.cli.program import load

    paths = shelf.resolve(args.file)
    if len(paths) != 1 or shelf.is_folder(args.file):
        raise LastputError(
            "one-test", f"{args.file} names several tests", "a schedule belongs to a single one"
        )
    error, schedule = read_schedule(args.schedule)
    loaded = load(paths[0], args)
    program = loaded.compiled.program
    return build(program, judge(program, error, schedule), loaded.context())
