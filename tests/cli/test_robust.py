"""What a user's machine does to lastput: full disks, damaged files, kill -9, Ctrl-C, two runs at once."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lastput.cli.main import main
from lastput.facts import index
from lastput.facts.index import update
from lastput.facts.location import database_path
from lastput.facts.store import Writer

Capture = pytest.CaptureFixture[str]

_PUT = (
    "static int r(struct inode *i, struct file *f) { module_put(THIS_MODULE); return 0; }\n"
    "static const struct file_operations o = { .release = r };\n"
    "static int i(void) { return 0; }\nmodule_init(i);\nstatic void __exit e(void) { }\nmodule_exit(e);\n"
)


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LASTPUT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    root.mkdir()
    (root / "Makefile").write_text("obj-m := a.o\n")
    (root / "a.c").write_text(_PUT)
    for number in range(40):
        (root / f"b{number:02}.c").write_text(f"int f{number}(void) {{ return g({number}); }}\n")
    return root


def _audit(tree: Path) -> int:
    return main(["audit", str(tree), "--rules", "MOD001"])


# -- full disk


def _full(*_: object) -> None:
    raise sqlite3.OperationalError("database or disk is full")


def test_a_full_disk_at_the_first_run(
    tree: Path, cache: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Writer, "flush", _full)
    assert _audit(tree) == 2
    assert "no room for the fact base" in (said := capsys.readouterr().err) and "[disk-full]" in said
    assert not list(cache.glob("facts-*.new-*"))
    monkeypatch.undo()
    monkeypatch.setenv("LASTPUT_CACHE", str(cache))
    assert _audit(tree) == 1


def test_a_full_disk_after_an_edit(
    tree: Path, capsys: Capture, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _audit(tree) == 1
    before = capsys.readouterr().out
    (tree / "b00.c").write_text("int other(void) { return 1; }\n")
    monkeypatch.setattr(Writer, "flush", _full)
    assert _audit(tree) == 2
    assert "[disk-full]" in capsys.readouterr().err
    monkeypatch.undo()
    monkeypatch.setenv("LASTPUT_CACHE", str(cache))
    assert _audit(tree) == 1
    assert capsys.readouterr().out == before


# -- damaged and foreign files


def _rubbish(path: Path) -> None:
    path.write_bytes(os.urandom(100_000))


def _holes(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:16384] + b"\xff" * (len(data) - 16384))


def _foreign(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE places (url TEXT)")


def _empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("damage", [_rubbish, _holes, _foreign, _empty])
@pytest.mark.parametrize("edit", [False, True])
def test_a_damaged_base_is_made_anew(
    tree: Path, capsys: Capture, damage: Callable[[Path], None], edit: bool
) -> None:
    assert _audit(tree) == 1
    good = capsys.readouterr().out
    damage(database_path(tree))
    if edit:
        (tree / "b00.c").write_text("int other(void) { return 1; }\n")
    assert main(["audit", str(tree), "--rules", "MOD001,MOD002"]) == 1
    out, err = capsys.readouterr()
    assert out == good and "Traceback" not in err
    assert _audit(tree) == 1


def test_it_says_that_the_base_was_damaged(tree: Path, capsys: Capture) -> None:
    assert _audit(tree) == 1
    _holes(database_path(tree))
    main(["audit", str(tree), "--rules", "MOD002"])
    assert "the fact base was damaged" in capsys.readouterr().err


# -- names


def test_names_that_are_no_text_are_listed(tree: Path, capsys: Capture) -> None:
    (tree / "sub").mkdir()
    for name in (b"caf\xe9.c", b"sub/\xff.h"):
        Path(os.fsdecode(os.fsencode(tree) + b"/" + name)).write_text("int x;\n")
    Path(os.fsdecode(os.fsencode(tree) + b"/d\xe9")).mkdir()
    assert _audit(tree) == 1
    assert "3 skipped" in capsys.readouterr().err
    assert main(["index", str(tree), "-v"]) == 0
    assert r"caf\xe9.c: its name is not UTF-8" in capsys.readouterr().out
    assert main(["audit", str(tree), "--rules", "MOD001", "--format", "sarif"]) == 1


# -- ends


def _start(tree: Path, **more: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "lastput", "audit", str(tree), "--rules", "MOD001", "-j", "2"]
    return subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **more}
    )


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """Enough for a pool of workers, and for a while."""
    root = tmp_path / "large"
    root.mkdir()
    (root / "a.c").write_text(_PUT)
    body = "".join(
        f"int f{one}(int a)\n{{\n\tif (a)\n\t\treturn g(a, {one});\n\treturn h(a);\n}}\n"
        for one in range(9000)
    )
    for number in range(12):
        (root / f"c{number:02}.c").write_text(body.replace("int f", f"int f{number}_"))
    return root


def _children(parent: int) -> set[int]:
    found: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            child = int(status.parent.name)
            found |= {child} | _children(child)
    return found


def _until(holds: Callable[[], object], seconds: float = 60) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


def _reading(process: subprocess.Popen[str], cache: Path) -> bool:
    """Whether its workers run and it has begun to store."""
    return process.poll() is not None or (
        len(_children(process.pid)) >= 3 and any(one.stat().st_size for one in cache.glob("facts-*.new-*"))
    )


def test_kill_9_leaves_no_process_and_no_file(large: Path, cache: Path) -> None:
    process = _start(large)
    assert _until(lambda: _reading(process, cache))
    workers = _children(process.pid)
    process.kill()
    process.communicate()
    assert _until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    (large / "c00.c").write_text("int x(void) { return 0; }\n")
    assert _audit(large) == 1
    assert not list(cache.glob("facts-*.new-*"))


def test_ctrl_c_ends_all_and_keeps_what_was_read(large: Path, cache: Path, capsys: Capture) -> None:
    process = _start(large)
    assert _until(lambda: _reading(process, cache))
    workers = _children(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert (process.returncode, err.splitlines()[-1]) == (2, "lastput: interrupted")
    assert _until(lambda: not any(Path(f"/proc/{one}").exists() for one in workers))
    (kept,) = cache.glob("facts-*.part")
    with sqlite3.connect(kept) as db:
        (files,) = db.execute("SELECT count(*) FROM files").fetchone()
    assert _audit(large) == 1
    assert not kept.exists()
    interrupted = capsys.readouterr().out
    index.forget(database_path(large))
    assert files <= 13 and _audit(large) == 1
    assert capsys.readouterr().out == interrupted


def test_going_on_gives_the_same_base(tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _rows(update(tree, tmp_path / "one", 1).database)
    stored = Writer.add

    def add(self: Writer, *words: object, **more: object) -> int:
        if len(self.added) == 17:
            os.kill(os.getpid(), signal.SIGINT)
        return stored(self, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Writer, "add", add)
    with pytest.raises(KeyboardInterrupt):
        update(tree, tmp_path / "two", 1)
    monkeypatch.undo()
    assert len(list((tmp_path / "two").glob("*.part"))) == 1
    assert _rows(update(tree, tmp_path / "two", 1).database) == whole


@pytest.mark.parametrize("step", ["create_indexes", "write_membership", "write_entries"])
def test_ctrl_c_after_the_reading_loses_nothing(
    tree: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    whole = _rows(update(tree, tmp_path / "one", 1).database)
    ran = getattr(index, step)

    def interrupted(db: sqlite3.Connection, *words: object) -> None:
        ran(db, *words)
        os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(index, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        update(tree, tmp_path / "two", 1)
    monkeypatch.undo()
    monkeypatch.setattr(index, "_read_one", None)  # nothing is read again
    assert _rows(update(tree, tmp_path / "two", 1).database) == whole
    assert not list((tmp_path / "two").glob("*.part"))


def _rows(database: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(database) as db:
        return [
            row
            for table in ("files", "functions", "call_row", "names", "modules", "module_files", "field_row")
            for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]


def test_two_at_once_say_the_same(tree: Path) -> None:
    both = [_start(tree), _start(tree)]
    outputs = [one.communicate()[0] for one in both]
    assert outputs[0] == outputs[1] != "" and [one.returncode for one in both] == [1, 1]
