"""The report of a replay, as people read it. LASTPUT_ACCEPT=1 writes the golden files anew."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from lastput.schema.replay import Report, Run
from lastput.show.replay import text

_HERE = Path(__file__).parent
_REPORTS = ("release_race", "self_flush", "tail_call")


@pytest.fixture(params=_REPORTS)
def report(request: pytest.FixtureRequest) -> Report:
    return msgspec.json.decode((_HERE / "replays" / f"{request.param}.json").read_bytes(), type=Report)


def test_golden(report: Report, request: pytest.FixtureRequest) -> None:
    golden = _HERE / "golden" / f"{request.node.callspec.params['report']}.replay.txt"
    if os.environ.get("LASTPUT_ACCEPT"):
        golden.write_text(text(report))
    assert text(report) == golden.read_text()


def test_no_line_is_wider_than_the_page(report: Report) -> None:
    assert max(map(len, text(report).splitlines())) <= 80


def test_a_control_that_fails_takes_the_evidence_away(report: Report) -> None:
    if not report.controls:
        return
    wrong = msgspec.structs.replace(report.controls[0], runs=(Run("OOPS", reason="by itself"),))
    changed = msgspec.structs.replace(report, controls=(wrong, *report.controls[1:]))
    assert report.evidence() and not changed.evidence()
    assert "NO EVIDENCE" in text(changed) and "borne out" not in text(changed)


def test_an_oops_of_another_kind_bears_nothing_out(report: Report) -> None:
    if not report.borne_out():
        return
    other = tuple(msgspec.structs.replace(run, kind="null-deref") for run in report.story.runs)
    changed = msgspec.structs.replace(report, story=msgspec.structs.replace(report.story, runs=other))
    assert changed.evidence() and not changed.borne_out()
    assert "the kernel showed null-deref: NOT borne out" in " ".join(text(changed).split())


def test_the_console_is_shown_to_who_asks_for_it(report: Report) -> None:
    run = msgspec.structs.replace(report.story.runs[0], console="[    1.0] gizmo: a warning before it\n")
    changed = msgspec.structs.replace(report, story=msgspec.structs.replace(report.story, runs=(run,)))
    assert "gizmo: a warning before it" in text(changed, verbose=True)
    assert "gizmo: a warning before it" not in text(changed)
    assert b"gizmo: a warning before it" in msgspec.json.encode(changed)
