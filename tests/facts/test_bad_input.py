"""Trees and caches that nobody would wish for: a message or a listed skip, and never a traceback."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.facts.base import Facts
from lastput.facts.index import update


def test_random_bytes(tree: Path, tmp_path: Path) -> None:
    bytes_of = random.Random(1)
    for number in range(20):
        noise = bytes_of.randbytes(20_000)
        (tree / f"noise{number}.c").write_bytes(noise.replace(b"\0", b"(") if number % 2 else noise)
    report = update(tree, tmp_path / "cache", jobs=1)
    zeros = [one.path for one in report.skipped]
    assert sorted(zeros) == sorted(f"noise{number}.c" for number in range(0, 20, 2))


def test_a_generated_header_of_ten_megabytes(tree: Path, tmp_path: Path) -> None:
    line = b"#define REG_%07d (0x%07x)\nstatic inline int get_%07d(void) { return read(%d); }\n"
    (tree / "large.h").write_bytes(b"".join(line % (n, n, n, n) for n in range(120_000)))
    assert (tree / "large.h").stat().st_size > 10_000_000
    report = update(tree, tmp_path / "cache", jobs=1)
    assert report.functions == 8 + 120_000
    assert not report.skipped


def test_an_unreadable_file_is_listed(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "ops.c":
            raise PermissionError(13, "Permission denied")
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = update(tree, tmp_path / "cache", jobs=1)
    assert [(one.path, one.reason) for one in report.skipped] == [("drivers/foo/ops.c", "Permission denied")]


def test_a_read_only_cache_is_used_as_it_is(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = update(tree, tmp_path / "cache")
    (tree / "drivers/foo/new.c").write_text("void n(void) { }\n")
    monkeypatch.setattr(os, "access", lambda *_: False)
    again = update(tree, tmp_path / "cache")
    assert (again.database, again.read, again.functions) == (first.database, 0, first.functions)


def test_what_a_killed_run_leaves_is_harmless(tree: Path, tmp_path: Path) -> None:
    first = update(tree, tmp_path / "cache")
    half = first.database.read_bytes()[:20_000]
    first.database.with_suffix(".new-1").write_bytes(half)
    assert update(tree, tmp_path / "cache").read == 0
    first.database.unlink()
    assert update(tree, tmp_path / "cache").functions == first.functions


def test_files_with_suppressions_are_known(tree: Path, tmp_path: Path) -> None:
    (tree / "drivers/foo/safe.c").write_text("/* lastput: safe MOD001 -- it is held */\n")
    with Facts(tree, update(tree, tmp_path / "cache").database) as facts:
        assert facts.sql("SELECT path FROM files WHERE marked") == [("drivers/foo/safe.c",)]


def test_a_directory_that_is_no_kernel(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("no code\n")
    assert main(["index", str(tmp_path), "--cache", str(tmp_path / "cache")]) == 2
    message = capsys.readouterr().err
    assert "holds no .c file" in message
    assert "Traceback" not in message


def test_a_folder_out_of_a_tree_says_what_it_cannot_tell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "foo.c").write_text("int foo(void) { return 0; }\n")
    assert main(["audit", str(tmp_path / "tree"), "--rules", "MOD001"]) == 0
    assert "no Makefile says what is linked into a module" in capsys.readouterr().err


def test_a_file_that_no_makefile_links_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "foo.c").write_text("static int i(void) { return 0; }\nmodule_init(i);\n")
    (tmp_path / "tree" / "bar.c").write_text("int bar(void) { return 0; }\n")
    main(["audit", str(tmp_path / "tree"), "--rules", "MOD001"])
    said = capsys.readouterr().err
    assert "foo.c: no Makefile links it: taken for a module of its own, with 1 file beside" in said
