"""``lastput fix`` as a user types it: a tree with one lost reference, to a patch that git takes."""

from __future__ import annotations

import argparse
import json
import subprocess
from pathlib import Path

import pytest

from lastput.cli import replay_finding
from lastput.cli.main import main
from tests.small_tree import CODE, lost_reference

_ADDED = ["+\tif (foo_id(np) < 0) {", "+\t\tof_node_put(np);", "+\t}"]


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = lost_reference(tmp_path / "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return root


def _git(root: Path, *words: str, given: str = "") -> str:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", "-C", str(root), *who, *words], input=given, capture_output=True, text=True, check=True
    )
    return done.stdout


def test_the_finding_at_a_place(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "drivers/foo/foo.c:15", str(tree), "-q", "-j", "1"]) == 0
    told = capsys.readouterr().out
    assert [row for row in told.splitlines() if row.startswith("+\t")] == _ADDED
    assert "proof: ok: the model is safe" in told
    assert (tree / "drivers/foo/foo.c").read_text() == CODE


def test_apply_writes_it_and_then_there_is_nothing(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--all", str(tree), "--apply", "-j", "1", "--no-prove"]) == 0
    assert "1 of 1 findings have a patch; 1 are written to the tree" in capsys.readouterr().err
    assert "\t\tof_node_put(np);\n\t\treturn -EINVAL;" in (tree / "drivers/foo/foo.c").read_text()
    assert main(["audit", str(tree), "-q"]) == 0


def test_git_am_takes_the_mail_and_blame_names_the_commit(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _git(tree, "init", "-q")
    _git(tree, "commit", "-q", "--allow-empty", "-m", "start")
    _git(tree, "add", "-A")
    _git(tree, "commit", "-q", "-m", "misc: foo: parse the node")
    hash_ = _git(tree, "rev-parse", "HEAD")[:12]
    assert main(["fix", "--rules", "REF001", str(tree), "--mail", "-q", "-j", "1", "--no-prove"]) == 0
    mail = capsys.readouterr().out
    _git(tree, "am", "-q", given=mail)
    message = _git(tree, "log", "-1", "--format=%B")
    assert message.startswith("misc: foo: fix OF node reference leak on error path of foo_parse()\n")
    assert f'Fixes: {hash_} ("misc: foo: parse the node")' in message
    assert "of_node_put(np);" in _git(tree, "show")
    assert all(len(row) <= 75 or row.startswith("Fixes:") for row in message.splitlines())


def test_json_has_the_edits(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix", "--all", str(tree), "--format", "json", "-q", "-j", "1", "--no-prove"]) == 0
    patch = json.loads(capsys.readouterr().out)
    content = CODE.encode()
    for edit in reversed(patch["edits"]):
        content = content[: edit["start"]] + edit["new"].encode() + content[edit["end"] :]
    assert b"\t\tof_node_put(np);\n\t\treturn -EINVAL;\n\t}\n" in content


def test_a_finding_without_a_remedy_says_why(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = CODE.replace("of_node_put(np);", "of_node_put(np);\n\tfoo_id(np);").replace(
        "\tif (foo_id(np) < 0)\n\t\treturn -EINVAL;\n", ""
    )
    (tree / "drivers/foo/foo.c").write_text(code)
    assert main(["fix", "--all", str(tree), "-j", "1"]) == 1
    told = capsys.readouterr()
    assert "[no-mechanical-fix]" in told.out and "0 of 1 findings have a patch" in told.err


def test_what_is_meant_must_be_said(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fix"]) == 2
    assert "[what-to-fix]" in capsys.readouterr().err
    assert main(["fix", "drivers/foo/foo.c:2", str(tree), "-q", "-j", "1"]) == 2
    assert "[no-finding]" in capsys.readouterr().err


def test_the_audit_prints_the_diff_as_coccicheck_does(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tree), "--mode", "patch", "-q", "-j", "1"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("diff --git a/drivers/foo/foo.c b/drivers/foo/foo.c\n")
    assert [row for row in told.splitlines() if row.startswith("+\t")] == _ADDED


def test_sarif_has_the_edits_as_fixes(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(tree), "--format", "sarif", "--fixes", "-q", "-j", "1"]) == 1
    (result,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    content = CODE.encode()
    for one in reversed(change["replacements"]):
        start = one["deletedRegion"]["byteOffset"]
        end = start + one["deletedRegion"]["byteLength"]
        content = content[:start] + one["insertedContent"]["text"].encode() + content[end:]
    assert b"\t\tof_node_put(np);\n\t\treturn -EINVAL;\n\t}\n" in content


def test_a_report_of_a_replay_has_the_patch(tree: Path) -> None:
    args = argparse.Namespace(tree=str(tree), findings=None)
    finding = replay_finding.of_plan("REF001 drivers/foo/foo.c foo_parse", args)
    assert finding is not None
    patch = replay_finding.patch_of(finding, args)
    assert patch is not None and [row for row in patch.diff.splitlines() if row.startswith("+\t")] == _ADDED
