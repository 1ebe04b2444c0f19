"""A block for a commit message: the functions that matter, the numbered causes, what would make it safe.

72 columns, plain ASCII. Line numbers are left out: they are wrong once the commit is made.
"""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.audit import Report
from lastput.schema.finding import Finding
from lastput.show.findings import Options
from lastput.show.findings._outline import outline
from lastput.show.findings._told import missing
from lastput.show.paragraph import plain, room, wrap

_MARGIN = 2


def render(report: Report, options: Options) -> str:
    """One block a finding, two empty lines between them."""
    width = room(options.width)
    return "\n\n".join(_block(one, width) for one in report.findings)


def _block(one: Finding, width: int) -> str:
    rows = [*wrap(f"{one.where.path}: {one.message}:", width), ""]
    rows += [" " * _MARGIN + row if row else "" for row in outline(one, width - _MARGIN)]
    rows += [""] if one.causes else []
    for number, cause in enumerate(one.causes, 1):
        rows += wrap(cause.what, width, f"({number}) ", "    ")
    rows += missing(one, width)
    return plain("\n".join(row.rstrip() for row in rows) + "\n")
