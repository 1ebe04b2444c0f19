"""The line of coccicheck's report mode."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """``file:line:column-column: message``, columns from 0, as coccilib prints them."""
    rows = []
    for one in report.findings:
        column = max(one.where.column - 1, 0)
        end = column + len(one.statement)
        rows.append(f"{one.where.path}:{one.where.line}:{column}-{end}: {one.code}: {one.message}\n")
    return "".join(rows)
