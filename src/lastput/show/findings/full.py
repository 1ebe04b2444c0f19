"""Everything about each finding: source lines, numbered causes, the chain, the evidence, the way out."""

from __future__ import annotations

__all__ = ["render"]

import textwrap

from lastput.schema.audit import Report
from lastput.schema.finding import Evidence, Finding, Where
from lastput.show.findings import Options
from lastput.show.findings._steps import numbered
from lastput.show.findings._told import proved

_WIDTH = 80
_WORDS = {"bug": "warning", "superfluous": "warning", "safe": "safe", "unjudged": "not judged"}
_COLOUR = {"bug": "\x1b[1;31m", "superfluous": "\x1b[1;33m", "safe": "\x1b[1;32m", "unjudged": "\x1b[1m"}


def render(report: Report, options: Options) -> str:
    """One paragraph a finding, a blank line between them."""
    return "\n".join(_finding(one, options) for one in report.findings)


def _finding(one: Finding, options: Options) -> str:
    width = options.width or _WIDTH
    word = _WORDS[one.verdict]
    if options.colour:
        word = f"{_COLOUR[one.verdict]}{word}\x1b[0m"
    kind = f", class {one.kind}" if one.kind else ""
    rows = [f"{one.where.path}:{one.where.line}: {word}: [{one.code}] {one.message}"]
    rows += _source(one, one.where)
    rows += _causes(one, width)
    if one.chain:
        rows.append("  how it gets here:")
        for depth, link in enumerate(one.chain):
            how = f"  [{link.how}]" if link.how not in ("", "direct") else ""
            rows.append(f"    {'  ' * depth}{link.function}()  {link.where.path}:{link.where.line}{how}")
    if one.evidence:
        rows.append("  what is known:")
        for item in one.evidence:
            rows += _evidence(item, width)
    if one.remedy:
        rows += _wrap(f"safe if: {one.remedy}", width)
    for doubt in one.depends_on:
        rows += _wrap(f"depends on: {doubt}", width)
    if one.proof is not None:
        rows += _wrap(f"proof: {proved(one)}", width)
    if one.verdict in ("bug", "superfluous"):
        if one.severity is not None:
            rows += _wrap(f"severity {one.severity.level}: {one.severity.reason}", width)
        rows.append(f"  confidence {one.confidence}{kind}, fingerprint {one.fingerprint}")
    elif kind:
        rows.append(f"  {kind.removeprefix(', ')}")
    return "\n".join(rows) + "\n"


def _causes(one: Finding, width: int) -> list[str]:
    rows: list[str] = []
    for where, text in numbered(one):
        rows += textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="      ")
        inside = f" in {where.function}()" if where.function else ""
        rows.append(f"      at {where.path}:{where.line}{inside}")
        if (where.path, where.line) != (one.where.path, one.where.line):
            rows += _source(one, where)
    return rows


def _source(one: Finding, where: Where) -> list[str]:
    for source in one.sources:
        if (source.file, source.line) == (where.path, where.line):
            return [f"  {source.line:>6} | {source.text}"]
    return []


def _evidence(item: Evidence, width: int) -> list[str]:
    mark = "+" if item.holds else "-"
    place = f" ({item.where.path}:{item.where.line})" if item.where else ""
    rows = textwrap.wrap(
        f"{mark} {item.kind}: {item.what}{place}", width, initial_indent="    ", subsequent_indent="      "
    )
    if item.searched:
        looked = ", ".join(dict.fromkeys(f"{one.function or one}" for one in item.searched))
        rows += textwrap.wrap(
            f"looked in: {looked}", width, initial_indent="      ", subsequent_indent="        "
        )
    return rows


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="    ")
