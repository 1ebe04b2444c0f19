"""``lastput-audit/1``: what one audit of a tree came to."""

from __future__ import annotations

__all__ = ["Broken", "OwnModule", "Refused", "Report", "RuleNote", "Suppression"]

import msgspec

from lastput.schema.finding import Finding, Where
from lastput.schema.patch import Patch


class Suppression(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody said that a place is safe. ``where`` is the comment, or ``lastput.toml`` (line 0). A
    comment speaks for the lines from its own to ``covers``; an entry (``covers`` 0) for all of ``path``,
    a pattern, unless ``function`` or ``object`` restrict it ("" is any)."""

    code: str
    reason: str
    where: Where
    path: str
    covers: int = 0
    function: str = ""
    object: str = ""


class Refused(msgspec.Struct, frozen=True):
    """A suppression that does not count, and why."""

    where: Where
    what: str


class RuleNote(msgspec.Struct, frozen=True):
    """What renderers say of a rule: its code, its name and the first sentence of its page."""

    code: str
    name: str
    summary: str


class OwnModule(msgspec.Struct, frozen=True, order=True):
    """A file that begins a module and that no Makefile links; ``files`` are all that are taken for it."""

    path: str
    name: str
    files: int


class Broken(msgspec.Struct, frozen=True):
    """A rule that failed: its findings are missing, and the run says so."""

    code: str
    what: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """``findings`` are to be shown, sorted by place; ``hidden`` counts those below the asked confidence,
    ``known`` those of the baseline. Of a patch: ``outside`` counts those that it does not touch,
    ``there_before`` those in what it touches that were there without it, ``uncovered`` are fingerprints
    of findings that it brings elsewhere. If the findings were proved, ``proved`` counts them, and ``refuted``
    are those that are none. ``judged`` are all judged sites, safe ones too. ``coverage`` is one
    line on how much of the tree was read, ``own_modules`` what was taken for a module without a Makefile
    that says so. ``patches`` mend findings, if they were asked for."""

    schema: str = "lastput-audit/1"
    tree: str
    release: str = ""
    rules: tuple[RuleNote, ...] = ()
    findings: tuple[Finding, ...] = ()
    judged: tuple[Finding, ...] = ()
    suppressed: tuple[tuple[Finding, Suppression], ...] = ()
    unused: tuple[Suppression, ...] = ()
    refused: tuple[Refused, ...] = ()
    broken: tuple[Broken, ...] = ()
    hidden: int = 0
    known: int = 0
    outside: int = 0
    there_before: int = 0
    uncovered: tuple[str, ...] = ()
    refuted: tuple[Finding, ...] = ()
    proved: int = 0
    coverage: str = ""
    own_modules: tuple[OwnModule, ...] = ()
    patches: tuple[Patch, ...] = ()
