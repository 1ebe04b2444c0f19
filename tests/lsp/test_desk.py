"""One open file: what is new in it, what was there, what mends it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lastput.facts.index import update
from lastput.lsp.desk import Desk
from lastput.lsp.edits import span, workspace_edit
from tests.lsp.conftest import DRIVER, LEAK, UNWAITED


@pytest.fixture
def desk(tree: Path, tmp_path: Path) -> Desk:
    folder = tmp_path / "folder"
    folder.mkdir()
    return Desk(tree, update(tree).database, "foo.c", folder)


def test_an_edit_brings_a_finding_and_takes_it_back(desk: Desk) -> None:
    before = desk.judge(DRIVER)
    assert not before.new
    after = desk.judge(LEAK)
    (leak,) = (one for one in after.findings if one.fingerprint in after.new)
    assert leak.code == "REF001"
    assert after.text.split("\n")[leak.where.line - 1].strip() == "return -EINVAL;"
    again = desk.judge(DRIVER)
    assert (again.findings, again.new) == (before.findings, frozenset())


def test_what_the_file_had_is_not_new(tree: Path, tmp_path: Path) -> None:
    (tree / "foo.c").write_text(UNWAITED)
    folder = tmp_path / "folder"
    folder.mkdir()
    desk = Desk(tree, update(tree).database, "foo.c", folder)
    judged = desk.judge("\n\n" + UNWAITED)
    assert "WRK001" in {one.code for one in judged.findings}
    assert not judged.new


def test_a_comment_silences(desk: Desk) -> None:
    text = LEAK.replace(
        "\t\treturn -EINVAL;", "\t\t/* lastput: safe REF001 -- so be it */\n\t\treturn -EINVAL;"
    )
    judged = desk.judge(text)
    assert "REF001" not in {one.code for one in judged.findings}
    assert "REF001" in {one.code for one in judged.safe}


def test_the_patch_mends_it(desk: Desk) -> None:
    judged = desk.judge(LEAK)
    (leak,) = (one for one in judged.findings if one.code == "REF001")
    patch = desk.patch(leak)
    assert patch is not None
    edit = workspace_edit("file:///foo.c", "foo.c", LEAK, patch)
    assert edit is not None and edit.changes is not None
    lines = LEAK.split("\n")
    for one in sorted(edit.changes["file:///foo.c"], key=lambda one: one.range.start.line, reverse=True):
        start, end = one.range.start, one.range.end
        head, tail = lines[start.line][: start.character], lines[end.line][end.character :]
        lines[start.line : end.line + 1] = f"{head}{one.new_text}{tail}".split("\n")
    assert not desk.judge("\n".join(lines)).new


def test_characters_count_as_utf_16() -> None:
    content = "int a; /* é 𝄞 */ int b;\nint c;".encode()
    found = span(content, content.index(b"int b"), content.index(b"int c"))
    assert (found.start.line, found.start.character) == (0, len("int a; /* é 𝄞 */ ") + 1)
    assert (found.end.line, found.end.character) == (1, 0)
