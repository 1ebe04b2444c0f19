"""``lastput prove``: which findings are meant, their proofs, and out."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from lastput.audit.registry import all_rules, select
from lastput.audit.store import judged
from lastput.cli.proving import proofs
from lastput.cli.tree import opener, store_of
from lastput.cli.write import write_whole
from lastput.errors import LastputError
from lastput.schema.finding import Finding, at_least, reported
from lastput.schema.proof import Limits
from lastput.show.progress import Status
from lastput.show.proofs import render
from lastput.show.render import Options

_FAILED = 2


def run(args: argparse.Namespace) -> int:
    """0 if nothing is confirmed, 1 if something is, 2 if nothing could be decided."""
    what, root = _asked(args)
    wanted = _findings(args, what, root)
    if args.output and len(wanted) != 1:
        raise LastputError("one-test", f"-o is for one finding, and there are {len(wanted)}", "name one")
    counts: Counter[str] = Counter()
    limits = Limits(states=args.max_states) if args.max_states else Limits()
    jobs = args.jobs or len(os.sched_getaffinity(0))
    status = Status(sys.stderr, "prove", wanted=sys.stderr.isatty() and not args.quiet and len(wanted) > 1)
    try:
        for finding, proof in proofs(wanted, root, limits, jobs, args.on):
            counts[proof.verdict] += 1
            status.clear()
            sys.stdout.write(render(args.format, finding, proof, Options(verbose=args.verbose)))
            sys.stdout.flush()
            if args.output and proof.litmus:
                write_whole(Path(args.output), proof.litmus.encode())
            status.say(f"{counts.total()} of {len(wanted)}, {counts['CONFIRMED']} confirmed")
    except KeyboardInterrupt:
        status.clear()
        left = len(wanted) - counts.total()
        print(f"lastput: interrupted; {left} findings were not looked at", file=sys.stderr)
        return _FAILED
    status.clear()
    if len(wanted) > 1 and not args.quiet:
        told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in sorted(counts))
        print(f"{counts.total()} findings: {told}", file=sys.stderr)
    if counts["CONFIRMED"] or counts["CONFIRMED-IF"]:
        return 1
    return 0 if counts["REFUTED"] else _FAILED


def _asked(args: argparse.Namespace) -> tuple[str, Path]:
    """The place or fingerprint ("" for many findings), and the tree."""
    words = list(args.words)
    what = "" if args.all or args.rules else (words.pop(0) if words else "")
    if len(words) > 1 or not (what or args.all or args.rules):
        raise LastputError(
            "what-to-prove",
            "it is not clear which finding is meant",
            "name FILE:LINE or a fingerprint, or give --rules or --all; then the tree",
        )
    return what, Path(words[0] if words else ".")


def _findings(args: argparse.Namespace, what: str, root: Path) -> list[Finding]:
    """The findings that are meant. Raises LastputError ``no-finding`` if there are none."""
    rules = select([code for word in args.rules for code in word.split(",")]) if args.rules else all_rules()
    open_tree = opener(str(root), quiet=args.quiet)
    found, _ = judged(store_of(root), open_tree, rules, args.jobs or len(os.sched_getaffinity(0)))
    told = [one for one in found if reported(one) and at_least(one, args.confidence)]
    if not what:
        return told
    path, _, line = what.rpartition(":")
    if path and line.isdecimal():
        told = [one for one in told if one.where.path == path and one.where.line == int(line)]
    else:
        told = [one for one in told if one.fingerprint == what]
    if not told:
        hint = f"`lastput audit {root} --confidence low --format json` lists them all"
        raise LastputError("no-finding", f"{root} has no finding {what}", hint)
    return told
