"""``lastput prove`` as a user types it: a tree with one lost reference, to a verdict and a test of one's
own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.prove.run import Tree, prove
from lastput.schema.finding import Finding
from lastput.schema.proof import Limits, Proof
from tests.small_tree import CODE, lost_reference


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = lost_reference(tmp_path / "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def test_all_findings_of_a_tree(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prove", "--all", "--format", "line", "-q", str(tree)]) == 1
    told = capsys.readouterr().out
    assert "drivers/foo/foo.c:15: [REF001] CONFIRMED (leak," in told


def test_the_test_that_is_written_gives_the_same(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    test = tree.parent / "foo.c"
    assert main(["prove", "drivers/foo/foo.c:15", str(tree), "-q", "-o", str(test)]) == 1
    assert "*** leak of device_node#0 ***" in capsys.readouterr().out
    assert main(["check", "-q", "--tree", str(tree), str(test)]) == 1
    told = capsys.readouterr().out
    assert "leak" in told and "as expected" in told


def test_json_has_the_whole_proof(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["prove", "--rules", "REF001", "--format", "json", "-q", str(tree)])
    proof = json.loads(capsys.readouterr().out)
    assert proof["schema"] == "lastput-proof/1"
    assert proof["where"] == "drivers/foo/foo.c:15"
    assert proof["control"]["verdict"] == "SAFE"


def test_an_audit_with_verdicts(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "--prove", "--rules", "REF001", str(tree)]) == 1
    told = capsys.readouterr()
    assert "drivers/foo/foo.c:15: warning: [REF001]" in told.out
    assert told.out.endswith("[CONFIRMED]\n")
    assert "1 proved: 1 CONFIRMED" in told.err


def test_what_is_refuted_leaves_the_list(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refuted(finding: Finding, tree: Tree, limits: Limits) -> Proof:
        asked.append(finding.fingerprint)
        return Proof(fingerprint=finding.fingerprint, code=finding.code, verdict="REFUTED", states=7)

    monkeypatch.setattr("lastput.cli.proving.prove", refuted)
    assert main(["audit", "--prove", "-j", "1", str(tree)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert "1 REFUTED (--refuted shows them)" in told.err
    assert main(["audit", "--prove", "--refuted", "--format", "full", "-j", "1", str(tree)]) == 1
    assert "REFUTED: all 7 states" in capsys.readouterr().out
    assert len(asked) == 1, "the answer was kept"


def test_an_answer_is_kept_until_a_file_of_it_changes(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    count: list[str] = []

    def counted(finding: Finding, tree: Tree, limits: Limits) -> Proof:
        count.append(finding.fingerprint)
        return prove(finding, tree, limits)

    monkeypatch.setattr("lastput.cli.proving.prove", counted)
    words = ["prove", "--rules", "REF001", "--format", "line", "-q", "-j", "1", str(tree)]
    main(words)
    first = capsys.readouterr().out
    main(words)
    assert capsys.readouterr().out == first
    assert len(count) == 1
    (tree / "drivers/foo/bar.c").write_text("int bar;\n")
    main(words)
    assert len(count) == 1, "another file says nothing of it"
    (tree / "drivers/foo/bar.h").write_text("#define BAR 1\n")
    main(words)
    assert len(count) == 2, "a header beside it may"
    (tree / "drivers/foo/foo.c").write_text(CODE + "\n/* more */\n")
    main(words)
    assert len(count) == 3
    main([*words, "--max-states", "5"])
    assert len(count) == 4, "other bounds are another question"


def test_a_run_that_is_stopped_goes_on(
    tree: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tree / "drivers/foo/foo.c").write_text(CODE + CODE.partition("\n\n")[2].replace("foo_", "bar_"))
    count: list[str] = []

    def stopped(finding: Finding, tree: Tree, limits: Limits) -> Proof:
        count.append(finding.fingerprint)
        if len(count) == 2:
            raise KeyboardInterrupt
        return prove(finding, tree, limits)

    monkeypatch.setattr("lastput.cli.proving.prove", stopped)
    words = ["prove", "--rules", "REF001", "--format", "line", "-j", "1", str(tree)]
    assert main(words) == 2
    told = capsys.readouterr()
    assert "1 findings were not looked at" in told.err
    assert told.out.count("CONFIRMED") == 1
    assert main(words) == 1
    assert capsys.readouterr().out.count("CONFIRMED") == 2
    assert len(count) == 3


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ([], "what-to-prove"),
        (["drivers/foo/foo.c:3"], "no-finding"),
        (["0123456789abcdef"], "no-finding"),
        (["--all", "--on", "nowhere"], "no-executor"),
    ],
)
def test_what_is_wrong_is_said_in_two_lines(
    tree: Path, words: list[str], slug: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["prove", "-q", *words, *([str(tree)] if words else [])]) == 2
    told = capsys.readouterr().err
    assert f"[{slug}]" in told
    assert len(told.strip().splitlines()) == 2
