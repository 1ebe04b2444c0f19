"""How many there are: by severity, by rule, by directory, by who maintains the code."""

from __future__ import annotations

__all__ = ["render"]

from collections import Counter
from collections.abc import Iterable

from lastput.schema.audit import Report
from lastput.schema.finding import Finding
from lastput.schema.severity import LEVELS
from lastput.show.findings import Options

_COLUMNS = (*LEVELS, "all")
_DEPTH = 2  # folders of a directory's name


def render(report: Report, options: Options) -> str:
    """Tables, the most of each first; a finding of several maintainers counts for each of them."""
    if not report.findings:
        return ""
    names = {rule.code: rule.name for rule in report.rules}
    found = report.findings
    tables = (
        ("rule", [(f"{one.code}  {names.get(one.code, '')}".rstrip(), one) for one in found]),
        ("directory", [(_directory(one.where.path), one) for one in found]),
        ("maintainer", [(who, one) for one in found for who in _who(one)]),
    )
    return "\n".join(_table(title, rows) for title, rows in tables)


def _table(title: str, rows: Iterable[tuple[str, Finding]]) -> str:
    counts: dict[str, Counter[str]] = {}
    for key, one in rows:
        count = counts.setdefault(key, Counter())
        count["all"] += 1
        if one.severity is not None:
            count[one.severity.level] += 1
    lines = [f"{'  '.join(f'{word:>6}' for word in _COLUMNS)}  {title}\n"]
    for key in sorted(counts, key=lambda one: (-counts[one]["all"], one)):
        lines.append(f"{_row(counts[key])}  {key}\n")
    return "".join(lines)


def _row(count: Counter[str]) -> str:
    return "  ".join(f"{count[word] or '-':>6}" for word in _COLUMNS)


def _directory(path: str) -> str:
    return "/".join(path.split("/")[:-1][:_DEPTH]) or "."


def _who(one: Finding) -> tuple[str, ...]:
    people = tuple(word.partition(" <")[0] for word in one.maintainers)
    return tuple(f"{who}  {one.area}" for who in people) or ((f"-  {one.area}",) if one.area else ("-",))
