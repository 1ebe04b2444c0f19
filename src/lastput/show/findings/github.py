"""Annotations for a GitHub workflow."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.show.findings import Options
from lastput.show.findings._steps import numbered


def render(report: Report, options: Options) -> str:
    """One ``::warning`` command a finding; the causes are its further lines."""
    rows = []
    for one in report.findings:
        steps = [f"{text} ({where.path}:{where.line})" for where, text in numbered(one)]
        body = _data("\n".join([one.message, *steps]))
        head = f"file={_property(one.where.path)},line={one.where.line}"
        if one.where.column:
            head += f",col={one.where.column}"
        rows.append(f"::warning {head},title={_property(f'lastput {one.code}')}::{body}\n")
    return "".join(rows)


def _data(text: str) -> str:
    """Escape as the workflow command syntax wants it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
