"""Keeping a base up to date, and what is not to break it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.errors import LastputError
from lastput.facts.base import Facts
from lastput.facts.index import update

_TABLES = ("calls", "fields", "stores", "callbacks", "records", "macros", "file_macros", "exports", "entries")


def _dump(database: Path) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a base by path and text, without ids."""
    with sqlite3.connect(database) as db:
        dump = {
            "functions": db.execute(
                "SELECT p.path, f.name, f.line FROM functions f JOIN files p ON p.id = f.file ORDER BY 1, 3"
            ).fetchall()
        }
        for table in _TABLES:
            (columns,) = zip(*[(row[1],) for row in db.execute(f"PRAGMA table_info({table})")], strict=True)
            kept = [name for name in columns if name not in ("id", "file", "function", "variable")]
            dump[table] = sorted(db.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall())
    return dump


def test_nothing_changed_reads_nothing(tree: Path, tmp_path: Path) -> None:
    assert update(tree, tmp_path / "cache").read == 5
    assert update(tree, tmp_path / "cache").read == 0


def test_a_touched_file_is_compared_by_content(tree: Path, tmp_path: Path) -> None:
    update(tree, tmp_path / "cache")
    os.utime(tree / "drivers/foo/core.c", (1, 1))
    assert update(tree, tmp_path / "cache").read == 0


def test_changes_give_what_a_new_base_gives(tree: Path, tmp_path: Path) -> None:
    update(tree, tmp_path / "one")
    core = tree / "drivers/foo/core.c"
    core.write_text(core.read_text().replace("schedule_work", "later") + "void more(void) { later(1); }\n")
    (tree / "drivers/foo/ops.c").unlink()
    (tree / "drivers/foo/new.c").write_text("static void n(void) { call_rcu(&a->rcu, n); }\n")
    changed = update(tree, tmp_path / "one")
    assert (changed.read, changed.removed) == (2, 1)
    assert _dump(changed.database) == _dump(update(tree, tmp_path / "two").database)


def test_makefiles_count(tree: Path, tmp_path: Path) -> None:
    update(tree, tmp_path / "cache")
    (tree / "drivers/foo/Makefile").write_text("obj-m += core.o\n")
    report = update(tree, tmp_path / "cache")
    with Facts(tree, report.database) as facts:
        # bar.c begins a module, and nothing links it any more.
        assert facts.sql("SELECT name, own FROM modules") == [("core", ""), ("bar", "drivers/foo/bar.c")]


def test_what_cannot_be_read_is_listed(tree: Path, tmp_path: Path) -> None:
    (tree / "zero.c").write_bytes(b"int x;\0\0\xff")
    (tree / "latin.c").write_bytes(b"/* \xe9 */ int f(void) { return g(\xe9); }\n")
    (tree / "open.c").write_text("int f(void)\n{\n\tif (x) {\n")
    (tree / "loop").symlink_to(tree)
    (tree / "pipe.c").symlink_to("/dev/zero")
    os.mkfifo(tree / "fifo.c")
    report = update(tree, tmp_path / "cache")
    assert {one.path: one.reason for one in report.skipped} == {
        "zero.c": "not text (has zero bytes)",
        "fifo.c": "not a regular file",
    }
    assert [one.path for one in report.unbalanced] == ["open.c"]


def test_a_damaged_base_is_made_anew(tree: Path, tmp_path: Path) -> None:
    first = update(tree, tmp_path / "cache")
    whole = _dump(first.database)
    first.database.write_bytes(b"SQLite format 3\0" + b"\0" * 500)
    assert _dump(update(tree, tmp_path / "cache").database) == whole


def test_a_base_of_another_version_is_made_anew(tree: Path, tmp_path: Path) -> None:
    first = update(tree, tmp_path / "cache")
    with sqlite3.connect(first.database) as db:
        db.execute("UPDATE meta SET value = 'old' WHERE key = 'schema'")
    assert update(tree, tmp_path / "cache").read == 5


def test_a_run_that_dies_changes_nothing(tree: Path, tmp_path: Path) -> None:
    first = update(tree, tmp_path / "cache")
    whole = _dump(first.database)
    core = tree / "drivers/foo/core.c"
    core.write_text(core.read_text() + "void more(void) { }\n")

    def die(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update(tree, tmp_path / "cache", progress=die)
    assert _dump(first.database) == whole
    assert update(tree, tmp_path / "cache").read == 1


def test_no_tree(tmp_path: Path) -> None:
    with pytest.raises(LastputError, match=r"holds no \.c file"):
        update(tmp_path, tmp_path / "cache")


def test_the_command(tree: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["index", str(tree), "--cache", str(tmp_path / "cache"), "--check-bodies", "-v", "-j", "1"]
    assert main(words) == 0
    out = capsys.readouterr().out
    assert "read 8 functions in 5 of 5 files; 0 skipped, 0 with braces that do not pair up" in out
    assert "bodies: 8 of 8 functions parse cleanly (100.00 %)" in out
    assert main(["index", str(tmp_path / "nowhere")]) == 2
