"""One file that is open in an editor, judged as often as it changes.

The rules run over a slice of the tree's fact base (see ``lastput.facts.slice``), so that an answer takes a
second, not the minute of a whole tree. What the file had when it was opened is judged first, with the same
slice: only what comes on top of it is new.
"""

from __future__ import annotations

__all__ = ["Desk", "Judged"]

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lastput.audit import suppress
from lastput.audit.fact_tree import FactTree
from lastput.audit.registry import all_rules
from lastput.audit.rule import Rule
from lastput.audit.run import run_rules
from lastput.audit.sources import with_sources
from lastput.errors import LastputError
from lastput.facts.base import Facts
from lastput.facts.slice import edit, slice_base
from lastput.fix.mend import propose
from lastput.fix.remedies import codes
from lastput.schema.audit import Suppression
from lastput.schema.finding import Confidence, Finding, at_least, reported
from lastput.schema.patch import Patch


class Judged(msgspec.Struct, frozen=True):
    """What the rules say of one text of the file. ``findings`` are to be shown, by line; ``new`` are the
    fingerprints of those that the file on disk did not have; ``safe`` what was judged and is no finding."""

    text: str
    findings: tuple[Finding, ...]
    new: frozenset[str]
    safe: tuple[Finding, ...]


class Desk:
    """A file of a tree. ``database`` is the fact base of the whole tree, ``folder`` a place for the slice.

    Not for several threads at a time.
    """

    def __init__(
        self, root: Path, database: Path, path: str, folder: Path, least: Confidence = "medium",
        rules: Sequence[Rule] | None = None,
    ) -> None:  # fmt: skip
        self.root = root
        self.path = path
        self._least = least
        self._rules = tuple(rules if rules is not None else all_rules())
        self._codes = frozenset(one.code for one in all_rules())
        self._slice = folder / "slice.sqlite"
        with Facts(root, database) as whole:
            self.files = slice_base(whole, path, self._slice)
        self._bytes = self._disk()
        self._known = frozenset(one.fingerprint for one in self._told(self._judged()) if reported(one))

    def judge(self, text: str) -> Judged:
        """The findings of the file with another text."""
        content = text.encode("utf-8", "surrogateescape")
        if content != self._bytes:
            edit(self.root, self._slice, self.path, content)
            self._bytes = content
        found = self._told(self._judged())
        shown = [one for one in found if reported(one) and at_least(one, self._least)]
        good = [one for one in suppress.parse(self.path, text, self._codes) if isinstance(one, Suppression)]
        stand, gone, _ = suppress.apply(shown, good)
        tree = self._tree()
        return Judged(
            text=text,
            findings=tuple(with_sources(tree, one) for one in stand),
            new=frozenset(one.fingerprint for one in stand) - self._known,
            safe=tuple(one for one in found if not reported(one)) + tuple(one for one, _ in gone),
        )

    def patch(self, finding: Finding) -> Patch | None:
        """An edit that mends it, of the text that was judged last; None if nothing mechanical does."""
        if finding.code not in codes():
            return None
        try:
            answer = propose(finding, self.facts())
        except LastputError:
            return None
        return answer if isinstance(answer, Patch) else None

    def facts(self) -> Facts:
        """The facts of the slice, with the text that was judged last."""
        return Facts(self.root, self._slice, self._texts())

    def _texts(self) -> dict[str, bytes | None]:
        return {self.path: self._bytes}

    def _tree(self) -> FactTree:
        return FactTree(self.root, self._slice, texts=self._texts())

    def _judged(self) -> tuple[Finding, ...]:
        return run_rules(self._tree, self._rules)[0]

    def _told(self, judged: Sequence[Finding]) -> list[Finding]:
        return [one for one in judged if one.where.path == self.path]

    def _disk(self) -> bytes:
        try:
            return (self.root / self.path).read_bytes()
        except OSError:
            return b""
