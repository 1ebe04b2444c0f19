"""The order of findings, and what is counted of them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from lastput.cli.main import main

Capture = pytest.CaptureFixture[str]

_FILE = """\
static int r(struct inode *i, struct file *f) { module_put(THIS_MODULE); return 0; }
static const struct file_operations o = { .release = r };
static int i(void) { misc_register(&o); return 0; }
module_init(i);
static void __exit e(void) { }
module_exit(e);
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "tree"
    (root / "net").mkdir(parents=True)
    (root / "Makefile").write_text("obj-m := b.o net/a.o\n")
    (root / "b.c").write_text(_FILE)
    (root / "net/a.c").write_text(_FILE)
    (root / "MAINTAINERS").write_text("NET\nM:\tNet Person <n@example.org>\nF:\tnet/\n")
    return root


def _paths(capsys: Capture, tree: Path, *words: str) -> list[str]:
    main(["audit", str(tree), "--rules", "MOD001", *words])
    return [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]


def test_by_path_unless_asked_otherwise(tree: Path, capsys: Capture) -> None:
    assert _paths(capsys, tree) == ["b.c", "net/a.c"]
    assert _paths(capsys, tree, "--sort", "severity") == ["b.c", "net/a.c"]


def test_by_age_the_newest_line_first(tree: Path, capsys: Capture) -> None:
    for number, name in enumerate(("b.c", "net/a.c")):
        when = {"GIT_AUTHOR_DATE": f"2020-01-0{number + 1}T00:00:00Z"}
        who = ("-c", "user.name=N", "-c", "user.email=n@example.org")
        for words in (("init", "-q"), ("add", name), (*who, "commit", "-qm", name)):
            subprocess.run(["git", "-C", str(tree), *words], check=True, env={**os.environ, **when})
    assert _paths(capsys, tree, "--sort", "age") == ["net/a.c", "b.c"]
    main(["audit", str(tree), "--rules", "MOD001", "--sort", "age", "--format", "json"])
    assert '"born":"2020-01-02 ' in capsys.readouterr().out
    (tree / "z.c").write_text(_FILE)  # not committed: newer than all
    (tree / "Makefile").write_text("obj-m := b.o net/a.o z.o\n")
    assert _paths(capsys, tree, "--sort", "age") == ["z.c", "net/a.c", "b.c"]


def test_without_history_there_is_no_age(tree: Path, capsys: Capture) -> None:
    assert main(["audit", str(tree), "--rules", "MOD001", "--sort", "age"]) == 2
    assert "[no-history]" in capsys.readouterr().err


def test_stat(tree: Path, capsys: Capture) -> None:
    assert main(["audit", str(tree), "--rules", "MOD001", "--stat"]) == 1
    rows = [line.split(maxsplit=4)[3:] for line in capsys.readouterr().out.splitlines() if line]
    assert ["2", "MOD001  self-put-may-be-last"] in rows
    assert ["1", "net"] in rows and ["1", "."] in rows
    assert ["1", "Net Person  NET"] in rows
