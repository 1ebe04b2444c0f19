"""A patch under review, applied or not, on a tree with real facts and rules."""

from __future__ import annotations

import difflib
import json
from pathlib import Path

import pytest

from lastput.cli.main import main

Capture = pytest.CaptureFixture[str]

_DRIVER = """\
#include <linux/workqueue.h>
struct foo { struct work_struct work; };
static struct foo *foo;
static void foo_work(struct work_struct *work) { poll(work); }
static int foo_release(struct inode *i, struct file *f) { module_put(THIS_MODULE); return 0; }
static const struct file_operations foo_fops = {
	.owner = THIS_MODULE,
	.release = foo_release,
};
static int foo_init(void)
{
	INIT_WORK(&foo->work, foo_work);
	schedule_work(&foo->work);
	return 0;
}
module_init(foo_init);
static void __exit foo_exit(void)
{
	cancel_work_sync(&foo->work);
}
module_exit(foo_exit);
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/Makefile").write_text("obj-m := foo.o old.o\n")
    (tmp_path / "tree/foo.c").write_text(_DRIVER)
    (tmp_path / "tree/old.c").write_text(
        _DRIVER.replace("\t.owner = THIS_MODULE,\n", "").replace("foo", "old")
    )
    return tmp_path / "tree"


def _patch(tmp_path: Path, new: str, old: str = _DRIVER, path: str = "foo.c") -> Path:
    diff = difflib.unified_diff(old.splitlines(True), new.splitlines(True), f"a/{path}", f"b/{path}")
    file = tmp_path / "it.patch"
    file.write_text("".join(diff))
    return file


def _audit(capsys: Capture, tree: Path, *words: object) -> tuple[int, list[str], str]:
    code = main(["audit", str(tree), "--rules", "MOD001,WRK001", *map(str, words)])
    out, err = capsys.readouterr()
    return code, out.splitlines(), err


@pytest.mark.parametrize("applied", [False, True])
def test_a_patch_is_judged_whether_it_is_applied_or_not(
    tree: Path, tmp_path: Path, capsys: Capture, applied: bool
) -> None:
    new = _DRIVER.replace("\t.owner = THIS_MODULE,\n", "")
    patch = _patch(tmp_path, new)
    if applied:
        (tree / "foo.c").write_text(new)
    before = (tree / "foo.c").read_text()
    code, out, err = _audit(capsys, tree, "--patch", patch)
    assert (code, len(out)) == (1, 1) and out[0].startswith("foo.c:5: warning: [MOD001]")
    assert "not of this change" in err and (tree / "foo.c").read_text() == before
    assert not list((tmp_path / "cache").rglob("overlay-*"))


def test_what_it_uncovers_elsewhere_is_told_apart(tree: Path, tmp_path: Path, capsys: Capture) -> None:
    code, _, err = _audit(
        capsys, tree, "--patch", _patch(tmp_path, _DRIVER.replace("\t.owner = THIS_MODULE,\n", ""))
    )
    assert code == 1 and "1 of them uncovered elsewhere by the change" in err
    assert "foo.c:5" in err and "it uncovers this" in err


def test_what_was_there_before_is_counted(tree: Path, tmp_path: Path, capsys: Capture) -> None:
    old = (tree / "old.c").read_text()
    patch = _patch(
        tmp_path,
        old.replace("module_put(THIS_MODULE); return 0;", "module_put(THIS_MODULE); return 1;"),
        old,
        "old.c",
    )
    code, out, err = _audit(capsys, tree, "--patch", patch)
    assert (code, out) == (0, [])
    assert "1 in what it touches were there before" in err


def test_a_mend_brings_nothing(tree: Path, tmp_path: Path, capsys: Capture) -> None:
    old = (tree / "old.c").read_text()
    patch = _patch(tmp_path, old.replace("\t.release", "\t.owner = THIS_MODULE,\n\t.release"), old, "old.c")
    assert _audit(capsys, tree, "--patch", patch)[:2] == (0, [])


def test_a_patch_that_fits_nowhere_is_refused(tree: Path, tmp_path: Path, capsys: Capture) -> None:
    patch = _patch(tmp_path, "x\ny\n", "x\nz\n", "foo.c")
    assert main(["audit", str(tree), "--patch", str(patch)]) == 2
    assert "[patch-does-not-apply]" in capsys.readouterr().err


def test_a_suppressed_place_answers_with_the_suppression(tree: Path, capsys: Capture) -> None:
    text = (tree / "old.c").read_text()
    (tree / "old.c").write_text(
        text.replace("return 0; }", "return 0; } /* lastput: safe MOD001 -- the core waits */", 1)
    )
    assert _audit(capsys, tree)[:2] == (0, [])
    assert main(["audit", str(tree), "--rules", "MOD001", "--why", "old.c:5"]) == 0
    assert "called safe at old.c:5: the core waits" in capsys.readouterr().out


@pytest.mark.parametrize(("bad", "status"), [(True, "fail"), (False, "pass")])
def test_b4_gets_its_json(
    tree: Path, tmp_path: Path, capsys: Capture, bad: bool, status: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = (
        _DRIVER.replace("\t.owner = THIS_MODULE,\n", "") if bad else _DRIVER.replace("return 0;", "return 1;")
    )
    monkeypatch.chdir(tree)
    assert main(["b4", str(_patch(tmp_path, new))]) == 0
    (answer,) = json.loads(capsys.readouterr().out)
    assert (answer["tool"], answer["status"]) == ("lastput", status)
    details = json.loads(answer["details"])
    assert bool(details) == bad and (not bad or "[MOD001]" in details[0]["description"])
