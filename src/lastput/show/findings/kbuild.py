"""Warnings with notes, as sparse and gcc print them: for make C=1 CHECK="lastput kbuild"."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.schema.finding import Where
from lastput.show.findings import Options
from lastput.show.findings._steps import numbered


def render(report: Report, options: Options) -> str:
    """One line that patch bots count, and a note for each cause, which they do not."""
    rows = []
    for one in report.findings:
        rows.append(f"{_place(one.where)}: warning: {one.message} [{one.code}]\n")
        rows += [f"{_place(where)}: note: {text}\n" for where, text in numbered(one)]
    return "".join(rows)


def _place(where: Where) -> str:
    return f"{where.path}:{where.line}:{where.column or 1}"
