"""A replay as a bug report: what Documentation/admin-guide/reporting-issues.rst of the kernel asks for, in
plain text of 72 columns. It names nobody, and nothing is sent."""

from __future__ import annotations

__all__ = ["text"]

import re
import textwrap

from lastput.schema.finding import Finding
from lastput.schema.patch import Patch
from lastput.schema.replay import Report, Run, Series

_WIDTH = 72
_HAPPENS = {
    "OOPS": "the kernel oopses",
    "HUNG": "tasks wait for each other for ever",
    "WARNED": "the kernel's own check of a count fails",
    "LEAK": "an object is never given back",
}
#: Of a report of the kernel, what says nothing to a reader: registers, and frames that may be stale if
#: there are others.
_REGISTERS = re.compile(r"^(?:R(?!IP)[A-Z0-9]{2,3}|[A-Z]S|CR[0-9]|DR[0-9]|PKRU|PGD|Code): ")
_STALE = re.compile(r"^ +\? ")
_FRAME = re.compile(r"^ +\w[\w.]*\+0x")


def text(
    report: Report, plan: str, race: str = "", finding: Finding | None = None, patch: Patch | None = None
) -> str:
    """The report. ``plan`` is the TOML that reproduces it, ``race`` a drawing of at most 72 columns (""
    if there is none), ``finding`` what the audit says of it, ``patch`` what mends it: its lines are those of
    the file, however long."""
    first = next(
        (run for run in report.story.runs if run.verdict == report.story.expected), report.story.runs[0]
    )
    parts = [
        *_subject(report, finding),
        *_part("What happens", _happens(report, first, finding)),
        *_part("Where", _where(report)),
        *_part("How it comes to it", _causes(finding)),
        *_part("The race", race.rstrip().splitlines()),
        *_part("What the threads did", _story(first)),
        *_part("What the kernel says", _says(first)),
        *_part("How often, and what it is not", _counts(report)),
        *_part("How it was found", _found(report, finding)),
        *_part(
            "How to see it",
            [
                *_wrap(f"lastput replay {report.name}.toml --kernel {report.kernel}, with this plan:"),
                "",
                *plan.splitlines(),
            ],
        ),
        *_part("What would mend it", _mends(finding, patch)),
    ]
    return "\n".join(row.rstrip() for row in parts) + "\n"


def _subject(report: Report, finding: Finding | None) -> list[str]:
    said = finding.message if finding else report.question
    where = finding.where.path.rpartition("/")[0] if finding else report.name
    return [*textwrap.wrap(f"Subject: [BUG] {where}: {said}", _WIDTH, subsequent_indent=" "), ""]


def _part(title: str, rows: list[str]) -> list[str]:
    return [title, "-" * len(title), "", *rows, ""] if rows else []


def _happens(report: Report, run: Run, finding: Finding | None) -> list[str]:
    rows = _wrap(f"On an unmodified {report.kernel} {_HAPPENS.get(run.verdict, 'the order is refused')}.")
    if run.where:
        rows += _wrap(f"RIP is {run.where}" + (f": it {run.reason}." if run.reason else "."))
    elif run.reason and run.verdict != "HUNG":
        rows += _wrap(f"{run.reason}.")
    rows += _wrap(f"The question was: {report.question}") if report.question else []
    return rows + (_wrap(f"{finding.message}.") if finding else [])


def _where(report: Report) -> list[str]:
    return [
        f"kernel        {report.kernel}, as the distribution built it",
        f"machine       {report.qemu.partition(' (')[0]}, TCG, {report.cpus} CPU",
        *textwrap.wrap(report.cmdline, _WIDTH, initial_indent="command line  ", subsequent_indent=" " * 14),
        *(f"in the module {site}" for site in report.sites if _held_in(report, site)),
    ]


def _held_in(report: Report, site: str) -> bool:
    """Whether a call site is in the function in which a thread was held."""
    places = {told.place.partition("+")[0] for run in report.story.runs for told in run.story}
    return site.partition("+")[0] in places


def _causes(finding: Finding | None) -> list[str]:
    rows: list[str] = []
    for number, cause in enumerate(finding.causes if finding else (), 1):
        rows += textwrap.wrap(f"({number}) {cause.where}: {cause.what}", _WIDTH, subsequent_indent="    ")
    return rows


def _story(run: Run) -> list[str]:
    rows: list[str] = []
    for number, told in enumerate(run.story, 1):
        rows += textwrap.wrap(f"({number}) {told.step}", _WIDTH, subsequent_indent="    ")
        rows += [f"    held at {told.place}, task {told.task}"] if told.place else []
        for act in told.acts:
            result = f"-{act.error}" if act.error else str(act.result)
            rows += textwrap.wrap(
                f"{act.thread}: {act.action} = {result}",
                _WIDTH,
                initial_indent="    ",
                subsequent_indent="      ",
            )
    return rows


def _says(run: Run) -> list[str]:
    """Whole, but for registers and frames that the kernel itself doubts."""
    sure = any(_FRAME.match(line) for line in run.splat)
    kept = [line for line in run.splat if not _REGISTERS.match(line) and not (sure and _STALE.match(line))]
    return [
        row
        for line in kept
        for row in textwrap.wrap(line, _WIDTH, subsequent_indent="    ", break_on_hyphens=False) or [""]
    ]


def _counts(report: Report) -> list[str]:
    rows = []
    for series in (report.story, *report.controls):
        rows += textwrap.wrap(f"{_row(series)}", _WIDTH, subsequent_indent="    ")
    if any(" until " in step for step in report.story.steps):
        rows += ["", *_wrap(
            "A thread is held by a loop in padding of the kernel's text, with preempt=full: it burns time,"
            " and every switch is the kernel's own. The controls hold it at the same points."
        )]  # fmt: skip
    else:
        rows += ["", *_wrap("Nobody is held and no order is forced: it happens every time.")]
    return rows


def _row(series: Series) -> str:
    counts = ", ".join(f"{verdict} {number} of {len(series.runs)}" for verdict, number in series.counts())
    why = f" ({series.runs[0].reason})" if series.expected == "INFEASIBLE" else ""
    return f"{series.name}: {counts}{why}" + (
        f" - {series.says}" if series.name != "story" and series.says else ""
    )


def _found(report: Report, finding: Finding | None) -> list[str]:
    told = (
        f"By static analysis (lastput audit, rule {finding.code}, fingerprint {finding.fingerprint}), "
        if finding
        else ""
    )
    test = "a litmus test of it was checked in all interleavings, and " if report.predicted else ""
    ends = (
        f"the order was forced onto the kernel in QEMU ({report.origin})."
        if report.origin
        else "forced in QEMU."
    )
    said = told + test + ends
    return _wrap(said[0].upper() + said[1:])


def _mends(finding: Finding | None, patch: Patch | None) -> list[str]:
    rows = _wrap(finding.remedy) if finding and finding.remedy else []
    if patch is None:
        return rows
    held = ", ".join(check.kind for check in patch.checks if check.holds)
    told = _wrap(f"Proposed by lastput fix, not run on the kernel above (checked: {held}):")
    return [*rows, *([""] if rows else []), *told, "", *patch.diff.splitlines()]


def _wrap(said: str) -> list[str]:
    return textwrap.wrap(said, _WIDTH)
