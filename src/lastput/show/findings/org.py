"""Links for Emacs, as coccicheck's org mode writes them."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.schema.finding import Where
from lastput.show.findings import Options
from lastput.show.findings._steps import numbered


def render(report: Report, options: Options) -> str:
    """A TODO heading a finding, and a link for each cause below it."""
    rows = []
    for one in report.findings:
        rows.append(f"* TODO {_link(one.where, f'{one.code}: {one.message}', 1)}\n")
        rows += [f"  {_link(where, text, 2)}\n" for where, text in numbered(one)]
    return "".join(rows)


def _link(where: Where, text: str, face: int) -> str:
    column = max(where.column - 1, 0)
    plain = text.replace("[", "(").replace("]", ")")
    view = f"view:{where.path}::face=ovl-face{face}::linb={where.line}::colb={column}::cole={column}"
    return f"[[{view}][{plain}]]"
