"""What a rule said of a tree is kept, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lastput.audit.store import judged
from lastput.schema.finding import Finding
from tests.audit.samples import TextTree, finding, rule

_runs: list[str] = []


def _speak(tree: Any) -> Iterator[Finding]:
    _runs.append("MOD901")
    yield finding()


def _fail(tree: Any) -> Iterator[Finding]:
    _runs.append("WRK901")
    yield finding(code="WRK901")
    raise KeyError("nothing there")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    _runs.clear()
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.c").write_text("int a;\n")
    return tmp_path / "tree"


def test_the_same_tree_is_not_judged_again(root: Path, tmp_path: Path) -> None:
    ask = partial(judged, tmp_path / "kept", partial(TextTree, root), [rule(_speak)])
    first = ask()
    assert ask() == first
    assert _runs == ["MOD901"]
    (root / "a.c").write_text("int b;\n")
    ask()
    assert _runs == ["MOD901"] * 2


def test_every_finding_says_its_confidence() -> None:
    # One that is read back must look as one that is new: a default is left out by which string it is.
    for confidence in ("high", "medium", "low"):
        told = msgspec.json.encode(finding(confidence=confidence))
        assert f'"confidence":"{confidence}"'.encode() in told


def test_a_rule_that_failed_is_asked_again(root: Path, tmp_path: Path) -> None:
    ask = partial(judged, tmp_path / "kept", partial(TextTree, root), [rule(_speak), rule(_fail, "WRK901")])
    found, broken = ask()
    assert ([one.code for one in found], [one.code for one in broken]) == (["MOD901"], ["WRK901"])
    assert ask() == (found, broken)
    assert _runs == ["MOD901", "WRK901", "WRK901"]


def test_damaged_answers_are_none(root: Path, tmp_path: Path) -> None:
    ask = partial(judged, tmp_path / "kept", partial(TextTree, root), [rule(_speak)])
    first = ask()
    for file in (tmp_path / "kept").glob("judged-*"):
        file.write_bytes(b"\xff\x00")
    assert ask() == first
    assert _runs == ["MOD901"] * 2


def test_a_folder_that_cannot_be_written_costs_only_time(root: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    ask = partial(judged, tmp_path / "kept", partial(TextTree, root), [rule(_speak)])
    assert ask() == ask()
    assert _runs == ["MOD901"] * 2
