"""``lastput list``, and tests that are named by how they begin."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lastput.cli import shelf
from lastput.cli.main import main


def _listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert main(["list", *words, "--format", "json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_test_is_listed_once(capsys: pytest.CaptureFixture[str]) -> None:
    root = shelf.root()
    assert root is not None
    tests = {path for word in shelf.folders() for path in shelf.resolve(word)}
    names = [str(one["name"]) for one in _listed(capsys)]
    assert {root / f"{name}.c" for name in names} == tests and len(names) == len(tests)


def test_a_line_has_the_name_the_answer_and_the_question(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "kvm/f1-one"]) == 0
    name, result, question = capsys.readouterr().out.rstrip().split("  ")
    assert (name, result) == ("kvm/f1-one-module", "unmapped-text, use-after-free")
    assert question.endswith("?")


def test_a_beginning_is_a_test_or_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert [path.stem for path in shelf.resolve("kvm/f1-one")] == ["f1-one-module"]
    assert not shelf.is_folder("kvm/f1-one") and shelf.is_folder("kvm/f1")
    assert main(["check", "kvm/f1-one"]) == 1
    assert "May" not in capsys.readouterr().err


@pytest.mark.parametrize("word", ["kvm/", "kvm/nothing-begins-so", "nowhere/f1", "f1"])
def test_what_begins_nothing_is_no_test(word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["list", word]) == 2


def test_a_whole_name_is_that_test_alone(capsys: pytest.CaptureFixture[str]) -> None:
    (one,) = _listed(capsys, "file/owner-missing")
    assert one == {
        "name": "file/owner-missing",
        "question": "What does an open file whose operations have no owner hold?",
        "result": "unmapped-text, use-after-free",
        "needs_tree": False,
    }
