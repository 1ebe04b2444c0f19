"""A block to paste into a reply: what ``commit`` says, with lines, how it was found, how to see why.

72 columns, plain ASCII, no line that a mail program would wrap but the commands.
"""

from __future__ import annotations

__all__ = ["render"]

import shlex

from lastput.schema.audit import Report
from lastput.schema.finding import Finding
from lastput.show.findings import Options
from lastput.show.findings._outline import outline
from lastput.show.findings._told import missing
from lastput.show.paragraph import command, plain, room, wrap

_MARGIN = 2


def render(report: Report, options: Options) -> str:
    """One block a finding, two empty lines between them."""
    width = room(options.width)
    names = {rule.code: rule.name for rule in report.rules}
    return "\n\n".join(_block(one, report, names.get(one.code, ""), width) for one in report.findings)


def _block(one: Finding, report: Report, name: str, width: int) -> str:
    rows = [*wrap(f"{one.where.path}:{one.where.line}: {one.message}:", width), ""]
    rows += [" " * _MARGIN + row if row else "" for row in outline(one, width - _MARGIN)]
    rows += [""] if one.causes else []
    for number, cause in enumerate(one.causes, 1):
        rows += wrap(f"{cause.what} ({cause.where.path}:{cause.where.line})", width, f"({number}) ", "    ")
    rows += missing(one, width)
    rule = f"{one.code} {name}".strip()
    of = f"Linux {report.release}" if report.release else "the tree"
    found = f"Found with lastput ({rule}), which read the source of {of} and ran nothing"
    rows += ["", *wrap(f"{found}; confidence {one.confidence}.", width)]
    where = shlex.quote(f"{one.where.path}:{one.where.line}")
    rows += ["To see how it was judged:", "", *command(["lastput audit .", "--why", where], width)]
    return plain("\n".join(row.rstrip() for row in rows) + "\n")
