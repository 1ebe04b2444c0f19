"""Bad input of ``check``: two lines with the place and the way out, exit 2, nothing half-written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lastput.cli.main import main

_HEAD = "#include <lastput.h>\nstruct o { int x; };\nstatic int n;\n"
#: What stands after the head, the place of the error, and its slug.
_BAD = {
    "malformed": ("THREAD(a) { int x = ; }", "4:21", "syntax"),
    "unterminated comment": ("THREAD(a) { } /* n", "4:15", "bad-character"),
    "no C at all": ("\x00\xff", "4:1", "bad-character"),
    "unknown function": ("THREAD(a) { frobnicate(3); }", "4:13", "undefined-function"),
    "unknown variable": ("THREAD(a) { m = 3; }", "4:13", "undefined-variable"),
    "loop without end in registers": ("THREAD(a) { int i = 0; for (;;) i++; }", "4:1", "unbounded-loop"),
    "loop without end in memory": ("THREAD(a) { for (;;) n = n + 1; }", "4:26", "unbounded-loop"),
    "pool overflow": (
        "POOL(struct o, 1);\nTHREAD(a) { struct o *o = kmalloc(8, 0); kfree(o); o = kmalloc(8, 0); }",
        "5:56",
        "pool-overflow",
    ),
    "no kernel tree": ('SOURCE("virt/kvm/async_pf.c");\nTHREAD(a) { }', "4:1", "no-tree"),
}


def _told(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    """The lines of the error."""
    assert main(["check", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if "compiling the search" not in line]
    assert len(lines) == 2, err
    assert lines[1].startswith("  ")
    return lines


@pytest.mark.parametrize(("text", "place", "slug"), _BAD.values(), ids=list(_BAD))
def test_a_bad_test(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, text: str, place: str, slug: str
) -> None:
    path = tmp_path / "bad.c"
    path.write_text(_HEAD + text, encoding="latin-1")
    first, _ = _told(capsys, str(path))
    assert f"bad.c:{place}: " in first
    assert first.endswith(f"[{slug}]")


def test_the_way_out_of_a_pool_overflow(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "bad.c"
    path.write_text(_HEAD + _BAD["pool overflow"][0])
    _, way = _told(capsys, str(path))
    assert way.endswith("POOL(struct o, 2);")


def test_a_tree_without_the_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "virt" / "kvm").mkdir(parents=True)
    (tmp_path / "Makefile").write_text("VERSION = 6\nPATCHLEVEL = 1\n")
    first, _ = _told(capsys, "kvm/async_pf-real", "--tree", str(tmp_path))
    assert first.endswith("virt/kvm/async_pf.c is not in the tree [not-in-tree]")


@pytest.mark.parametrize("kind", ["a directory", "a fifo", "random bytes", "nothing"])
def test_a_resume_file_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str) -> None:
    path = tmp_path / "saved"
    if kind == "a directory":
        path.mkdir()
    elif kind == "a fifo":
        os.mkfifo(path)
    elif kind == "random bytes":
        path.write_bytes(bytes(range(256)) * 20)
    first, _ = _told(capsys, "kvm/f1-release-puts-module", "--resume", str(path))
    assert first.endswith("[bad-resume]")


@pytest.mark.parametrize("kind", ["a directory", "a fifo"])
def test_what_is_no_regular_file_is_not_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "saved"
    path.mkdir() if kind == "a directory" else os.mkfifo(path)
    assert main(["check", "-q", "kvm/f1-release-puts-module", "--max-states", "30", "--save", str(path)]) == 2
    assert "is no regular file [cannot-write]" in " ".join(capsys.readouterr().out.split())
    assert [one.name for one in tmp_path.iterdir()] == ["saved"]


def test_a_full_disk(capsys: pytest.CaptureFixture[str]) -> None:
    full = Path("/dev/full")
    assert main(["check", "kvm/f1-release-puts-module", "--html", str(full)]) == 2
    assert "[disk]" in capsys.readouterr().err
