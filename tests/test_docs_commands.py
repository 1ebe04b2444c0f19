"""Every command line of the documentation runs, on the files and the tree that it speaks of.

They run in a git repository with a part of Linux 6.12, which stands for ``.``, ``~/linux`` and what else
a page calls a tree; the files that pages name are in it. A replay is planned, not run: tests/replay boots.
"""

from __future__ import annotations

import io
import os
import shlex
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from lastput.cli.main import main
from tests.conftest import keep, tree
from tests.pages import ROOT, commands

pytestmark = [pytest.mark.needs_tree, pytest.mark.xdist_group("docs")]

_PARTS = ("Makefile", "Kconfig", "Kbuild", "drivers/Makefile", "drivers/block/", "include/linux/module.h")
_TREES = ("~/linux", "~/linux-6.12", "/usr/src/linux", "/usr/src/linux-source-6.12")
_LOGS = ROOT / "tests" / "splat" / "logs"
#: What pages speak of that no test has: a driver, a place or a finding of the reader's, a scheduler, drivers
#: that are not in the part of the tree. tests/test_docs.py asks of these only that they are understood.
_THE_READERS = (
    *("~/my-driver", "drivers/bluetooth", "foo.c:321", "1f3a5b7c9d0e2f41", "HOST", "findings.json"),
    "prove --",
    "fix --",
)
_COMMANDS = sorted(
    {command for _, command in commands() if not any(word in command for word in _THE_READERS)}
)


@pytest.fixture(scope="session")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository; the last of its commits is fix.patch."""
    folder = tmp_path_factory.mktemp("linux")
    with tarfile.open(tree("6.12")) as packed:
        for member in packed:
            member.name = member.name.partition("/")[2]
            if member.isfile() and (member.name in _PARTS or member.name.startswith("drivers/block/")):
                keep(packed, member, folder / member.name)
    git = ["git", "-C", str(folder), "-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    for number in range(4):
        (folder / "drivers" / "block" / f"step{number}.c").write_text(f"int step{number};\n")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-q", "-m", f"step {number}"], check=True)
    patch = subprocess.run([*git, "diff", "HEAD~1"], check=True, capture_output=True).stdout
    (folder / "fix.patch").write_bytes(patch)
    for name in ("console.log", "mail.txt", "oops.txt"):
        shutil.copy(_LOGS / "text-gone-in-release.txt", folder / name)
    (folder / "kallsyms.before").write_text("ffffffffc0200000 t kvm_vm_release\t[kvm]\n")
    shutil.copy(ROOT / "litmus" / "workqueue" / "self-flush.c", folder / "my-test.c")
    return folder


def _stdin(words: list[str], place: Path) -> str:
    if words[0] == "explain":
        return (place / "console.log").read_text()
    if words[0] == "audit":
        return (place / "fix.patch").read_text()
    return "quit\n"


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_command_line_runs(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    words = [str(place) if word in _TREES else word for word in shlex.split(command)]
    if words[0] == "replay":
        words += ["--plan"]
        if "--kernel" not in words:
            words += ["--kernel", "linux-image-6.1.*-amd64"]
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(_stdin(words, place).encode())))
    if "race.json" in words:
        trace = subprocess.run(
            [sys.executable, "-m", "lastput", "check", "--format", "json", "kvm/f1-release-puts-module"],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            check=False,
        )
        (place / "race.json").write_bytes(trace.stdout)
    assert main(words) in (0, 1)
