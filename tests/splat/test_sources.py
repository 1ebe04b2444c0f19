"""``--tree``: the definition of each frame, and where it calls the next."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from lastput.c.tree import open_tree
from lastput.splat.definitions import containing
from lastput.splat.reader import read
from lastput.splat.sources import snippets, wanted
from tests.splat.corpus import LOGS

_ACME = """\
static void acme_down(struct acme *a);

static void acme_down(struct acme *a)
{
	kthread_stop(a->thread);
}

static int acme_release(struct inode *inode, struct file *file)
{
	struct acme *a = file->private_data;

	acme_down(a);
	return 0;
}
"""


def _tree(root: Path) -> Path:
    (root / "drivers" / "acme").mkdir(parents=True)
    (root / "kernel").mkdir()
    (root / "drivers" / "acme" / "core.c").write_text(_ACME)
    (root / "drivers" / "other.c").write_text("int acme_down(int x)\n{\n\treturn x;\n}\n")
    (root / "kernel" / "kthread.c").write_text("int kthread_stop(struct task_struct *k)\n{\n\treturn 0;\n}\n")
    return root


def test_frames_have_their_source(tmp_path: Path) -> None:
    tree = open_tree(_tree(tmp_path / "linux"))
    with (LOGS / "hung-kthread-stop-under-mutex.txt").open("rb") as stream:
        report = read(stream).reports[0]
    names = [name for name, _, _ in wanted(report)]
    assert names[:3] == ["kthread_stop", "acme_down", "acme_release"]
    found = {one.function: one for one in snippets(report, tree.containing(names))}
    assert found["acme_down"].place == "drivers/acme/core.c:3"
    assert found["acme_down"].calls == ((5, "kthread_stop(a->thread);"),)
    assert found["acme_release"].calls == ((12, "acme_down(a);"),)


def test_a_call_through_an_inlined_function() -> None:
    """The frame between was inlined: the stack has no line for it, the source has."""
    text = _ACME.replace("\tacme_down(a);", "\tacme_off(a);")
    text += "static void acme_off(struct acme *a)\n{\n\tacme_down(a);\n}\n"
    with (LOGS / "hung-kthread-stop-under-mutex.txt").open("rb") as stream:
        report = read(stream).reports[0]
    found = {one.function: one for one in snippets(report, {"drivers/acme/core.c": text})}
    assert found["acme_release"].calls == ((12, "acme_off(a);"),)
    assert found["acme_release"].via == "acme_off"


def test_a_packed_tree_gives_the_same(tmp_path: Path) -> None:
    root = _tree(tmp_path / "linux")
    packed = tmp_path / "linux.tar.xz"
    with tarfile.open(packed, "w:xz") as tar:
        tar.add(root, "linux")
    names = ["kthread_stop", "acme_down"]
    assert open_tree(packed).containing(names) == open_tree(root).containing(names)


def test_no_source_is_no_error() -> None:
    report = read(io.BytesIO((LOGS / "warn-text.txt").read_bytes())).reports[0]
    assert snippets(report, {}) == ()


def test_statics_of_one_name_are_told_apart_by_their_neighbours() -> None:
    """get_info() of a file that does not define the frames beside it is another one."""
    text = (LOGS / "hung-kthread-stop-under-mutex.txt").read_text()
    report = read(io.BytesIO(text.encode())).reports[0]
    other = "static void acme_down(struct zed *z)\n{\n\tzed_stop(z);\n}\n"
    found = {one.function: one for one in snippets(report, {"a/zed.c": other, "z/core.c": _ACME})}
    assert found["acme_down"].place == "z/core.c:3"


def test_what_cannot_be_told_apart_is_left_out() -> None:
    text = (LOGS / "hung-kthread-stop-under-mutex.txt").read_text()
    report = read(io.BytesIO(text.encode())).reports[0]
    assert not snippets(report, {"a/core.c": _ACME, "b/core.c": _ACME})


def test_the_list_of_functions_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second search reads the list, and the files of the functions alone."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = _tree(tmp_path / "linux")
    said: list[str] = []
    first = containing(root, ["acme_down", "kthread_stop"], said.append)
    assert sorted(first) == ["drivers/acme/core.c", "drivers/other.c", "kernel/kthread.c"]
    assert containing(root, ["acme_down", "kthread_stop"], said.append) == first
    assert len(said) == 1
    (root / "drivers" / "new.c").write_text("int zed_new(void)\n{\n\treturn 0;\n}\n")
    assert sorted(containing(root, ["zed_new"], said.append)) == ["drivers/new.c"]
