"""Noise does not change what is found, and nothing breaks the reader."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastput.schema.splat import Report
from lastput.splat import kinds, rules
from lastput.splat.prefix import clean
from lastput.splat.reader import Log, _Reader, read
from tests.splat.corpus import LOGS, names, plain
from tests.splat.noise import ALL


def _read(text: str | bytes) -> Log:
    return read(io.BytesIO(text.encode() if isinstance(text, str) else text))


def _facts(reports: list[Report]) -> list[tuple[str, str, str, str]]:
    found = [rules.judge(report, reports) for report in reports]
    return [(report.kind, one.rule, one.error, one.story) for report, one in zip(reports, found, strict=True)]


@pytest.mark.parametrize("noise", ALL, ids=lambda one: str(one.__name__))
@pytest.mark.parametrize("name", plain())
def test_noise_changes_nothing(name: str, noise: Callable[[str], str]) -> None:
    text = (LOGS / f"{name}.txt").read_text()
    assert _facts(_read(noise(text)).reports) == _facts(_read(text).reports)


def _naive(data: bytes) -> list[Report]:
    """Every line, one by one: what the sifter must not be told from."""
    reader = _Reader(200)
    lines = data.split(b"\n")
    for number, raw in enumerate(lines, 1):
        reader.feed(number, *clean(raw))
    return reader.end(len(lines)).reports


@pytest.mark.parametrize("name", names())
def test_sifting_loses_nothing(name: str) -> None:
    boring = b"nothing of interest\n" * 500
    data = boring + (LOGS / f"{name}.txt").read_bytes() + boring
    assert _read(data).reports == _naive(data)


def test_every_head_has_its_needle() -> None:
    """A kind that is never woken would be silently blind."""
    for name in names():
        for report in _read((LOGS / f"{name}.txt").read_bytes()).reports:
            assert any(needle in report.head.encode() for needle in kinds.by_name()[report.kind].needles)


_PIECES = st.sampled_from(
    [line for name in names() for line in (LOGS / f"{name}.txt").read_bytes().splitlines()]
)
_LINES = st.lists(st.one_of(_PIECES, st.binary(max_size=80)), max_size=60)


@settings(max_examples=150, deadline=None)
@given(_LINES)
def test_no_log_breaks_it(lines: list[bytes]) -> None:
    log = _read(b"\n".join(lines))
    for report in log.reports:
        found = rules.judge(report, log.reports)
        assert found.story and 1 <= report.line <= report.last <= log.lines


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(names()), st.data())
def test_mutated_logs(name: str, data: st.DataObject) -> None:
    """Bytes are lost, doubled and changed; lines are cut."""
    text = bytearray((LOGS / f"{name}.txt").read_bytes())
    for _ in range(data.draw(st.integers(1, 20))):
        at = data.draw(st.integers(0, max(len(text) - 1, 0)))
        match data.draw(st.integers(0, 3)):
            case 0:
                del text[at : at + data.draw(st.integers(1, 40))]
            case 1:
                text[at:at] = text[at : at + 30]
            case 2:
                text[at : at + 1] = data.draw(st.binary(max_size=4))
            case _:
                text[at:at] = b"\n"
    log = _read(bytes(text))
    for report in log.reports:
        rules.judge(report, log.reports)


def test_endless_lines_and_endless_reports() -> None:
    """A line of 3 MB, 5000 different reports: memory stays with the limits."""
    giant = b"BUG: " + b"x" * 3_000_000 + b"\n"
    many = b"".join(
        b"WARNING: CPU: 0 PID: 1 at drivers/a.c:%d f%d+0x1/0x2\nCall Trace:\n g+0x1/0x2\n" % (at, at)
        for at in range(5000)
    )
    log = _read(giant + many)
    assert len(log.reports) == 200
    assert log.left_out == 5000 + 1 - 200
