"""One page that stands alone: for each finding its causes with source, its chain, what pins it."""

from __future__ import annotations

__all__ = ["render"]

import msgspec

from lastput.schema.audit import Report
from lastput.schema.finding import EvidenceKind, Finding, Where
from lastput.show.excerpt import Row, excerpt
from lastput.show.findings import Options, commit
from lastput.show.page import fill, part
from lastput.show.summary import summary

_WORDS = {"bug": "WARNING", "superfluous": "SUPERFLUOUS", "safe": "SAFE", "unjudged": "NOT JUDGED"}

#: What evidence answers, in the words of the schema.
_QUESTIONS: dict[EvidenceKind, str] = {
    "site": "is it one",
    "module": "can the module go",
    "pairing": "which get, which put",
    "role": "how it is entered",
    "pin": "what pins it",
    "handshake": "what teardown waits for",
    "tail": "what runs after it",
    "core": "what core code does",
    "self-wait": "does it wait for itself",
    "lock": "which lock is held",
    "path": "what is on the way",
}


class _Place(msgspec.Struct, frozen=True):
    """A numbered cause, or the place of a finding that has none."""

    number: int
    text: str
    where: Where
    rows: tuple[Row, ...]


class _Card(msgspec.Struct, frozen=True):
    """A finding and what the page derives from it."""

    finding: Finding
    id: str
    word: str
    name: str
    places: tuple[_Place, ...]
    ascii: str


def render(report: Report, options: Options) -> str:
    """The page; without findings it says so. Sources with lines around them make better excerpts."""
    names = {rule.code: rule.name for rule in report.rules}
    return fill(
        "findings.html.j2",
        report=report,
        cards=[_card(one, number, names) for number, one in enumerate(report.findings, 1)],
        questions=_QUESTIONS,
        summary=summary(report).strip(),
        style=part("page.css", "findings.css"),
        script=part("findings.js"),
    )


def _card(one: Finding, number: int, names: dict[str, str]) -> _Card:
    places = [_place(one, at, cause.what, cause.where) for at, cause in enumerate(one.causes, 1)]
    return _Card(
        finding=one,
        id=f"f{number}",
        word=_WORDS[one.verdict],
        name=names.get(one.code, ""),
        places=tuple(places or [_place(one, 0, one.statement, one.where)]),
        ascii=commit.render(Report(tree="", findings=(one,)), Options()),
    )


def _place(one: Finding, number: int, text: str, where: Where) -> _Place:
    return _Place(number, text, where, excerpt(one.sources, where.path, where.line))
