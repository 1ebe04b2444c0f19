"""One line a finding, as compilers and kernel checkers print them."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """``path:line: warning: [CODE] message``; a doubtful one says what it depends on."""
    rows = []
    for one in report.findings:
        doubt = f" (if {'; '.join(one.depends_on)})" if one.depends_on else ""
        rows.append(f"{one.where.path}:{one.where.line}: warning: [{one.code}] {one.message}{doubt}\n")
    return "".join(rows)
