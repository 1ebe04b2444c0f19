"""A finding as the page of findings wants it: what a row shows, and what is behind it, as plain data."""

from __future__ import annotations

__all__ = ["Card", "Code", "Mark", "card"]

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lastput.schema.audit import Report
from lastput.schema.finding import EvidenceKind, Finding, Where
from lastput.schema.patch import Patch
from lastput.schema.trace import Source
from lastput.show.excerpt import AROUND, excerpt
from lastput.show.findings import Options, commit
from lastput.show.proofs import render as render_proof

#: What evidence answers, in the words of the schema.
_QUESTIONS: dict[EvidenceKind, str] = {
    "site": "what was judged",
    "module": "can the module go",
    "pairing": "which put belongs to which get",
    "role": "how it is entered",
    "pin": "what keeps the module",
    "handshake": "what teardown waits for",
    "tail": "what runs after it",
    "core": "what core code does",
    "self-wait": "does it wait for itself",
    "lock": "which lock is held",
    "path": "what is on the way",
}


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A numbered cause (0: the place of a finding that has none): its line, the function, the text."""

    number: int
    line: int
    function: str
    text: str


class Code(msgspec.Struct, frozen=True, array_like=True):
    """Lines of one file, and the causes that lie in them."""

    path: str
    marks: tuple[Mark, ...]
    rows: tuple[tuple[int, str], ...]


class Card(msgspec.Struct, frozen=True, rename={"fingerprint": "id"}):
    """One finding. ``doubts`` and ``evidence`` are sentences; ``chain`` has function, place and how it is
    called; ``steps`` pairs of a title and what a form of lastput printed of the finding."""

    fingerprint: str
    verdict: str
    code: str
    confidence: str
    path: str
    line: int
    function: str
    message: str
    kind: str
    level: str
    points: int
    reason: str
    who: str
    area: str
    people: tuple[str, ...]
    born: str
    codes: tuple[Code, ...]
    chain: tuple[tuple[str, str, str], ...]
    evidence: tuple[tuple[str, str, str, bool, str], ...]
    remedy: str
    doubts: tuple[str, ...]
    ascii: str
    proved: str = ""
    steps: tuple[tuple[str, str], ...] = ()


def card(one: Finding, patch: Patch | None = None) -> Card:
    """What the page has of a finding, and of the patch that mends it."""
    severity = one.severity
    return Card(
        fingerprint=one.fingerprint,
        verdict=one.verdict,
        code=one.code,
        confidence=one.confidence,
        path=one.where.path,
        line=one.where.line,
        function=one.where.function,
        message=one.message,
        kind=one.kind,
        level=severity.level if severity else "",
        points=severity.points if severity else -1,
        reason=severity.reason if severity else "",
        who=severity.who if severity else "",
        area=one.area or _folder(one.where.path),
        people=tuple(who.partition(" <")[0] for who in one.maintainers),
        born=one.born,
        codes=tuple(_codes(one)),
        chain=tuple((link.function, _short(link.where), link.how) for link in one.chain),
        evidence=tuple(
            (
                _QUESTIONS[item.kind],
                item.what,
                _short(item.where) if item.where else "",
                item.holds,
                ", ".join(dict.fromkeys(str(each.function or each) for each in item.searched)),
            )
            for item in one.evidence
        ),
        remedy=one.remedy,
        doubts=one.depends_on,
        ascii=commit.render(Report(tree="", findings=(one,)), Options()),
        proved=one.proof.verdict if one.proof else "",
        steps=tuple(_steps(one, patch)),
    )


def _steps(one: Finding, patch: Patch | None) -> Iterator[tuple[str, str]]:
    if one.proof is not None:
        yield "proof", render_proof("text", one, one.proof)
    if patch is not None:
        yield f"patch: {patch.subject}", patch.diff.encode("utf-8", "replace").decode()


def _folder(path: str) -> str:
    return "/".join(path.split("/")[:-1][:3]) or "."


def _short(where: Where) -> str:
    return f"{where.path}:{where.line}"


def _codes(one: Finding) -> Iterable[Code]:
    """The code of the causes; those that lie in the same lines share them."""
    marks = [
        (cause.where.path, Mark(number, cause.where.line, cause.where.function, cause.what))
        for number, cause in enumerate(one.causes, 1)
    ] or [(one.where.path, Mark(0, one.where.line, one.where.function, one.statement))]
    groups: list[tuple[str, list[Mark]]] = []
    for path, mark in marks:
        home = next(
            (
                group
                for file, group in groups
                if file == path and any(abs(each.line - mark.line) <= 2 * AROUND for each in group)
            ),
            None,
        )
        if home is None:
            groups.append((path, [mark]))
        else:
            home.append(mark)
    for path, group in groups:
        yield Code(path, tuple(group), _rows(one.sources, path, [mark.line for mark in group]))


def _rows(sources: Sequence[Source], path: str, lines: Sequence[int]) -> tuple[tuple[int, str], ...]:
    """The lines around some, with the indentation that all of them share taken away."""
    wanted = [one for one in sources if one.file == path and _near(one.line, lines)]
    if not wanted:
        return ()
    middle = (min(lines) + max(lines)) // 2
    reach = max(abs(one.line - middle) for one in wanted)
    return tuple((row.line, row.text) for row in excerpt(wanted, path, middle, reach))


def _near(line: int, lines: Iterable[int]) -> bool:
    return any(abs(line - one) <= AROUND for one in lines)
