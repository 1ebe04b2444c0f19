"""The scorer, on a corpus of one bug, one correct place and two sites."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from benchmarks.corpus import Corpus, read_corpus, trees_of
from benchmarks.scoring import Judgement, by_class, by_rule, goals, score

from lastput.errors import LastputError
from lastput.schema.finding import Finding, Where
from tests.audit.samples import finding

_OLD, _NEW = "linux-source-6.1", "linux-source-6.12"
_CASE = {
    "id": "A-foo",
    "class": "A",
    "functions": ["foo_put"],
    "basis": "documented (CVE or fix commit)",
    "difficulty": "cross-file",
    "wrong": "words",
    "buggy": {"tree": _OLD, "path": "drivers/x/a.c"},
    "fixed": {"tree": _NEW, "path": "drivers/x/b.c"},
    "evidence": [{"line": 12, "func": "foo_release"}],
}
_NEGATIVE = {
    "id": "N-B-bar",
    "path": "fs/bar.c",
    "looks_like": "B",
    "tree": _NEW,
    "evidence": [{"line": 20, "func": None}],
}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "cases.jsonl").write_text(json.dumps(_CASE) + "\n")
    (tmp_path / "hard_negatives.jsonl").write_text(json.dumps(_NEGATIVE) + "\n")
    (tmp_path / "module_put_sites.tsv").write_text(
        "# words\na.c:5\tU\tsafe: error undo\nb.c:6\tD\tUNSAFE: release\n"
        "c.c:7\tNOTCALL\tstring\nd.c:8\tOTHER\tsee report\n"
    )
    return read_corpus(tmp_path)


def _trees(old: tuple[Finding, ...], new: tuple[Finding, ...]) -> dict[str, Judgement]:
    return {_OLD: Judgement(old, old), _NEW: Judgement(new, new)}


def _right(corpus: Corpus, trees: dict[str, Judgement], group: str) -> list[bool]:
    return [one.right for one in score(corpus, trees) if one.group == group]


def test_a_bug_is_found_by_its_function_in_its_file(corpus: Corpus) -> None:
    trees = _trees((finding(),), ())
    assert (_right(corpus, trees, "buggy"), _right(corpus, trees, "fixed")) == ([True], [True])
    for other in (
        finding(code="REF901"),
        finding(where=Where("a.c", 1, 1, "foo_release"), causes=(), chain=()),
    ):
        assert _right(corpus, _trees((other,), ()), "buggy") == [False]


def test_the_fixed_version_must_be_silent(corpus: Corpus) -> None:
    again = finding(where=Where("drivers/x/b.c", 1, 1, "foo_put"))
    assert _right(corpus, _trees((), (again,)), "fixed") == [False]


def test_a_table_is_known_by_its_lines(corpus: Corpus) -> None:
    for line, silent in ((21, False), (40, True)):
        table = finding(code="FIL901", where=Where("fs/bar.c", line), causes=(), chain=())
        assert _right(corpus, _trees((), (table,)), "negative") == [silent]


def test_sites(corpus: Corpus) -> None:
    """Superfluous is safe; a string is right when nobody speaks of it; what is open has only a class."""
    said = (
        finding(where=Where("a.c", 5), verdict="superfluous", kind="S"),
        finding(where=Where("b.c", 6), kind="D"),
        finding(where=Where("b.c", 6), verdict="safe", kind="P", code="MOD902"),
    )
    trees = _trees((), said)
    assert _right(corpus, trees, "verdict") == [True, True, True]
    assert _right(corpus, trees, "class") == [False, True, True, False]


def test_tables(corpus: Corpus) -> None:
    wrong = finding(code="FIL901", where=Where("fs/bar.c", 20), causes=(), chain=())
    outcomes = score(corpus, _trees((finding(),), (wrong,)))
    assert by_class(outcomes)[-1].split() == ["all", "1/1", "1/1", "0/1", "50", "%", "100", "%"]
    assert by_rule(outcomes, ["FIL901", "MOD901", "REF901"])[1:] == [
        "FIL901        0      1        0 %",
        "MOD901        1      0      100 %",
        "REF901        0      0          -",
    ]
    rows, met = goals(outcomes)
    assert not met
    assert "1 of 1 = 100 %   met" in rows[2]
    assert "1 of 1 = 100 %   MISSED" in rows[4]


def test_what_no_tree_can_answer_is_not_met(corpus: Corpus) -> None:
    rows, met = goals(score(corpus, {}))
    assert not met
    assert all("not measured" in row for row in rows)


def test_the_trees_of_a_corpus(corpus: Corpus, tmp_path: Path) -> None:
    assert trees_of(corpus) == (_OLD, _NEW)
    (tmp_path / "cases.jsonl").write_text("{}")
    with pytest.raises(LastputError, match="is no corpus"):
        read_corpus(tmp_path)
