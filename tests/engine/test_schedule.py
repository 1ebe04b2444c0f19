"""Schedule strings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.engine.schedule import decode, encode
from lastput.errors import LastputError

RUNS = st.tuples(st.integers(0, 70), st.integers(0, 3), st.integers(1, 20))


@given(st.lists(RUNS))
def test_round_trip(runs: list[tuple[int, int, int]]) -> None:
    schedule = tuple((thread, choice) for thread, choice, count in runs for _ in range(count))
    assert decode(encode(schedule)) == schedule


def test_form() -> None:
    assert encode(((0, 0),) * 12 + ((2, 0),) + ((0, 0),) * 3 + ((1, 1),)) == "1:0x12,2,0x3,1c1"
    assert encode(()) == "1:"


@pytest.mark.parametrize(
    "text", ["", "0x3", "2:0", "1:0x", "1:x3", "1:-1", "1:0,,1", "1:0x0", "1:0x9999999", "1:٣"]
)
def test_refused(text: str) -> None:
    with pytest.raises(LastputError) as caught:
        decode(text)
    assert caught.value.slug == "bad-schedule"


@given(st.text())
def test_never_another_error(text: str) -> None:
    try:
        decode(text)
        decode("1:" + text)
    except LastputError:
        pass
