"""Schedules as strings."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lastput.check.trace.schedule import decode, encode
from lastput.errors import LastputError

_STEPS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 3)), max_size=40).map(tuple)


@settings(max_examples=100, deadline=None)
@given(_STEPS)
def test_round_trip(steps: tuple[tuple[int, int], ...]) -> None:
    assert decode(encode("unmapped-text", steps)) == ("unmapped-text", steps)


def test_reads_well() -> None:
    steps = ((0, 0), (0, 0), (0, 0), (1, 2), (52, 0), (0, 0))
    assert encode("leak", steps) == "v1:leak:a3b.2{52}a"


@pytest.mark.parametrize(
    "text", ["", "v1", "v1:leak", "v2:leak:a", "v1:leak:a-", "v1:leak:{", "v1:leak:a9999999"]
)
def test_bad(text: str) -> None:
    with pytest.raises(LastputError) as caught:
        decode(text)
    assert caught.value.slug == "bad-schedule"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_text(text: str) -> None:
    for words in (text, f"v1:leak:{text}"):
        try:
            decode(words)
        except LastputError as error:
            assert error.slug == "bad-schedule"
