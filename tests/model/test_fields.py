"""FIELD_GET() and its kin of the modelled kernel."""

from __future__ import annotations

import pytest

from lastput.engine.search import check
from lastput.model.compile import compile_text


@pytest.mark.parametrize(
    "right",
    [
        "FIELD_GET(0xf0, reg) == 3",
        "FIELD_GET(0x80000000u, 0x80000000u) == 1",
        "FIELD_PREP(0xff00, 0x12) == 0x1200",
        "FIELD_PREP(0xf0, 0x123) == 0x30",
        "FIELD_MAX(0x70) == 7",
        "FIELD_FIT(0xf0, 15) && !FIELD_FIT(0xf0, 16)",
    ],
)
def test_a_field_is_counted_in_the_lowest_bit_of_its_mask(right: str) -> None:
    text = f"#include <lastput.h>\nTHREAD(t) {{ u32 reg = 0xf1234; BUG_ON(!({right})); }}"
    assert check(compile_text(text, "fields.c").program).verdict.value == "SAFE"
