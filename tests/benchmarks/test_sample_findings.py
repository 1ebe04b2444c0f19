"""The sample is the same for the same seed; judgements are counted from the page."""

from __future__ import annotations

from benchmarks.sample_findings import draw, judgements, shown, table

from lastput.schema.finding import Where
from tests.audit.samples import finding

_PAGE = """
# First sample

| place | rule | judgement | why |
|---|---|---|---|
| `drivers/x/a.c:1` | REF001 | real | lost on the error path |
| `drivers/x/b.c:2` | REF001 | **false** | the caller puts it |
| `drivers/x/c.c:3` | WRK001 | defensible | cannot be unloaded in practice |

# Second sample

| `drivers/x/d.c:4` | WRK001 | real | as told |
"""


def test_a_seed_names_a_sample() -> None:
    many = [finding(where=Where("a.c", line), code="REF001") for line in range(1, 200)]
    one = draw(many, 60, 7, frozenset())
    assert one == draw(many, 60, 7, frozenset())
    assert one != draw(many, 60, 8, frozenset())
    assert len({each.where.line for each in one}) == 60


def test_what_is_shown_names_the_place_and_the_reasons() -> None:
    one = finding()
    text = "\n".join(shown(1, one, None))
    assert str(one.where) in text
    assert all(cause.what in text for cause in one.causes)


def test_judgements_count_by_part_and_rule() -> None:
    rows = list(judgements(_PAGE))
    assert [one.part for one in rows] == ["First sample"] * 3 + ["Second sample"]
    assert "| REF001 | 1 | 0 | 1 | 1 of 2 (50%) |" in list(table(rows))
    assert list(table(rows))[-1] == "| all | 2 | 1 | 1 | 3 of 4 (75%) |"
