"""What the CI of others reads of this repository: a GitHub action and a hook of pre-commit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.pages import ROOT
from tests.small_tree import FINGERPRINT, lost_reference


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """With a command ``lastput``, which is this checkout."""
    command = tmp_path / "bin" / "lastput"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m lastput "$@"\n')
    command.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def test_the_action_writes_what_it_finds_and_does_not_fail_for_it(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    step = yaml.safe_load((ROOT / "action.yml").read_text())["runs"]["steps"][-1]
    asked = {
        "WHERE": str(lost_reference(tmp_path / "linux")),
        "KERNEL": "",
        "SINCE": "",
        "CONFIDENCE": "medium",
        "SARIF": str(tmp_path / "found.sarif"),
    }
    assert set(step["env"]) == set(asked)
    words = ["bash", "-eo", "pipefail", "-c", step["run"]]
    subprocess.run(words, env={**environment, **asked}, cwd=tmp_path, check=True, capture_output=True)
    told = json.loads((tmp_path / "found.sarif").read_text())
    assert FINGERPRINT in json.dumps(told["runs"][0]["results"])
    nowhere = {**environment, **asked, "WHERE": str(tmp_path / "nowhere")}
    assert subprocess.run(words, env=nowhere, cwd=tmp_path, check=False, capture_output=True).returncode


def test_the_hook_judges_what_is_not_committed(tmp_path: Path, environment: dict[str, str]) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    root = lost_reference(tmp_path / "linux")
    source = root / "drivers/foo/foo.c"
    found = source.read_text()
    source.write_text(found.replace("\t\treturn -EINVAL;", "\t\tgoto out;").replace("\tof_n", "out:\n\tof_n"))
    git = ["git", "-C", str(root), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "start"]):
        subprocess.run([*git, *words], check=True)

    def judged() -> int:
        words = hook["entry"].split()
        return subprocess.run(words, env=environment, cwd=root, check=False, capture_output=True).returncode

    assert judged() == 0
    source.write_text(found)
    assert judged() == 1
