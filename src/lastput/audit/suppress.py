"""What somebody said is safe, with the reason: in a comment, or in ``lastput.toml``.

    /* lastput: safe MOD001 -- the block core holds lo_fops.owner until after release */

speaks for its own lines and the next one. Without a reason it is refused, and the finding stands.
"""

from __future__ import annotations

__all__ = ["apply", "comments", "entries", "parse"]

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from lastput.audit.config import Entry
from lastput.schema.audit import Refused, Suppression
from lastput.schema.finding import Finding, Where

_MARK = b"lastput:"
# Strings, so that a // in one begins no comment; a comment that is not closed goes to the end.
_TOKEN = re.compile(r'"(?:\\.|[^"\\\n])*"|/\*(?P<block>.*?)(?:\*/|\Z)|//(?P<line>[^\n]*)', re.DOTALL)
_SAFE = re.compile(
    r"lastput:\s*safe\s+(?P<codes>[\w-]+(?:\s*,\s*[\w-]+)*)\s*(?:--\s*(?P<reason>.*))?$", re.DOTALL
)


def comments(
    root: Path, paths: Iterable[str], codes: Collection[str]
) -> tuple[list[Suppression], list[Refused]]:
    """The comments in the files ``paths`` below ``root``; ``codes`` are the rules that exist."""
    good: list[Suppression] = []
    refused: list[Refused] = []
    for path in paths:
        try:
            data = (root / path).read_bytes()
        except OSError:
            continue  # the fact base has listed it as skipped
        if _MARK in data:
            for one in parse(path, data.decode("utf-8", "replace"), codes):
                (good if isinstance(one, Suppression) else refused).append(one)  # type: ignore[arg-type]
    return good, refused


def parse(path: str, text: str, codes: Collection[str]) -> Iterator[Suppression | Refused]:
    """The suppressions in the comments of one file."""
    for match in _TOKEN.finditer(text):
        words = match["block"] or match["line"] or ""
        if "lastput:" not in words:
            continue
        first = text.count("\n", 0, match.start()) + 1
        last = first + match[0].count("\n")
        where = Where(path, first)
        words = re.sub(r"\n[\s*]*", " ", words).strip()
        safe = _SAFE.search(words)
        if safe is None:
            yield Refused(where, "the form is: lastput: safe CODE -- reason")
            continue
        if not (safe["reason"] or "").strip():
            yield Refused(where, f"it gives no reason: lastput: safe {safe['codes']} -- reason")
            continue
        for code in re.split(r"\s*,\s*", safe["codes"]):
            if code not in codes:
                yield Refused(where, f"no rule is called {code}")
            else:
                yield Suppression(code, safe["reason"].strip(), where, path, covers=last + 1)


def entries(
    file: str, listed: Sequence[Entry], codes: Collection[str]
) -> tuple[list[Suppression], list[Refused]]:
    """The ``[[safe]]`` entries of the configuration ``file``."""
    good: list[Suppression] = []
    refused: list[Refused] = []
    for number, one in enumerate(listed, 1):
        where = Where(file, 0)
        if not one.reason.strip():
            refused.append(Refused(where, f"[[safe]] number {number} gives no reason"))
        elif one.rule not in codes:
            refused.append(Refused(where, f"[[safe]] number {number}: no rule is called {one.rule}"))
        else:
            good.append(
                Suppression(one.rule, one.reason.strip(), where, one.path, 0, one.function, one.object)
            )
    return good, refused


def apply(
    findings: Sequence[Finding], suppressions: Sequence[Suppression]
) -> tuple[list[Finding], list[tuple[Finding, Suppression]], list[Suppression]]:
    """What stands, what is suppressed and by what, and the suppressions that were for nothing."""
    by_code: dict[str, list[Suppression]] = {}
    for one in suppressions:
        by_code.setdefault(one.code, []).append(one)
    stands: list[Finding] = []
    gone: list[tuple[Finding, Suppression]] = []
    used: set[Suppression] = set()
    for finding in findings:
        speaks = [one for one in by_code.get(finding.code, ()) if _covers(one, finding)]
        used.update(speaks)
        if speaks:
            gone.append((finding, speaks[0]))
        else:
            stands.append(finding)
    return stands, gone, [one for one in suppressions if one not in used]


def _covers(one: Suppression, finding: Finding) -> bool:
    if one.covers:
        return one.path == finding.where.path and one.where.line <= finding.where.line <= one.covers
    return (
        fnmatchcase(finding.where.path, one.path)
        and one.function in ("", finding.where.function)
        and one.object in ("", finding.object)
    )
