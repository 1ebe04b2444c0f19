"""The lines that matter marked with a minus, as coccicheck's context mode does: not a patch."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options
from lastput.show.findings._steps import numbered


def render(report: Report, options: Options) -> str:
    """For each finding its message and the marked lines, file by file, in the order of the causes."""
    rows: list[str] = []
    for one in report.findings:
        rows.append(f"# {one.where.path}:{one.where.line}: {one.code}: {one.message}\n")
        text = {(source.file, source.line): source.text for source in one.sources}
        steps = numbered(one) or [(one.where, "")]
        path = ""
        for where, says in steps:
            if where.path != path:
                path = where.path
                rows.append(f"--- {path}\n")
            rows.append(f"@@ -{where.line} @@ {says}".rstrip() + "\n")
            rows.append(f"-{text.get((where.path, where.line), '')}\n")
    return "".join(rows)
