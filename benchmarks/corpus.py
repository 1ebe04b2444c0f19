"""A corpus of judged kernel code, and how findings are scored against it.

A corpus is a directory with ``module_put_sites.tsv`` (place, class, verdict), ``cases.jsonl`` (real bugs
with the buggy and the fixed place) and ``hard_negatives.jsonl`` (places that look like a bug and are
correct). A case counts as found when a finding of the right family speaks, in the case's file, of one
of the functions or tables that the case or its evidence names.
"""

from __future__ import annotations

__all__ = [
    "FAMILIES",
    "Case",
    "Corpus",
    "Negative",
    "Site",
    "case_hits",
    "negative_hits",
    "read_corpus",
    "site_verdict",
    "trees_of",
]

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from lastput.errors import LastputError
from lastput.schema.finding import Finding, Where

#: The rule families that answer for a class of bugs. A: module self-put, B: owner missing or wrong,
#: C: not cancelled before teardown, D: waits for itself or under a lock, E: leak on an error path,
#: F: put too often or too early, G: get where the count may be zero.
FAMILIES: dict[str, frozenset[str]] = {
    "A": frozenset({"MOD", "KTH"}),
    "B": frozenset({"FIL", "MOD"}),
    "C": frozenset({"WRK", "KTH"}),
    "D": frozenset({"LCK", "WRK", "KTH"}),
    "E": frozenset({"REF"}),
    "F": frozenset({"REF"}),
    "G": frozenset({"REF"}),
}

#: Lines by which a place at file scope may be off: a table's first line, or that of one field.
_NEAR = 3


class Proof(msgspec.Struct, frozen=True):
    """A line that shows it; ``func`` is null at file scope."""

    line: int
    func: str | None = None
    path: str = ""


class Version(msgspec.Struct, frozen=True):
    """Where a version of a file is: in a Debian source tree, or in a public repository."""

    path: str
    tree: str = ""
    repo: str = ""
    commit: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A real bug."""

    id: str
    cls: str = msgspec.field(name="class")
    functions: tuple[str, ...]
    basis: str
    difficulty: str
    buggy: Version
    fixed: Version
    evidence: tuple[Proof, ...]


class Negative(msgspec.Struct, frozen=True, kw_only=True):
    """A place that looks like a bug of class ``looks_like`` and is correct."""

    id: str
    path: str
    looks_like: str
    tree: str
    evidence: tuple[Proof, ...]


class Site(msgspec.Struct, frozen=True):
    """A line with a put of the own module. ``verdict`` is ``bug``, ``safe``, ``none`` (not a call) or
    ``open`` (the corpus does not say)."""

    path: str
    line: int
    cls: str
    verdict: str


class Corpus(msgspec.Struct, frozen=True):
    """All of it."""

    sites: tuple[Site, ...]
    cases: tuple[Case, ...]
    negatives: tuple[Negative, ...]


def read_corpus(folder: Path) -> Corpus:
    """Read a corpus. Raises LastputError ``bad-corpus``."""
    try:
        rows = (folder / "module_put_sites.tsv").read_text("utf-8").splitlines()
        cases = (folder / "cases.jsonl").read_bytes().splitlines()
        negatives = (folder / "hard_negatives.jsonl").read_bytes().splitlines()
        return Corpus(
            tuple(_site(row) for row in rows if row and not row.startswith("#")),
            tuple(msgspec.json.decode(row, type=Case) for row in cases if row.strip()),
            tuple(msgspec.json.decode(row, type=Negative) for row in negatives if row.strip()),
        )
    except (OSError, ValueError, msgspec.DecodeError) as error:
        raise LastputError("bad-corpus", f"{folder} is no corpus: {error}", "it has three files") from None


def _site(row: str) -> Site:
    place, cls, said = row.split("\t")
    path, _, line = place.rpartition(":")
    words = {"UNSAFE": "bug", "safe": "safe", "n/a": "safe"}
    verdict = "none" if cls == "NOTCALL" else words.get(said.split(":")[0], "open")
    return Site(path, int(line), cls, verdict)


def trees_of(corpus: Corpus) -> tuple[str, ...]:
    """The Debian trees that it speaks of, sorted."""
    named = {version.tree for case in corpus.cases for version in (case.buggy, case.fixed)}
    named |= {one.tree for one in corpus.negatives}
    return tuple(sorted(name for name in named if re.fullmatch(r"linux-source-[\d.]+", name)))


def case_hits(findings: Iterable[Finding], case: Case, path: str) -> tuple[Finding, ...]:
    """The findings that name the bug in the version of the file at ``path``."""
    names = {*case.functions, *(one.func for one in case.evidence if one.func)}
    return tuple(one for one in findings if one.code[:3] in FAMILIES[case.cls] and names & _names(one, path))


def negative_hits(findings: Iterable[Finding], negative: Negative) -> tuple[Finding, ...]:
    """The findings that take the correct place for a bug."""
    names = {one.func for one in negative.evidence if one.func}
    lines = {one.line for one in negative.evidence if not one.func}
    return tuple(
        one
        for one in findings
        if one.code[:3] in FAMILIES[negative.looks_like]
        and (names & _names(one, negative.path) or _near(one, negative.path, lines))
    )


def site_verdict(judged: Iterable[Finding], site: Site) -> tuple[str, str]:
    """What was said of a put: verdict (``none``: nothing) and class. The worst of several counts."""
    here = [
        one
        for one in judged
        if one.site == "module_put" and (one.where.path, one.where.line) == (site.path, site.line)
    ]
    if not here:
        return "none", ""
    worst = min(here, key=lambda one: (one.verdict != "bug", one.verdict == "unjudged"))
    return "safe" if worst.verdict == "superfluous" else worst.verdict, worst.kind


def _spoken(finding: Finding) -> list[Where]:
    return [finding.where, *(cause.where for cause in finding.causes)]


def _names(finding: Finding, path: str) -> set[str]:
    """What a finding names of a file: functions of the place, the causes and the chain, and its object."""
    found = {where.function for where in _spoken(finding) if where.path == path}
    found |= {link.function for link in finding.chain if link.where.path == path}
    if finding.where.path == path:
        found |= set(re.findall(r"\w+", finding.object))
    return found - {""}


def _near(finding: Finding, path: str, lines: set[int]) -> bool:
    return any(
        where.path == path and abs(where.line - line) <= _NEAR for where in _spoken(finding) for line in lines
    )
