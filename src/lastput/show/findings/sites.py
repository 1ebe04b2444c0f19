"""One row a judged site: place, class, verdict and the reason; then how many there are of each class."""

from __future__ import annotations

__all__ = ["render"]

from collections import Counter

from lastput.schema.audit import Report
from lastput.schema.finding import Finding
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """Columns as wide as their widest entry, tabs replaced by nothing: made to be read and grepped."""
    cells = [
        (f"{one.where.path}:{one.where.line}", one.where.function or "-", one.kind or "-", one.verdict)
        for one in report.findings
    ]
    widths = [max((len(row[column]) for row in cells), default=0) for column in range(4)]
    rows = []
    for row, one in zip(cells, report.findings, strict=True):
        padded = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        rows.append(f"{padded}  {_reason(one)}\n")
    return "".join(rows) + _counts(report.findings)


def _reason(one: Finding) -> str:
    doubt = f" (if {'; '.join(one.depends_on)})" if one.depends_on else ""
    return f"{one.message}{doubt}"


def _counts(findings: tuple[Finding, ...]) -> str:
    if not findings:
        return ""
    classes = Counter((one.kind or "-", one.verdict) for one in findings)
    rows = [f"  {count:5}  {kind:6} {verdict}\n" for (kind, verdict), count in sorted(classes.items())]
    return f"\n{len(findings)} sites\n" + "".join(rows)
