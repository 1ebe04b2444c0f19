"""One line a finding, as compilers and kernel checkers print them."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options


def render(report: Report, options: Options) -> str:
    """``path:line: warning: [CODE] message``; a doubtful one says what it depends on, one that was proved
    the verdict."""
    rows = []
    for one in report.findings:
        doubt = f" (if {'; '.join(one.depends_on)})" if one.depends_on else ""
        verdict = f" [{one.proof.verdict}]" if one.proof is not None else ""
        place = f"{one.where.path}:{one.where.line}"
        rows.append(f"{place}: warning: [{one.code}] {one.message}{doubt}{verdict}\n")
    return "".join(rows)
