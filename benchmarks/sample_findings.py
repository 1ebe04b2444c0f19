"""A random sample of what the audit prints, for a person to judge; and the judgements, counted.

    lastput audit TREE --format json > findings.json
    python -m benchmarks.sample_findings draw findings.json --seed 1 --tree TREE > sample.txt
    python -m benchmarks.sample_findings count docs/false-alarms.md

``draw`` takes a plain random sample of the findings as printed. For each it shows place, message, causes,
evidence and, with ``--tree``, the lines around the places that it names. ``count`` reads the tables of a
Markdown page: each row that has a rule and one of the judgements counts, under the heading before it.

Judgements: ``real``, a bug as it is told; ``defensible``, true as it is told, and harmless because of
something outside of what the finding speaks of; ``false``. The share is that of the first two.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from lastput.schema.finding import Finding, Where, places

JUDGEMENTS = ("real", "defensible", "false")

_CELL = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"^[A-Z]{3}\d{3}$")
_AROUND = 3  # lines of source shown before and after a place


class Judged(msgspec.Struct, frozen=True):
    """One row of a table: ``part`` is the heading that it stands under."""

    part: str
    rule: str
    judgement: str


def draw(findings: Sequence[Finding], size: int, seed: int, rules: frozenset[str]) -> list[Finding]:
    """``size`` of the findings (of ``rules`` alone, if any are named), in the order of their places.

    The same findings and the same seed give the same sample.
    """
    among = [one for one in findings if not rules or one.code in rules]
    return sorted(
        random.Random(seed).sample(among, min(size, len(among))), key=lambda one: (one.where, one.code)
    )


def shown(number: int, one: Finding, tree: Path | None) -> Iterator[str]:
    """What is needed to judge a finding, line by line."""
    yield f"## {number}. {one.where} {one.code} ({one.confidence}) in {one.where.function or 'file scope'}()"
    yield one.message
    yield from (f"  ({at}) {cause.where}: {cause.what}" for at, cause in enumerate(one.causes, 1))
    yield from (f"  {link.where}: {link.function}() {link.how}" for link in one.chain)
    yield from (f"  [{item.kind}] {item.what} {item.where or ''}".rstrip() for item in one.evidence)
    yield from (f"  depends on: {what}" for what in one.depends_on)
    if tree is not None:
        for path in sorted({where.path for where in places(one)}):
            yield from _lines(tree, path, [where for where in places(one) if where.path == path])
    yield ""


def _lines(tree: Path, path: str, wanted: Sequence[Where]) -> Iterator[str]:
    """The lines around the places of one file."""
    try:
        text = (tree / path).read_text(errors="replace").splitlines()
    except OSError:
        return
    marked = {where.line for where in wanted}
    near = {line + by for line in marked for by in range(-_AROUND, _AROUND + 1)}
    yield f"  --- {path}"
    for line in sorted(one for one in near if 0 < one <= len(text)):
        yield f"  {'>' if line in marked else ' '}{line:6} {text[line - 1].expandtabs()}"


def judgements(page: str) -> Iterator[Judged]:
    """The rows of the tables of a page that hold a rule and a judgement."""
    part = ""
    for line in page.splitlines():
        if line.startswith("#"):
            part = line.lstrip("# ")
        cells = [cell.strip(" `*") for cell in _CELL.split(line)]
        rule = next((cell for cell in cells if _RULE.match(cell)), "")
        judgement = next((cell for cell in cells if cell in JUDGEMENTS), "")
        if rule and judgement:
            yield Judged(part, rule, judgement)


def table(rows: Sequence[Judged]) -> Iterator[str]:
    """Counts by rule, and the share that is real or defensible."""
    yield f"| rule | {' | '.join(JUDGEMENTS)} | real or defensible |"
    yield "|---|---|---|---|---|"
    rules = sorted({one.rule for one in rows})
    for name in (*rules, "all"):
        counts = Counter(one.judgement for one in rows if name in (one.rule, "all"))
        good = counts["real"] + counts["defensible"]
        cells = " | ".join(str(counts[one]) for one in JUDGEMENTS)
        yield f"| {name} | {cells} | {good} of {counts.total()} ({good / counts.total():.0%}) |"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    drawing = parts.add_parser("draw", help="draw a sample")
    drawing.add_argument("findings", type=Path, help="what lastput audit --format json printed")
    drawing.add_argument("--seed", type=int, required=True)
    drawing.add_argument("--size", type=int, default=60)
    drawing.add_argument("--rules", default="", metavar="CODE,...", help="only of these rules")
    drawing.add_argument("--tree", type=Path, help="show lines of this tree")
    counting = parts.add_parser("count", help="count the judgements of a page")
    counting.add_argument("page", type=Path)
    args = parser.parse_args()
    if args.part == "draw":
        lines = args.findings.read_bytes().splitlines()
        findings = [msgspec.json.decode(line, type=Finding) for line in lines]
        rules = frozenset(filter(None, args.rules.split(",")))
        for number, one in enumerate(draw(findings, args.size, args.seed, rules), 1):
            print("\n".join(shown(number, one, args.tree)))
        return 0
    rows = list(judgements(args.page.read_text()))
    for part in dict.fromkeys(one.part for one in rows):
        print(f"\n{part}\n")
        print("\n".join(table([one for one in rows if one.part == part])))
    return 0 if rows else 2


if __name__ == "__main__":
    sys.exit(main())
