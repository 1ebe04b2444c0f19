"""`lastput index`: progress on stderr, the coverage line on stdout."""

from __future__ import annotations

__all__ = ["coverage_lines", "run_index"]

import argparse
import sys

from lastput.cli.asked import asked, headers
from lastput.cli.progress import bytes_progress
from lastput.facts.coverage import parse_bodies
from lastput.facts.index import Report, Skip, update


def run_index(args: argparse.Namespace) -> int:
    """Bring the base up to date and print what it covers."""
    tree = asked([args.tree]).root
    kernel = headers(args.kernel, tree)
    with bytes_progress("reading", wanted=not args.quiet) as progress:
        report = update(tree, args.cache, args.jobs, progress, kernel)
    print("\n".join(coverage_lines(report, args.verbose)))
    if args.check_bodies:
        with bytes_progress("parsing", wanted=not args.quiet) as progress:
            functions, unclean = parse_bodies(tree, report.database, args.jobs, progress)
        percent = 100 * (functions - len(unclean)) / max(functions, 1)
        print(
            f"bodies: {functions - len(unclean):,} of {functions:,} functions parse cleanly ({percent:.2f} %)"
        )
        for one in unclean if args.verbose else ():
            print(f"  {one.path}: {one.reason}")
    sys.stdout.flush()
    return 0


def coverage_lines(report: Report, verbose: bool) -> list[str]:
    """How much of the tree the base holds; ``verbose`` names what it does not."""
    rest: tuple[Skip, ...] = (*report.skipped, *report.unbalanced)
    more = "" if verbose or not rest else ", -v lists them"
    skipped, odd = len(report.skipped), len(report.unbalanced)
    lines = [
        f"read {report.functions:,} functions in {report.files - skipped:,} of {report.files:,} files;"
        f" {skipped:,} skipped, {odd:,} with braces that do not pair up{more}",
        f"{report.read:,} files were new or changed, {report.removed:,} are gone; base: {report.database}",
    ]
    if verbose:
        lines += [f"  {one.path}: {one.reason}" for one in rest]
    return lines
