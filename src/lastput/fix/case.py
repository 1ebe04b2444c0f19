"""What a remedy is given: the finding, the fact base, and the functions of the files that it may edit."""

from __future__ import annotations

__all__ = ["Case", "Plan", "Unable"]

from collections.abc import Callable, Iterator

import msgspec

from lastput.c.raw.source import Source
from lastput.facts.base import Facts, FunctionFact
from lastput.fix.code import Code
from lastput.schema.claim import Claim, Site
from lastput.schema.finding import Finding, Where
from lastput.schema.patch import Edit


class Plan(msgspec.Struct, frozen=True):
    """One way to mend a finding. ``subject`` is what the patch does, as the first line of a commit message
    has it after its prefix (``fix leak of np in foo_probe()``); ``does`` is a sentence that says how."""

    kind: str
    edits: tuple[Edit, ...]
    subject: str
    does: str


class Unable(Exception):
    """Why a remedy has no plan, in a sentence without its full stop."""


class Case:
    """One finding to mend."""

    def __init__(self, finding: Finding, facts: Facts) -> None:
        self.finding = finding
        self.facts = facts
        self._codes: dict[tuple[str, str, int], Code] = {}

    @property
    def claim(self) -> Claim:
        """Raises Unable."""
        if self.finding.claim is None:
            raise Unable("the rule does not say as data what is missing")
        return self.finding.claim

    def site(self, *roles: str) -> Site:
        """The first place of the claim with one of ``roles``. Raises Unable."""
        for one in self.claim.sites:
            if one.role in roles:
                return one
        raise Unable(f"the claim names no {' or '.join(roles)}")

    def function(self, path: str, name: str, line: int) -> FunctionFact:
        """The function ``name`` around a line. Raises Unable."""
        for one in self.facts.functions(name, path):
            if one.line <= line <= one.end_line or not line:
                return one
        raise Unable(f"{name}() is not found in {path}")

    def code(self, path: str, name: str, line: int) -> Code:
        """Its text as a tree. Raises Unable if it is not understood whole, or has no tabs."""
        fact = self.function(path, name, line)
        key = (path, name, fact.line)
        if key not in self._codes:
            source: Source = self.facts.source(path)
            found = [
                one
                for one in source.functions
                if one.head.name == name
                and source.line(one.start) <= fact.end_line
                and source.line(one.end - 1) >= fact.line
            ]
            code = Code(source, found[0]) if found else None
            if code is None or not code.body.clean or not code.graph.clean:
                raise Unable(f"{name}() is written in a way that is not understood whole")
            self._codes[key] = code
        return self._codes[key]

    def at(self, where: Where | Site) -> Code:
        """The code around a place. Raises Unable."""
        return self.code(where.path, where.function, where.line)


#: What a module of ``lastput.fix.remedies`` has: the plans for a case, best first.
Plans = Callable[[Case], Iterator[Plan]]
