"""One line a finding: its place, its rule, the verdict and the reason."""

from __future__ import annotations

__all__ = ["render"]

from lastput.schema.finding import Finding
from lastput.schema.proof import Proof
from lastput.show.render import Options


def render(finding: Finding, proof: Proof, options: Options) -> str:
    """``path:line: [CODE] CONFIRMED (use-after-free, 324 states)``."""
    if proof.verdict == "UNDECIDED":
        told = f"{proof.reason}: {proof.why}" if proof.why else proof.reason
    else:
        told = f"{proof.error}, {proof.states:,} states"
    return f"{finding.where.path}:{finding.where.line}: [{finding.code}] {proof.verdict} ({told})\n"
