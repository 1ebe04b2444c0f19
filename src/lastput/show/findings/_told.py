"""What else pasted blocks say of a finding: what was looked for in vain, and what would make it safe."""

from __future__ import annotations

__all__ = ["decisive", "missing"]

from lastput.schema.finding import Evidence, Finding
from lastput.show.paragraph import wrap

#: The questions whose answer can keep a place safe; the others only say what the place is. They
#: are told if something was looked for.
_SAVES = ("pin", "handshake", "core", "self-wait")
_HARMLESS = ("safe", "superfluous")
_TITLES = {"safe": "What makes it safe:", "superfluous": "What makes it superfluous:"}


def decisive(finding: Finding) -> tuple[Evidence, ...]:
    """The evidence that decided: what holds, if the place is harmless; else what was found not to hold
    and no cause says already."""
    if finding.verdict in _HARMLESS:
        return tuple(one for one in finding.evidence if one.holds)
    causes = tuple(cause.what for cause in finding.causes)
    return tuple(
        one
        for one in finding.evidence
        if not one.holds
        and (one.kind in _SAVES or one.searched)
        and not (causes and one.what.startswith(causes))
    )


def missing(finding: Finding, width: int) -> list[str]:
    """Paragraphs, each after an empty line: why nothing prevents it, the remedy, what it depends on."""
    rows: list[str] = []
    evidence = decisive(finding)
    if evidence:
        rows += ["", _TITLES.get(finding.verdict, "Nothing prevents it:")]
        for one in evidence:
            rows += wrap(one.what, width, "- ", "  ")
    if finding.remedy:
        word = "Instead" if finding.verdict == "superfluous" else "Safe if"
        rows += ["", *wrap(f"{word}: {finding.remedy}.", width)]
    for doubt in finding.depends_on:
        rows += ["", *wrap(f"This depends on: {doubt}.", width)]
    return rows
