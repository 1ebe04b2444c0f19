"""``lastput-patch/1``: what mends a finding, as edits of files, or why nothing mechanical does."""

from __future__ import annotations

__all__ = ["SCHEMA", "Check", "CheckKind", "Edit", "Patch", "Refusal"]

from typing import Literal

import msgspec

from lastput.schema.finding import Where

SCHEMA = "lastput-patch/1"

#: ``applies``: the diff, applied to the file, gives the edited file. ``parses``: the functions that it
#: touches are understood as before. ``silenced``: the rule does not report this finding any more.
#: ``nothing-new``: no rule reports anything in the files that it did not report before. ``proof``: the claim
#: of the finding was run over the edited source.
CheckKind = Literal["applies", "parses", "silenced", "nothing-new", "proof"]


class Edit(msgspec.Struct, frozen=True, order=True):
    """Bytes ``start`` to ``end`` of ``path`` become ``new``. ``line`` is that of ``start``, from 1."""

    path: str
    start: int
    end: int
    new: str
    line: int = 0


class Check(msgspec.Struct, frozen=True):
    """What was checked of a patch, and the outcome; ``holds`` None: it could not be told, for ``what``."""

    kind: CheckKind
    holds: bool | None
    what: str


class Patch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A patch that mends one finding. ``kind`` is the remedy (``put-on-exits``), ``edits`` are sorted and do
    not overlap, ``diff`` is the same as a unified diff. ``subject`` and ``body`` are the commit message,
    ``fixes`` the line ``Fixes:`` without its tag, or ""."""

    schema: str = SCHEMA
    fingerprint: str
    code: str
    where: Where
    kind: str
    edits: tuple[Edit, ...]
    diff: str
    subject: str
    body: str
    fixes: str = ""
    checks: tuple[Check, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A finding for which there is no patch: ``why``, and a ``sketch`` of what would mend it."""

    schema: str = SCHEMA
    fingerprint: str
    code: str
    where: Where
    why: str
    sketch: str
    slug: str = "no-mechanical-fix"
