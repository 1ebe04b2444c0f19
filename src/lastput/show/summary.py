"""What an audit says beside its findings: how much was read, what was left out, and why."""

from __future__ import annotations

__all__ = ["notes", "summary"]

from collections import Counter

from lastput.schema.audit import Report


def summary(report: Report) -> str:
    """One line that counts, one for each module that no Makefile names, and one of coverage."""
    sure = Counter(one.confidence for one in report.findings)
    number = len(report.findings)
    parts = [f"{number} finding{'' if number == 1 else 's'}"]
    if number:
        parts[0] += (
            f" ({', '.join(f'{sure[word]} {word}' for word in ('high', 'medium', 'low') if sure[word])})"
        )
    if report.proved:
        verdicts = Counter(one.proof.verdict for one in report.findings if one.proof is not None)
        told = ", ".join(f"{verdicts[word]} {word}" for word in sorted(verdicts))
        parts.append(f"{report.proved} proved" + (f": {told}" if told else ""))
    if report.refuted:
        parts.append(f"{len(report.refuted)} REFUTED (--refuted shows them)")
    if report.hidden:
        parts.append(f"{report.hidden} less sure (--confidence low shows them)")
    if report.suppressed:
        parts.append(f"{len(report.suppressed)} suppressed")
    if report.known:
        parts.append(f"{report.known} in the baseline")
    if report.uncovered:
        parts.append(f"{len(report.uncovered)} of them uncovered elsewhere by the change")
    if report.there_before:
        parts.append(f"{report.there_before} in what it touches were there before")
    if report.outside:
        parts.append(f"{report.outside} not of this change")
    rows = [", ".join(parts)]
    rows += [
        f"{one.where}: [{one.code}] is not in what the change touches: it uncovers this"
        for one in report.findings
        if one.fingerprint in report.uncovered
    ]
    for own in report.own_modules:
        more = own.files - 1
        beside = f", with {more} file{'' if more == 1 else 's'} beside or below it" if more else ""
        rows.append(f"{own.path}: no Makefile links it: taken for a module of its own{beside}")
    if report.coverage:
        rows.append(report.coverage)
    return "".join(f"{row}\n" for row in rows)


def notes(report: Report) -> str:
    """A line for each suppression that is unused or refused, and for each rule that failed."""
    rows = []
    for refused in report.refused:
        place = f"{refused.where.path}:{refused.where.line}" if refused.where.line else refused.where.path
        rows.append(f"{place}: this suppression does not count: {refused.what}")
    for one in report.unused:
        place = f"{one.where.path}:{one.where.line}" if one.where.line else one.where.path
        about = place if one.covers else f"{place}, {one.path}"
        rows.append(f"{about}: unused suppression of {one.code}: remove it")
    rows += [
        f"lastput: rule {one.code} failed, its findings are missing: {one.what}" for one in report.broken
    ]
    return "".join(f"{row}\n" for row in rows)
