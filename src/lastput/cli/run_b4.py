"""``lastput b4``: what a mail's patch brings, as b4's review checks want it (b4, src/b4/review/checks.py)."""

from __future__ import annotations

__all__ = ["run"]

import argparse
import sys

import msgspec

from lastput.cli.run_audit import judge
from lastput.schema.audit import Report

_STATUS = {"high": "fail", "medium": "warn", "low": "warn"}
_RANK = ("pass", "warn", "fail")


class _Detail(msgspec.Struct, frozen=True):
    status: str
    description: str


class _Check(msgspec.Struct, frozen=True):
    """One row of b4's table; ``details`` is JSON again."""

    tool: str
    status: str
    summary: str
    details: str


def run(args: argparse.Namespace) -> int:
    """0 if there is an answer, 2 if a rule failed. ``args`` are those of an audit, with its patch."""
    _, report = judge(args)
    sys.stdout.buffer.write(msgspec.json.encode([_check(report)]) + b"\n")
    sys.stdout.flush()
    return 2 if report.broken else 0


def _check(report: Report) -> _Check:
    elsewhere = set(report.uncovered)
    details = [
        _Detail(
            _STATUS[one.confidence],
            f"{one.where}: [{one.code}] {one.message}"
            + (" (uncovered by this patch)" if one.fingerprint in elsewhere else ""),
        )
        for one in report.findings
    ]
    worst = max((one.status for one in details), key=_RANK.index, default="pass")
    number = len(details)
    summary = f"{number} new finding{'' if number == 1 else 's'}" if number else "nothing new"
    if report.there_before:
        summary += f", {report.there_before} in what it touches were there before"
    return _Check("lastput", worst, summary, msgspec.json.encode(details).decode())
