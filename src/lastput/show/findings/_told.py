"""What else pasted blocks say of a finding: what was looked for in vain, and what would make it safe."""

from __future__ import annotations

__all__ = ["decisive", "missing", "proved"]

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


def proved(finding: Finding) -> str:
    """What came of running the finding's claim over the source, in one sentence; "" if it was not asked."""
    proof = finding.proof
    if proof is None:
        return ""
    if proof.verdict == "UNDECIDED":
        return f"UNDECIDED ({proof.reason}): {proof.why}"
    if proof.verdict == "REFUTED":
        told = "every place of it was executed, and no run ends in it" if proof.trace is None else proof.why
        return f"REFUTED: all {proof.states:,} states of the slice were searched, {told}"
    told = f"{proof.verdict}: a run of these functions ends in {proof.error}"
    if proof.conditions:
        asked = " and ".join(f"{one.what} ({one.path}:{one.line})" for one in proof.conditions)
        told += f" if {asked}"
    return f"{told}; with {proof.control.what} none does" if proof.control is not None else told


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
    if finding.proof is not None:
        rows += ["", *wrap(f"lastput prove says {proved(finding)}.", width)]
    return rows
