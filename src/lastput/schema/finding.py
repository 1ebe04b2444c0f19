"""``lastput-finding/1``: a place in a kernel tree that a rule has judged, with its reasons.

A site that is judged safe is the same struct with another verdict, so that one may ask why. A finding
stands by itself: whoever renders it needs neither the fact base nor the tree.
"""

from __future__ import annotations

__all__ = [
    "SCHEMA",
    "Cause",
    "Confidence",
    "Evidence",
    "EvidenceKind",
    "Finding",
    "Link",
    "Verdict",
    "Where",
    "at_least",
    "fingerprint",
    "functions",
    "places",
    "reported",
]

import hashlib
from collections.abc import Iterator
from typing import Literal

import msgspec

from lastput.schema.claim import Claim
from lastput.schema.proof import Proof
from lastput.schema.severity import Severity
from lastput.schema.trace import Source

SCHEMA = "lastput-finding/1"

#: ``bug``: it can go wrong as the causes say. ``superfluous``: harmless, and without effect. ``safe``:
#: the evidence says why it cannot. ``unjudged``: the rule looked at it and could not tell.
Verdict = Literal["bug", "superfluous", "safe", "unjudged"]

#: ``high``: each link of the chain was read in the code. ``medium``: one link is a resolved indirect
#: call or a convention. ``low``: something named in ``depends_on`` was guessed; not shown by default.
Confidence = Literal["high", "medium", "low"]

#: The questions that decide a site, in the order in which they are asked: is it a site at all, can its
#: module be unloaded, which get does the put belong to, how is the function entered, what pins the
#: module meanwhile, does the exit wait for it, what runs after it, does core code do it instead,
#: does it wait for itself.
EvidenceKind = Literal[
    "site", "module", "pairing", "role", "pin", "handshake", "tail", "core", "self-wait", "lock", "path"
]

_RANK: dict[Confidence, int] = {"high": 0, "medium": 1, "low": 2}


class Where(msgspec.Struct, frozen=True, omit_defaults=True, order=True):
    """A place in the tree. ``path`` is relative to its top, ``line`` and ``column`` count from 1 (0:
    unknown), ``function`` is the C function around it ("" at file scope)."""

    path: str
    line: int
    column: int = 0
    function: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.column else f"{self.path}:{self.line}"


class Cause(msgspec.Struct, frozen=True):
    """One numbered step of how it goes wrong, or of why it does not; the number is its position."""

    where: Where
    what: str


class Evidence(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one question. ``holds``: this alone keeps the site safe. ``searched`` are the places
    where an answer was looked for; an edit there may change it, so a finding is new if they changed."""

    kind: EvidenceKind
    what: str
    holds: bool = False
    where: Where | None = None
    searched: tuple[Where, ...] = ()


class Link(msgspec.Struct, frozen=True, omit_defaults=True):
    """One function of the chain from an entry point down to the site. ``where`` is the call in it (the
    site, for the last). ``how`` says how the step to it was resolved: ``direct``, ``ops table
    kvm_vm_fops.release``, ``work item``, ``static call``, ... ("" for the entry point itself)."""

    function: str
    where: Where
    how: str = ""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One judged place.

    ``message`` is one line in the words of a compiler warning. ``kind`` is the class that the rule sorts
    its sites into (for self-puts: U, P, D, W ...; the rule's page has the list); ``site`` the kernel API
    whose call is judged (``module_put``), ``object`` what it is about (``foo_fops``, ``dev->work``),
    ``statement`` its source text, blanks normalised. ``remedy`` says what would make it safe,
    ``depends_on`` what a doubtful finding rests on. ``ordinal`` tells alike places in one function
    apart. ``sources`` are the lines that the places name. ``text`` are modules whose text is reached.
    ``claim`` says the same as data; None for a site that is safe, and where a rule has none yet. ``proof``
    is what came of it, if that was asked.
    Of what is shown: ``severity``, the section of MAINTAINERS (``area``) with those who maintain it, and,
    where it was asked for, the date and the commit of the line (``born``: ``2019-03-04 0123456789ab``).
    """

    schema: str = SCHEMA
    code: str
    verdict: Verdict
    confidence: Confidence
    message: str
    where: Where
    kind: str = ""
    site: str = ""
    object: str = ""
    statement: str = ""
    causes: tuple[Cause, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    chain: tuple[Link, ...] = ()
    remedy: str = ""
    depends_on: tuple[str, ...] = ()
    text: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    claim: Claim | None = None
    proof: Proof | None = None
    severity: Severity | None = None
    area: str = ""
    maintainers: tuple[str, ...] = ()
    born: str = ""
    ordinal: int = 1
    fingerprint: str = ""


def fingerprint(finding: Finding) -> str:
    """16 hexadecimal digits that stay when lines move: of the rule, file, function, object, statement,
    and the ordinal among alike ones."""
    statement = " ".join(finding.statement.split())
    parts = (finding.code, finding.where.path, finding.where.function, finding.object, statement)
    digest = hashlib.sha256("\0".join((*parts, str(finding.ordinal))).encode("utf-8", "replace"))
    return digest.hexdigest()[:16]


def places(finding: Finding) -> Iterator[Where]:
    """Every place that a finding speaks of, or that was searched for what it lacks; some come twice."""
    yield finding.where
    for cause in finding.causes:
        yield cause.where
    for link in finding.chain:
        yield link.where
    for one in finding.evidence:
        if one.where is not None:
            yield one.where
        yield from one.searched


def functions(finding: Finding) -> frozenset[tuple[str, str]]:
    """The functions in which it happens, as (path, name): of the place, the causes and the chain."""
    found = {(finding.where.path, finding.where.function)}
    found |= {(cause.where.path, cause.where.function) for cause in finding.causes}
    found |= {(link.where.path, link.function) for link in finding.chain}
    return frozenset(pair for pair in found if pair[1])


def reported(finding: Finding) -> bool:
    """Whether it is something to tell a developer unasked."""
    return finding.verdict in ("bug", "superfluous")


def at_least(finding: Finding, least: Confidence) -> bool:
    """Whether the finding is at least as sure as ``least``."""
    return _RANK[finding.confidence] <= _RANK[least]
