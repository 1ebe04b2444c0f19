"""Diffs are read, and undone; ``difflib`` writes them."""

from __future__ import annotations

import difflib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lastput.audit.patch import from_diff, from_git
from lastput.errors import LastputError

_LINES = st.lists(st.sampled_from(["a", "b", "\tc", "}", ""]), max_size=12)


def _diff(old: list[str], new: list[str], context: int) -> str:
    def whole(lines: list[str]) -> list[str]:
        return [f"{line}\n" for line in lines]

    return "".join(difflib.unified_diff(whole(old), whole(new), "a/x.c", "b/x.c", n=context))


@given(_LINES, _LINES, st.integers(0, 3))
def test_the_lines_of_a_change_are_in_the_new_file(old: list[str], new: list[str], context: int) -> None:
    diff = _diff(old, new, context)
    for change in from_diff(diff) if diff else ():
        assert all(line <= len(new) for line in change.added)
        assert all(1 <= line <= len(new) + 1 for line, _ in change.removed)


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        from_diff(text)
    except LastputError as error:
        assert error.slug == "bad-patch"


def test_removed_lines_stand_where_they_stood() -> None:
    (change,) = from_diff(_diff(["one", "two", "three"], ["one", "three"], 3))
    assert (change.removed, change.added) == (((2, "two\n"),), frozenset())


def test_a_mail_is_a_patch() -> None:
    diff = _diff(["one"], ["two"], 3)
    head = "From: A <a@b>\nSubject: [PATCH] x: y\n\nWords.\n---\n x.c | 2 +-\n\n"
    mail = f"{head}diff --git a/x.c b/x.c\n{diff}-- \n2.39\n"
    assert [change.path for change in from_diff(mail)] == ["x.c"]


def test_new_and_deleted_files() -> None:
    new, gone = from_diff(
        "--- /dev/null\n+++ b/new.c\n@@ -0,0 +1 @@\n+x\n--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-y\n"
    )
    assert (new.path, new.old_path) == ("new.c", "")
    assert (gone.path, gone.old_path) == ("", "gone.c")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*words: str) -> None:
        subprocess.run(
            ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b", *words],
            check=True,
            capture_output=True,
        )

    git("init", "-q")
    (tmp_path / "x.c").write_text("one\ntwo\n")
    git("add", ".")
    git("commit", "-qm", "x: one and two")
    return tmp_path


def test_since_a_revision(repository: Path) -> None:
    (repository / "x.c").write_text("one\n")
    (repository / "new.c").write_text("int x;\n")
    changed, new = from_git(repository, "HEAD")
    assert (changed.path, changed.removed) == ("x.c", ((2, "two\n"),))
    assert (new.path, new.old_path, 1 in new.added) == ("new.c", "", True)


def test_a_tree_cannot_have_its_programs_run(repository: Path) -> None:
    """The tree under audit may name programs in its configuration: none is started."""
    (repository / "x.c").write_text("one\n")
    (repository / ".gitattributes").write_text("*.c diff=evil\n")
    with (repository / ".git" / "config").open("a") as config:
        config.write(
            '[diff "evil"]\n\tcommand = touch ran\n\ttextconv = touch ran\n[diff]\n\texternal = touch ran\n'
        )
    from_git(repository, "HEAD")
    assert not (repository / "ran").exists()


@pytest.mark.parametrize("revision", ["no-such-thing", "--output=x"])
def test_an_unknown_revision_is_told(repository: Path, revision: str) -> None:
    with pytest.raises(LastputError) as error:
        from_git(repository, revision)
    assert error.value.slug == "git"
