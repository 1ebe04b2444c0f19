"""Every command line of the documentation runs, on the files and the tree that it speaks of.

They run in a git repository with a part of Linux 6.12, which stands for ``.``, ``~/linux`` and what else
a page calls a tree; the files that pages name are in it. What is proved or mended is the finding of a tree
of one driver, and the reader's own driver is a module of one file. A replay is planned, not run:
tests/replay boots.
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
from tests.small_tree import FINGERPRINT, PLACE, lost_reference, module_outside

pytestmark = [pytest.mark.needs_tree, pytest.mark.xdist_group("docs")]

_PARTS = ("Makefile", "Kconfig", "Kbuild", "drivers/Makefile", "drivers/block/", "include/linux/module.h")
_TREES = ("~/linux", "~/linux-6.12", "/usr/src/linux", "/usr/src/linux-source-6.12", "linux-source-7.3")
_LOGS = ROOT / "tests" / "splat" / "logs"
#: Parts of a tree that pages name, and what stands for them.
_INSTEAD = {
    "drivers/usb": "drivers/foo",
    "drivers/bluetooth": "drivers/foo",
    "net/nfc/core.c": "drivers/foo/foo.c",
    "drivers/net/foo.c:321": PLACE,
    "foo.c:321": PLACE,
    "1f3a5b7c9d0e2f41": FINGERPRINT,
}
#: What only its reader has: other machines, the findings of a whole tree of another kernel.
_THE_READERS = ("HOST", "findings.json")
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
    if words[0] == "audit" and "-" in words:
        return (place / "fix.patch").read_text()
    return "quit\n"


def _words(command: str, place: Path, folder: Path) -> list[str]:
    """The command line, with what is in the tree ``place`` for what the page names."""
    words = shlex.split(command)
    stands = {**_INSTEAD, **dict.fromkeys(_TREES, str(place)), "/lib/modules/$(uname -r)/build": str(place)}
    if words[0] == "audit" and any(word.endswith(".tar.xz") for word in words):
        lost_reference(folder / "linux-source")
        with tarfile.open(folder / "tree.tar.xz", "w:xz") as packed:
            packed.add(folder / "linux-source", "linux-source")
        stands["/usr/src/linux-source-6.12.tar.xz"] = str(folder / "tree.tar.xz")
    if "~/my-driver" in words:
        stands["~/my-driver"] = str(module_outside(folder / "mine"))
    return [stands.get(word, word) for word in words]


@pytest.mark.parametrize("command", _COMMANDS)
def test_a_command_line_runs(
    command: str, place: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if command.startswith(("prove", "fix", "audit drivers/")):
        place = lost_reference(tmp_path / "small")
        for name in ("Kbuild", "Kconfig", "MAINTAINERS"):  # the top of a kernel tree
            (place / name).write_text("obj-y += drivers/\n" if name == "Kbuild" else "")
    words = _words(command, place, tmp_path)
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
