"""What an audit tells once its findings have been proved: who leaves the list, and who joins it."""

from __future__ import annotations

__all__ = ["with_proofs"]

from collections.abc import Mapping

import msgspec

from lastput.schema.audit import Report
from lastput.schema.finding import Confidence, Finding, at_least
from lastput.schema.proof import Proof

_SHOWN = ("CONFIRMED", "CONFIRMED-IF")


def with_proofs(report: Report, proofs: Mapping[str, Proof], least: Confidence) -> Report:
    """The report of all findings, whatever their confidence, with the proofs by fingerprint: REFUTED ones go
    to ``refuted``; those that are not at least ``least`` sure are told if they are confirmed, else they are
    counted as hidden."""
    findings: list[Finding] = []
    refuted: list[Finding] = []
    hidden = report.hidden
    for one in report.findings:
        proof = proofs.get(one.fingerprint)
        told = msgspec.structs.replace(one, proof=proof)
        if proof is not None and proof.verdict == "REFUTED":
            refuted.append(told)
        elif at_least(one, least) or (proof is not None and proof.verdict in _SHOWN):
            findings.append(told)
        else:
            hidden += 1
    return msgspec.structs.replace(
        report, findings=tuple(findings), refuted=tuple(refuted), hidden=hidden, proved=len(proofs)
    )
