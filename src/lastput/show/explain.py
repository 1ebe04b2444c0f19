"""An explanation of a kernel log as text: what was reported, what it means, what the log does not tell."""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.schema.splat import Certainty, Diagnosis, Explained, Explanation, Report

_WORDS = {
    Certainty.CERTAIN: "the log says so",
    Certainty.LIKELY: "likely",
    Certainty.UNKNOWN: "not known",
}


def render(explanation: Explanation, width: int = 80) -> str:
    """The whole explanation, ending in a newline."""
    reports = explanation.reports
    plural = "" if len(reports) == 1 else "s"
    what = f"{len(reports)} report{plural}" if reports else "no kernel report"
    rows = [f"{explanation.file}: {what} in {explanation.lines:,} lines"]
    for number, one in enumerate(reports, 1):
        rows += ["", *_one(number, one, width)]
    if explanation.left_out:
        rows += ["", f"{explanation.left_out:,} more reports were left out (--max-reports)"]
    for note in explanation.notes:
        rows += ["", *textwrap.wrap(note, width)]
    return "\n".join(rows) + "\n"


def _one(number: int, one: Explained, width: int) -> list[str]:
    report, diagnosis = one.report, one.diagnosis
    rows = _wrap(f"{number}. line {report.line}: ", report.head, width, 3)
    rows += [f"   {line}" for line in _context(report)]
    name = diagnosis.error or "no error class"
    family = f", family {diagnosis.family}" if diagnosis.family else ""
    rows += ["", f"   {name}{family}: {_WORDS[diagnosis.certainty]}"]
    rows += _wrap("   ", f"{_sentence(diagnosis.story)}.", width, 3)
    for at, cause in enumerate(diagnosis.causes, 1):
        rows += _wrap(f"     ({at}) ", cause, width, 9)
    for text in diagnosis.unknown:
        rows += _wrap("     (?) ", text, width, 9)
    if diagnosis.instead:
        rows += _wrap("   instead: ", diagnosis.instead, width, 5)
    if one.sources:
        rows += ["", *_sources(one)]
    return [*rows, *_tests(one, width), *_audit(diagnosis)]


def _sentence(text: str) -> str:
    """A name at the beginning stays as it is."""
    return f"{text[:1].upper()}{text[1:]}" if text.partition(" ")[0].isalpha() else text


def _context(report: Report) -> list[str]:
    rows = []
    if report.count > 1:
        rows.append(f"met {report.count:,} times")
    if report.workqueue and report.work:
        work = report.work
        module = f" [{work.module}]" if work.module else ""
        rows.append(f"work item: {work.function or hex(work.address)}{module} on {report.workqueue}")
    if report.unloaded:
        rows.append(f"last unloaded: {report.unloaded}")
    for frame in (report.rip,):
        if frame is not None and frame.resolved:
            name = f"{frame.function}+0x{frame.offset:x}" if frame.function else f"0x{frame.offset:x}"
            rows.append(f"0x{frame.address:x} is {name} [{frame.module or 'vmlinux'}]")
    if report.truncated:
        rows.append("the report is cut off")
    return rows


def _sources(one: Explained) -> list[str]:
    rows = ["   source (the definition of each frame, and its calls of the next):"]
    for snippet in one.sources:
        rows.append(f"     {snippet.place}: {snippet.head}")
        via = f"   /* {snippet.via}() calls {snippet.next}() */" if snippet.via else ""
        rows += [f"       {line}: {text}{via}" for line, text in snippet.calls]
        if snippet.next and not snippet.calls:
            rows.append(f"       no call of {snippet.next}(): inlined, by a pointer, or another version")
    return rows


def _tests(one: Explained, width: int) -> list[str]:
    if not one.tests:
        return []
    rows = ["", "   litmus tests that ask the same question:"]
    for test in one.tests:
        rows += _wrap("     ", test.question, width, 5)
        rows.append(f"       {test.command}")
        if test.replay:
            rows.append(f"       {test.replay}")
    return rows


def _audit(diagnosis: Diagnosis) -> list[str]:
    """The commands that look for the cause in the source, and that tell what they look for."""
    if not diagnosis.audit:
        return []
    looks = f"     lastput audit --rules {','.join(diagnosis.audit)} /usr/src/linux"
    pages = f"     lastput rule {diagnosis.audit[0]}  # what it looks for"
    return ["", "   to look for the cause in the source:", looks, pages]


def _wrap(first: str, text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=first,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [first.rstrip()]
