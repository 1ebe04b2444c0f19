"""The numbered places of a finding, for the forms that print a note for each."""

from __future__ import annotations

__all__ = ["chain_steps", "numbered"]

from lastput.schema.finding import Finding, Where


def numbered(finding: Finding) -> list[tuple[Where, str]]:
    """The causes with their numbers; every form shows the same ones."""
    return [(one.where, f"({number}) {one.what}") for number, one in enumerate(finding.causes, 1)]


def chain_steps(finding: Finding) -> list[tuple[Where, str]]:
    """The chain, outermost first: who calls whom, and how that is known."""
    steps = []
    for link in finding.chain:
        how = f" ({link.how})" if link.how not in ("", "direct") else ""
        steps.append((link.where, f"{link.function}(){how}"))
    return steps
