"""A baseline knows findings by what they are, not by their lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.audit.baseline import make, read_baseline, split, to_bytes
from lastput.audit.run import gather
from lastput.errors import LastputError
from lastput.schema.finding import Where
from tests.audit.samples import finding


def test_known_findings_stay_known_when_lines_move(tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_bytes(to_bytes(make(gather([finding(), finding(object="other")]))))
    now = gather([finding(where=Where("drivers/x/a.c", 99, 1, "foo_release")), finding(object="new")])
    new, known = split(now, read_baseline(file))
    assert [one.object for one in new] == ["new"]
    assert [one.object for one in known] == ["THIS_MODULE"]


def test_a_finding_is_a_line() -> None:
    data = to_bytes(make(gather([finding(), finding(object="other")])))
    assert data.count(b"\n") == 4
    assert data == to_bytes(make(gather([finding(object="other"), finding()])))


@pytest.mark.parametrize("text", ["", "{}", '{"schema": "lastput-baseline/9", "findings": []}', "[1]"])
def test_what_is_no_baseline(tmp_path: Path, text: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(LastputError) as error:
        read_baseline(file)
    assert error.value.slug == "bad-baseline"
