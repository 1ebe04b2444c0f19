"""The reports of docs/reports: as they came out, in 72 columns, with a plan that is the one of the shelf."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.replay import plan

_ROOT = Path(__file__).parent.parent.parent
_REPORTS = sorted((_ROOT / "docs" / "reports").glob("*.txt"))


@pytest.mark.parametrize("path", _REPORTS, ids=lambda path: path.stem)
def test_a_report_can_be_sent_and_played_again(path: Path) -> None:
    told = path.read_text()
    assert max(map(len, told.splitlines())) <= 72
    toml = told.partition("with\nthis plan:\n")[2] or told.partition("this plan:\n")[2]
    again = plan.read(toml.partition("\nWhat would mend it\n")[0], f"{path.stem}.toml")
    beside = plan.read((_ROOT / "litmus" / "found" / f"{path.stem}.toml").read_text(), f"{path.stem}.toml")
    assert (again.steps, again.threads, again.modules) == (beside.steps, beside.threads, beside.modules)
    assert "5 of 5" in told


def test_there_are_some() -> None:
    assert len(_REPORTS) >= 3
