"""What goes to stdout: traces in the view that was asked for, and the verdict."""

from __future__ import annotations

__all__ = ["question_lines", "show_traces", "verdict_lines"]

import argparse
import os
import sys
import textwrap

from lastput.schema.checked import Checked
from lastput.schema.trace import Trace
from lastput.show.render import Options, render
from lastput.show.table import expected_text

_WIDTH = 80
_FLAGS = ("commit", "json", "mail", "splat")  # options that name a view


def show_traces(traces: tuple[Trace, ...], args: argparse.Namespace) -> str:
    """The traces, one after the other, each in the view that ``args`` asks for."""
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    options = Options(width=args.width or 0, colour=colour, verbose=args.verbose)
    asked = vars(args)
    view = asked.get("to") or next((name for name in _FLAGS if asked.get(name)), "terminal")
    return "\n".join(render(view, trace, options) for trace in traces)


def question_lines(check: Checked) -> list[str]:
    """The test's name and question."""
    return textwrap.wrap(f"{check.file}: {check.expected.question}", _WIDTH)


def verdict_lines(check: Checked, args: argparse.Namespace) -> list[str]:
    """The verdict, whether it was expected, and what the reader should know of it."""
    rows = [_verdict(check)]
    if check.verdict == "UNSAFE" and not args.quiet:
        least = "; no shorter way to any of them exists" if check.complete else ""
        ways = ", ".join(f"{trace.error} in {len(trace.steps)} steps" for trace in check.traces)
        rows += _wrap(f"{ways}{least}", "  ")
        if len(check.traces) > 1 and not args.all:
            rows.append("  --all shows each")
    for line in () if args.quiet else check.never:
        rows += _wrap(f"{line} (is the test vacuous?)", "  ")
    for line in check.assumptions:
        rows += _wrap(f"assumed: {line}", "  ")
    for line in check.notes:
        rows += _wrap(f"note: {line}", "  ")
    if check.expected.stated and check.verdict == "UNKNOWN":
        rows += _wrap(f"the test says {_said(check)}", "  ")
    elif check.expected.stated:
        rows += _wrap("NOT AS EXPECTED: " if check.wrong else f"as expected ({_said(check)})", "  ")
        for line in check.wrong:
            rows += _wrap(line, "    ")
    if check.saved:
        rows.append(f"  saved; go on with --resume {check.saved}")  # to be pasted: not wrapped
    return rows


def _said(check: Checked) -> str:
    """The line of the header that speaks of this run."""
    release = f" ({check.expected.release})" if check.expected.release else ""
    return f"Result{release}: {expected_text(check.expected)}"


def _verdict(check: Checked) -> str:
    if check.verdict == "SAFE":
        return f"SAFE (all {check.states:,} states)"
    if check.verdict == "UNSAFE":
        whole = f"all {check.states:,} states" if check.complete else f"{check.states:,} states, not all"
        return f"UNSAFE ({whole})"
    return f"{check.verdict} ({check.reason})"


def _wrap(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")
