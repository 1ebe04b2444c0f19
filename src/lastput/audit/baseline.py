"""``lastput-baseline/1``: findings that are known, by fingerprint; only others count."""

from __future__ import annotations

__all__ = ["Baseline", "Known", "make", "read_baseline", "split", "to_bytes"]

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from lastput.errors import LastputError, Place
from lastput.schema.finding import Finding

SCHEMA = "lastput-baseline/1"


class Known(msgspec.Struct, frozen=True, order=True):
    """One finding. Only the fingerprint decides; the rest is for people who read the file."""

    path: str
    function: str
    code: str
    fingerprint: str


class Baseline(msgspec.Struct, frozen=True):
    """The findings, sorted."""

    schema: str
    findings: tuple[Known, ...]


def make(findings: Iterable[Finding]) -> Baseline:
    """The baseline in which exactly ``findings`` are known."""
    known = {Known(one.where.path, one.where.function, one.code, one.fingerprint) for one in findings}
    return Baseline(SCHEMA, tuple(sorted(known)))


def to_bytes(baseline: Baseline) -> bytes:
    """As JSON with one finding a line, so that a diff of two is readable."""
    rows = ",\n".join(msgspec.json.encode(one).decode() for one in baseline.findings)
    return f'{{"schema": "{baseline.schema}", "findings": [\n{rows}\n]}}\n'.encode()


def read_baseline(path: Path) -> Baseline:
    """Read one. Raises LastputError ``bad-baseline``; OSError if it cannot be read."""
    try:
        baseline = msgspec.json.decode(path.read_bytes(), type=Baseline)
        wrong = "" if baseline.schema == SCHEMA else f"its schema is {baseline.schema!r}"
    except msgspec.DecodeError as error:
        wrong = str(error)
    if wrong:
        raise LastputError(
            "bad-baseline",
            f"this is no {SCHEMA}: {wrong}",
            "write it with --write-baseline",
            Place(str(path)),
        )
    return baseline


def split(findings: Sequence[Finding], baseline: Baseline) -> tuple[list[Finding], list[Finding]]:
    """The findings that are new, and those that are known."""
    known = {one.fingerprint for one in baseline.findings}
    new = [one for one in findings if one.fingerprint not in known]
    return new, [one for one in findings if one.fingerprint in known]
