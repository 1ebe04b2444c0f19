"""Our own logs are explained rightly: as written, behind every prefix, cut, and with others in between."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from benchmarks.explain_corpus import score

from lastput.schema.splat import Certainty, Diagnosis, Report
from lastput.splat import rules
from lastput.splat.reader import read
from tests.splat.noise import ALL, POSTED, mixed
from tests.splat.posted import Posted, folder, logs

_STAMP = re.compile(r"^\[ *\d+\.\d+\] ", re.MULTILINE)


def _explained(text: str) -> list[tuple[Report, Diagnosis]]:
    reports = read(io.BytesIO(text.encode())).reports
    return [(one, rules.judge(one, reports)) for one in reports]


def _sample() -> list[Posted]:
    """One log of each template, of a kernel in the middle."""
    found: dict[str, list[Posted]] = {}
    for one in logs():
        found.setdefault(
            re.sub(r"-(?:x86|arm64|arm|riscv|powerpc|s390|mips|loongarch)-.*", "", one.name), []
        ).append(one)
    return [some[len(some) // 2] for some in found.values()]


def test_no_claim_is_wrong(tmp_path: Path) -> None:
    folder(tmp_path)
    found = score(tmp_path)
    assert found.logs >= 400
    assert found.wrong == 0, found.faults
    assert found.recognised >= 0.98 * found.logs
    assert found.kind >= 0.98 * found.logs and found.function >= 0.98 * found.asked, found.faults


@pytest.mark.parametrize("noise", [one for one in (*ALL, *POSTED) if one is not mixed])
def test_a_prefix_changes_nothing(noise: Callable[[str], str]) -> None:
    for one in _sample():
        plain = _STAMP.sub("", one.text)
        expected, found = _explained(plain), _explained(noise(plain))
        assert found, one.name
        assert (found[0][0].kind, found[0][1].story) == (expected[0][0].kind, expected[0][1].story), one.name


@pytest.mark.parametrize("cut", range(1, 8))
def test_a_cut_log_claims_nothing_wrong(cut: int) -> None:
    """The beginning of a log: less is known, and nothing else is said."""
    for one in _sample():
        lines = one.text.splitlines(True)
        for _, told in _explained("".join(lines[: len(lines) * cut // 8])):
            assert told.certainty is Certainty.UNKNOWN or told.error in ("", one.error), (
                one.name,
                told.story,
            )


def test_the_end_of_a_log_claims_nothing_wrong() -> None:
    for one in _sample():
        lines = one.text.splitlines(True)
        for start in range(1, len(lines), 3):
            for _, told in _explained("".join(lines[start:])):
                assert told.certainty is Certainty.UNKNOWN or told.error in ("", one.error, *told.also), (
                    one.name,
                    start,
                    told.story,
                )


def test_the_lock_that_is_released_is_none_of_those_held() -> None:
    one = next(one for one in logs() if one.name.startswith("bad-unlock-under-another-lock"))
    assert _explained(one.text)[0][1].story.startswith("rcu_read_lock is released")
